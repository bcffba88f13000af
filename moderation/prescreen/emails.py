# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Finds e-mail addresses, typed plainly or spelled with "at" and "dot" in many languages."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from moderation.prescreen import hosts
from moderation.prescreen.allowlist import Allowed
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line

DOT_WORDS = "dot|punto|ponto|point|punkt|punt|nokta|titik|tuldok|kropka|tochka|точка|点|piste|punct"
_DOT = (
    rf"(?:\s*(?:\.|[(\[{{<*]\s*(?:{DOT_WORDS}|\.)\s*[)\]}}>*]|[,\s]+(?:{DOT_WORDS})\b,?"
    rf"|\b(?:{DOT_WORDS})\b)\s*)"
)
_JOIN = (
    r"(?:\s*(?:_|-|\.|\+|[(\[{]\s*(?:dot|underscore|dash|\.|_)\s*[)\]}]|,?\s*\b(?:dot|underscore|under ?score|dash|hyphen|"
    r"minus|punto|ponto|point|punkt|titik|tuldok|nokta|garis bawah|trattino(?: basso)?|guion(?: bajo)?|tiret(?: du bas)?|"
    r"unterstrich|bindestrich|underline|podkreslnik|alt cizgi|streepje|laag streepje|нижнее подчеркивание|подчеркивание|"
    r"точка|then|plus|下划线)\b,?)\s*)"
)
MOST = 10  # candidates looked at in one message: a wall of them is one violation, not a thousand
_AT = re.compile(
    r"@|[(\[{<*_~]\s*(?:at|a|arroba|arobase|@|et)\s*[)\]}>*_~]|\b(?:at|arroba|arobase|arrobase|chiocciola|klammeraffe|keong|"
    r"apenstaartje|malpa|kuyruklu a|curly a|curly at|squiggly a|at[ -]sign|the at|"
    r"(?:the )?(?:a|at) (?:with|in) (?:a|the) (?:\w+ )?(?:tail|circle|round|curl|ring|loop)|snail|et isareti|symbol at|"
    r"arroba sign)\b|собак\w+",
    re.IGNORECASE,
)
_LOCAL = re.compile(
    rf"([\w+][\w.+-]*(?:{_JOIN}[\w+][\w.+-]*){{0,6}})[\s,]*(?:then|tapos|luego|dann|puis)?[\s,]*$",
    re.IGNORECASE,
)
_PLAIN_LOCAL = re.compile(r"[\w.+%-]{1,64}$")
_DOMAIN = re.compile(
    rf"[\s,]*(?:then )?([a-z0-9а-я](?:[a-z0-9а-я-]| (?=mail\b)){{0,40}}(?:{_DOT}[a-zа-я0-9-]{{2,24}}){{1,3}})",
    re.IGNORECASE,
)
_NO_LOCAL = frozenset(
    [
        "look",
        "looking",
        "looked",
        "good",
        "bad",
        "great",
        "be",
        "is",
        "was",
        "are",
        "am",
        "were",
        "work",
        "working",
        "meet",
        "me",
        "us",
        "you",
        "him",
        "her",
        "them",
        "it",
        "home",
        "at",
        "not",
        "all",
        "in",
        "up",
        "out",
        "and",
        "or",
        "but",
        "so",
        "here",
        "there",
        "stay",
        "staying",
        "arrive",
        "met",
        "terrible",
        "best",
        "better",
        "laugh",
        "yell",
        "shout",
        "mad",
        "angry",
        "started",
        "live",
        "seen",
        "email",
        "mail",
        "name",
        "then",
        "my",
        "the",
        "a",
        "an",
        "them",
        "hate",
    ]
)


def find(line: Line, allowed: Allowed) -> Iterator[Clue]:
    text = line.text
    taken = -1
    for match in islice(_AT.finditer(text), MOST):
        if match.start() < taken:
            continue
        plain = match.group() == "@"
        found = _plain(text, match.start()) if plain else None
        found = found or _spelled(text, match.start(), match.end(), plain)
        if found is None:
            continue
        start, end, address = found
        taken = end
        host = address.partition("@")[2]
        if "." in host and allowed.host(host):
            continue
        kind = (
            Kind.OTHER
            if host.endswith(("pay", "upi", "ybl", "paytm", "okaxis", "oksbi", "okicici")) and "." not in host
            else Kind.EMAIL
        )
        spelled = not plain or not _PLAIN_LOCAL.search(text[max(0, match.start() - 64) : match.start()])
        why = f"an e-mail address written in words, read as {address}" if spelled else f"an e-mail address, {address}"
        yield Clue(Rule.CONTACT_SHARED, line, start, end, kind, 0.95 if not spelled else 0.9, "email", why, address)


def _plain(text: str, at: int) -> tuple[int, int, str] | None:
    local = _PLAIN_LOCAL.search(text[max(0, at - 64) : at])
    if local is None:
        return None
    start = at - len(local.group().lstrip(".")) if local.group().strip(".") else at
    if start == at:
        return None
    domain = re.match(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}", text[at + 1 : at + 120], re.IGNORECASE)
    if domain is not None:
        host = domain.group().rstrip("-")
        if host.rpartition(".")[2].lower() in hosts.endings():
            return start, at + 1 + len(host), f"{text[start:at]}@{host}".lower()
    handle = re.match(
        r"(?:ok\w*pay|ok(?:axis|sbi|icici|hdfcbank)|ybl|paytm|upi|ibl|axl)\b",
        text[at + 1 : at + 20],
        re.IGNORECASE,
    )
    if handle is not None:
        return start, at + 1 + handle.end(), f"{text[start:at]}@{handle.group()}".lower()
    return None


@cache
def _provider() -> re.Pattern[str]:
    tail = rf"(?:(?:{_DOT}|[\s,]+(?:then )?)(?:com|net|co\.uk|de|fr|es|it|ru|ch|org|me|br|in|ру)\b)?"
    return re.compile(rf"[\s,]*(?:then |at |the |tapos )?((?:{hosts.provider_words()})\b{tail})", re.IGNORECASE)


def _spelled(text: str, at: int, after: int, plain: bool) -> tuple[int, int, str] | None:
    local = _LOCAL.search(text[max(0, at - 80) : at])
    if local is None:
        return None
    window = text[after : after + 80]
    domain = _DOMAIN.match(window)
    host = ""
    if domain is not None:
        host = _squeeze(domain.group(1))
        if host.rpartition(".")[2] not in hosts.endings():
            host, domain = "", None
    provider = _provider().match(window) if domain is None else None
    if domain is None and provider is None:
        return None
    found = domain or provider
    assert found is not None
    words = local.group(1).strip()
    if words.lower() in _NO_LOCAL and not host:
        return None
    bare_at = text[at:after].lower() == "at"
    if bare_at and words.lower().split()[-1] in _NO_LOCAL:
        return None
    if bare_at and domain is not None and not _sure_host(host, found.group(1)):
        return None
    start = max(0, at - 80) + local.start(1)
    host = host or _squeeze(found.group(1))
    return start, after + found.end(1), f"{_squeeze(words)}@{host}"


def _sure_host(host: str, typed: str) -> bool:
    """After a bare "at" only a known provider or a spelled dot with an ending that is no word proves an address."""
    if host.split(".")[0] in _providers():
        return True
    spelled = re.search(r"(?i)\b(?:dot|punto|ponto|nokta|titik|tuldok)\b|[(\[]", typed)
    return bool(spelled) and host.rpartition(".")[2] not in hosts.risky_endings() - {"com"}


@cache
def _providers() -> frozenset[str]:
    from moderation.prescreen.lexicon import table

    return frozenset(name.replace(" ", "") for name in table("domains")["providers"])


def _squeeze(words: str) -> str:
    """ "rowan underscore vale" → rowan_vale."""
    plain = re.sub(
        r"(?i)\s*,?\s*\b(?:underscore|under ?score|garis bawah|trattino basso|guion bajo|unterstrich|alt cizgi|下划线)\b,?\s*",
        "_",
        words,
    )
    plain = re.sub(r"(?i)\s*,?\s*\b(?:dash|hyphen|minus|trattino|guion|tiret|bindestrich|streepje)\b,?\s*", "-", plain)
    plain = re.sub(rf"(?i)\s*,?\s*[(\[{{<*]?\s*\b(?:{DOT_WORDS})\b\s*[)\]}}>*]?,?\s*", ".", plain)
    return re.sub(r"[\s,()\[\]{}<>*]|\\bthen\\b", "", plain).lower()
