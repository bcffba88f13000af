# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Finds links, invitations and profiles, also when dots and slashes are spelled out."""

import re
from collections.abc import Iterator

from moderation.prescreen import hosts
from moderation.prescreen.allowlist import Allowed
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line

_DOT = r"(?:\.|\s?[(\[{]\s*(?:dot|\.|punto|ponto)\s*[)\]}]\s?|\s(?:dot|punto|ponto)\s|\s\.\s)"
_SLASH = r"(?:/|\s?[(\[]\s*(?:slash|/)\s*[)\]]\s?|,?\s(?:forward |fwd )?slash,?\s|\s?/\s?)"
_LINK = re.compile(
    rf"(?:(?:https?|hxxps?)\s?:\s?/\s?/\s?)?(?:www\.)?[a-z0-9](?:[a-z0-9-]{{0,40}}|[a-z]{{1,12}}\s[a-z]{{2,8}}(?=\s?\.\s?gg))"
    rf"(?:{_DOT}[a-z0-9-]{{2,40}}){{1,4}}(?:{_SLASH}[^\s,;!?)\"']+|/)*",
    re.IGNORECASE,
)
_OWNERSHIP = re.compile(
    r"\b(?:my|mine|join|our|come to|hop|dm|add me|write to|find me|follow|subscribe|reach me|msg me|message me|contact me|private|chat ?room)\b",
    re.IGNORECASE,
)
_SPOKEN_HUB = re.compile(
    r"\b(?:linktree|link tree|linktr ee|carrd|beacons|tumblr|instagram|insta|facebook|reddit|telegram|t me|discord gg|snapchat|youtube|twitch),?\s+"
    r"(?:forward |fwd )?(?:slash|/),?\s+[^.!?\n]{2,60}",
    re.IGNORECASE,
)


def find(line: Line, allowed: Allowed) -> Iterator[Clue]:
    text = line.text
    for match in _LINK.finditer(text):
        start, end = match.span()
        if (start and text[start - 1] in "@_") or "@" in match.group().split("/")[0]:
            continue
        yield from _judge(line, start, end, match.group(), allowed)
    for match in _SPOKEN_HUB.finditer(text):
        found = re.split(r"\b(?:there'?s|if you|come|and then|thats)\b", match.group())[0].rstrip(" ,")
        kind = hosts.kind_of(match.group().split()[0].lower().rstrip(",") + ".com") or Kind.URL
        yield Clue(Rule.CONTACT_SHARED, line, match.start(), match.start() + len(found), kind, 0.85, "link",
                   "a profile link spelled out in words")  # fmt: skip


def _judge(line: Line, start: int, end: int, typed: str, allowed: Allowed) -> Iterator[Clue]:
    typed = typed.rstrip(".:-_")
    end = start + len(typed)
    spelled = _plain(typed)
    bare = re.sub(r"^h(?:tt|xx)ps?:/*", "", spelled, flags=re.IGNORECASE)
    host, _, path = bare.partition("/")
    host = host.lower()
    ending = host.rpartition(".")[2]
    posing = any(own in host for own in allowed.own) and not allowed.own_host(host)
    if (ending not in hosts.endings() and not posing) or host.count(".") == 0:
        return
    has_scheme = bare != spelled or host.startswith("www.")
    kind = hosts.kind_of(host)
    if not has_scheme and not path and kind is None and not _looks_meant(line.text, typed, host, start):
        return
    if allowed.host(host) and (allowed.own_host(host) or kind is None):
        return
    if kind is not None and not path and not has_scheme and host.count(".") == 1 and kind is not Kind.URL:
        return
    lookalike = any(own.split(".")[0] in host for own in allowed.own)
    why = f"a link that only looks like the site's own: {host}" if lookalike else f"a link to {host}"
    if kind is not None:
        yield Clue(Rule.CONTACT_SHARED, line, start, end, kind, 0.93, "link", why, bare)
    elif lookalike:
        yield Clue(Rule.CONTACT_SHARED, line, start, end, Kind.URL, 0.9, "link", why, bare)
    elif _OWNERSHIP.search(line.text[max(0, start - 60) : start].rpartition(". ")[2] + line.text[end : end + 40]):
        yield Clue(
            Rule.CONTACT_SHARED,
            line,
            start,
            end,
            Kind.URL,
            0.62,
            "link",
            f"{why}, offered as a way to the writer",
            bare,
        )


def _plain(typed: str) -> str:
    plain = re.sub(rf"(?i){_DOT}", ".", typed)
    plain = re.sub(r"(?i)\s?[(\[]?\s*\b(?:forward |fwd )?slash\b\s*[)\]]?,?\s?", "/", plain)
    return re.sub(r"\s", "", plain)


def _looks_meant(text: str, typed: str, host: str, start: int) -> bool:
    """A bare host without a scheme: not a missing space after a full stop ("days.Thanks")."""
    last = typed.rpartition(".")[2]
    if re.search(r"\s|dot", typed):
        return host.rpartition(".")[2] not in hosts.risky_endings()
    if last[:1].isupper() and not typed.isupper():
        return False
    return host.rpartition(".")[2] not in hosts.risky_endings() or host.endswith(".com")
