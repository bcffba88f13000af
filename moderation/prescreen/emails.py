"""Finds e-mail addresses and their kin, typed plainly or spelled with "at" and "dot" in many languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from moderation.prescreen import hosts, spoken
from moderation.prescreen.allowlist import Allowed
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.spoken import Bit

MOST = 10  # candidates looked at in one message: a wall of them is one violation, not a thousand
_REACH = 80
_HALF = 0.5
_MOST_LABELS = 5
_WORD = re.compile(r"@|(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff])+|[(\[{<*]\s?[aA@]\s?[)\]}>*]")
_TYPED = re.compile(r"(?P<at>@)(?P<domain>[\w-]{1,63}+(?:\.[\w-]{1,63}+){0,4})")
_LOCAL = re.compile(r"[\w.+%'-]{1,64}$")
_FEDERATED = re.compile(r"(?<![\w.@])@[\w.-]{1,40}+(?P<between>[@:])(?P<host>[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,4})")
_LABEL_SIGNS = frozenset(":=->")
_SHAPE = re.compile(r"[\d_.+-]")
_TELLING_SHAPE = re.compile(r"[^\W\d].*[\d_.]|[\d_.].*[^\W\d]")


@dataclass(frozen=True, slots=True)
class Domain:
    """What stands after the sign. provider: its first label names one. dotted: said or typed with its ending."""

    host: str
    last: int
    provider: bool
    dotted: bool
    spoken: bool = False
    typed_dot: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    start: int
    end: int
    address: str
    score: float
    spelled: bool
    kind: Kind = Kind.EMAIL


def find(line: Line, allowed: Allowed) -> Iterator[Clue]:
    text = line.text
    taken: list[tuple[int, int]] = []
    plain = [*_federated(text), *_typed(text)]
    readings = [*plain, *_spelled(text, [found for found in plain if found.score > _HALF])]
    for found in sorted(readings, key=lambda found: (-found.score, found.start)):
        if any(found.start < end and start < found.end for start, end in taken):
            continue
        taken.append((found.start, found.end))
        host = found.address.rpartition("@")[2]
        if ("." in host and allowed.host(host)) or allowed.address(found.address):
            continue
        yield Clue(
            Rule.CONTACT_SHARED, line, found.start, found.end, found.kind, found.score, "email", _why(found),
            found.address,
        )  # fmt: skip


def _why(found: Found) -> str:
    if found.kind is not Kind.EMAIL:
        return f"an address in the shape of an e-mail address, {found.address}"
    if found.spelled:
        return f"an e-mail address written in words, read as {found.address}"
    return f"an e-mail address, {found.address}"


# ---- typed without gaps


def _federated(text: str) -> Iterator[Found]:
    """@name@server of Mastodon and its like, @name:server of Matrix."""
    for match in islice(_FEDERATED.finditer(text), MOST):
        if hosts.ending(match["host"].rpartition(".")[2]):
            kind = Kind.SOCIAL_HANDLE if match["between"] == "@" else Kind.MESSAGING_APP
            yield Found(match.start(), match.end(), match.group().lower(), 0.96, False, kind)


def _typed(text: str) -> Iterator[Found]:
    for match in islice(_TYPED.finditer(text), MOST):
        local = _LOCAL.search(text, max(0, match.start() - 64), match.start())
        name = local.group().lstrip(".'-") if local else ""
        if name:
            start = match.start() - len(name)
            found = _typed_host(start, match, name) or _typed_word(start, match, name)
            if found:
                yield found


def _typed_host(start: int, match: re.Match[str], name: str) -> Found | None:
    labels = match["domain"].rstrip("-").split(".")
    while len(labels) > 1 and not hosts.ending(labels[-1]):
        if len(labels) == 2 and labels[1].isalpha() and len(labels[0]) > 1:
            break
        labels.pop()
    if len(labels) < 2 or not labels[-1].isalpha():
        return None
    host = ".".join(labels)
    score = 0.95 if hosts.ending(labels[-1]) else 0.8
    return Found(start, match.start("domain") + len(host), f"{name}@{host}".lower(), score, False)


def _typed_word(start: int, match: re.Match[str], name: str) -> Found | None:
    """name@gmail, name@okaxis, and any name@word: the surer, the more the name looks like one."""
    word = match["domain"].split(".")[0]
    end = match.start("domain") + len(word)
    lowered = word.lower()
    address = f"{name}@{word}".lower()
    if lowered in hosts.payment_ends() or (lowered.startswith("ok") and len(lowered) > 4):
        return Found(start, end, address, 0.8, False, Kind.OTHER)
    if lowered in hosts.sure_providers():
        return Found(start, end, address, 0.85, False)
    if _SHAPE.search(name) and word.isalpha() and len(word) > 2:
        return Found(start, end, address, 0.3, False)
    return None


# ---- spelled, spaced, or with something missing


def _spelled(text: str, plain: list[Found]) -> Iterator[Found]:
    anchors = (
        (start, end)
        for start, end in _anchors(text)
        if not any(found.start <= start and end <= found.end for found in plain)
    )
    for start, end in spoken.stretches(islice(anchors, MOST), _REACH, len(text)):
        row = spoken.bits(text, start, end)
        done = 0
        for at, bit in enumerate(row):
            if at < done:
                continue
            found = None
            if bit.sign == "@":
                found = _around(row, at)
            elif bit.text.lower() in hosts.provider_starts():
                found = _beside_provider(row, at)
            if found:
                reading, done = found
                yield reading


def _anchors(text: str) -> Iterator[tuple[int, int]]:
    """Where signs and mail providers are named."""
    telling = _telling()
    for match in _WORD.finditer(text):
        token = match.group()
        if token.lower() in telling or not token[0].isalnum():
            yield match.span()


@cache
def _telling() -> frozenset[str]:
    return spoken.words_for("at") | spoken.words_for("dot") | spoken.weak_words_for("dot") | hosts.provider_heads()


_WEAK_AT = frozenset({"at", "chez", "bij", "bei"})


def _around(row: list[Bit], at: int) -> tuple[Found, int] | None:
    """The name before a sign and the domain after it."""
    sign = row[at]
    domain = _domain(row, at + 1)
    before = _skip_back(row, at - 1)
    if domain is None or before < 0 or not _ends_a_name(row[before]):
        return None
    first = _strip(row, spoken.unit_before(row, before))
    name = spoken.read(row[first : before + 1])
    if not name or _is_talk(row, first, before, sign):
        return None
    score = _belief(sign, name, domain)
    if not score:
        return None
    end = row[domain.last].end
    return Found(row[first].start, end, f"{name}@{domain.host}", score, True), domain.last + 1


def _skip_back(row: list[Bit], at: int) -> int:
    while at > 0 and row[at].word and row[at].text.lower() in spoken.fillers():
        at -= 1
    return at


def _ends_a_name(bit: Bit) -> bool:
    return bit.word or bit.text == "_" or (bit.spoken and bit.sign in spoken.JOINS)


def _strip(row: list[Bit], first: int) -> int:
    while row[first].sign in {".", "-", "+"} and first + 1 < len(row):
        first += 1
    return first


def _is_talk(row: list[Bit], first: int, last: int, sign: Bit) -> bool:
    """ "look at …": one ordinary word before a sign that is a word too, or that has gaps around it."""
    certain = sign.spoken and not sign.weak
    return first == last and not certain and row[first].text.lower() in spoken.not_a_name()


def _belief(sign: Bit, name: str, domain: Domain) -> float:
    shaped = bool(_SHAPE.search(name))
    if not sign.weak:
        return 0.92 if domain.dotted else 0.85 if domain.provider else 0.0
    usual = sign.text.lower() in _WEAK_AT
    if domain.spoken:
        return 0.9 if usual else 0.6 if domain.provider else 0.4 if shaped else 0.0
    if domain.typed_dot:
        return (0.85 if usual else 0.6) if domain.provider else 0.5 if shaped and usual else 0.0
    if not domain.provider:
        return 0.0
    return (0.7 if usual else 0.5) if shaped else 0.35 if usual else 0.0


def _domain(row: list[Bit], at: int) -> Domain | None:
    while at < len(row) and row[at].word and row[at].text.lower() in spoken.fillers() | {"a", "sign"}:
        at += 1
    if at >= len(row) or not row[at].word:
        return None
    label, last, provider = _first_label(row, at)
    return _with_endings(row, label, last, provider)


def _first_label(row: list[Bit], at: int) -> tuple[str, int, bool]:
    """A provider of up to three words, or a word with its hyphens or spelled-out letters."""
    for size in (3, 2, 1) if row[at].text.lower() in hosts.provider_starts() else ():
        words = row[at : at + size]
        name = "".join(bit.text.lower() for bit in words)
        if len(words) == size and name in hosts.providers():
            return name, at + size - 1, True
    last = at
    while last + 2 < len(row) and row[last + 1].sign in {"-", "_"} and row[last + 2].word:
        if row[last + 2].gap and not row[last + 1].spoken:
            break
        last += 2
    return spoken.read(row[at : last + 1]), last, False


def _with_endings(row: list[Bit], label: str, last: int, provider: bool) -> Domain | None:
    """The labels that follow, up to the last one that is an ending."""
    labels, said, typed = [label], False, False
    good: Domain | None = None
    at = last + 1
    while at + 1 < len(row) and len(labels) < _MOST_LABELS and row[at].sign == "." and row[at + 1].word:
        stop = _label_end(row, at + 1)
        end = hosts.ending(row[stop].text) if stop == at + 1 else ""
        said, typed = said or row[at].spoken, typed or not row[at].spoken
        labels.append(end or spoken.read(row[at + 1 : stop + 1]))
        if end and _is_dot(row, at, label, end):
            good = Domain(".".join(labels), stop, provider, True, said, typed)
        at = stop + 1
    return good or _without_dot(row, label, last)


def _label_end(row: list[Bit], at: int) -> int:
    while at + 2 < len(row) and row[at + 1].sign == "-" and not row[at + 1].gap and row[at + 2].word:
        at += 2
    return at


def _is_dot(row: list[Bit], at: int, label: str, end: str) -> bool:
    """And not the end of a sentence, or "the point"."""
    certain = label in hosts.sure_providers() or end not in hosts.risky_endings()
    if row[at].spoken:
        return certain or not row[at].weak
    return bool(row[at].gap) == bool(row[at + 1].gap) or (certain and label in hosts.providers())


def _without_dot(row: list[Bit], label: str, last: int) -> Domain | None:
    """ "gmail com", "gmail"."""
    if label not in hosts.sure_providers():
        return None
    after = row[last + 1] if last + 1 < len(row) else None
    end = hosts.ending(after.text) if after and after.word else ""
    if end and end not in hosts.risky_endings():
        return Domain(f"{label}.{end}", last + 1, True, True, False, True)
    return Domain(label, last, True, False)


def _beside_provider(row: list[Bit], at: int) -> tuple[Found, int] | None:
    """No sign at all: "luna_77, gmail com", "gmail is luna_77"."""
    if not row[at].word:
        return None
    label, last, provider = _first_label(row, at)
    if not provider or (label not in hosts.sure_providers() and last + 1 >= len(row)):
        return None
    domain = _with_endings(row, label, last, provider)
    if domain is None:
        return None
    return _name_before(row, at, domain) or _name_after(row, domain)


def _name_before(row: list[Bit], at: int, domain: Domain) -> tuple[Found, int] | None:
    before = _skip_back(row, at - 1)
    if before < 0 or not row[before].word or row[at].gap not in {" ", ",", ".", "...", "/", "|"}:
        return None
    first = _strip(row, spoken.unit_before(row, before))
    name = spoken.read(row[first : before + 1])
    shaped = bool(_TELLING_SHAPE.search(name))
    score = (0.7 if domain.dotted else 0.4) if shaped else 0.0
    if not score and domain.dotted and not _is_talk(row, first, before, row[at]) and len(name) > 4:
        score = 0.35
    if not score:
        return None
    return Found(row[first].start, row[domain.last].end, f"{name}@{domain.host}", score, True), domain.last + 1


def _name_after(row: list[Bit], domain: Domain) -> tuple[Found, int] | None:
    """The name alone is the datum: the provider was its label."""
    first = domain.last + 1
    at = first
    while at < len(row) and (row[at].text in _LABEL_SIGNS or row[at].text.lower() in spoken.labels()):
        at += 1
    if at >= len(row) or not row[at].word or row[at].text.lower() in spoken.not_a_name():
        return None
    last = spoken.unit_after(row, at)
    signed = last < len(row) and row[last].sign == "@"
    if signed or not _TELLING_SHAPE.search("".join(bit.text for bit in row[at:last])):
        return None
    score = 0.7 if at > first else 0.4
    return Found(row[at].start, row[last - 1].end, f"{spoken.read(row[at:last])}@{domain.host}", score, True), last
