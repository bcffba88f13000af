"""Finds links, invitations and profiles, also when dots and slashes are spelled out."""

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

MOST = 10
_REACH = 60
_SCHEME = re.compile(r"^\w{2,6}\s?:\s?/\s?/\s?", re.IGNORECASE)
_TYPED = re.compile(
    r"(?<![\w@.-])(?P<scheme>(?:https?|hxxps?)\s?:\s?/\s?/\s?)?"
    r"(?P<host>(?:[\w-]{1,63}+\.(?=\w))++[^\W\d_]{2,24}+)(?::\d{2,5})?(?![\w@])(?P<path>[/?#][^\s<>\"']*)?",
    re.IGNORECASE,
)
_DEEP = re.compile(
    r"(?<![\w.])(?:(?P<cut>\.gg/[\w-]{2,40})|(?P<app>[a-z][a-z0-9+]{1,14})://(?!www)[\w@+-]{2,40}(?:[/?=&][\w@+-]*)*)",
    re.IGNORECASE,
)
_TRAILING = ".,:;!?)-_*~]"
_WORD = re.compile(r"[^\W_]+|[(\[{<*]\s?\.\s?[)\]}>*]|\s\.\s?|\.\s?/")


@dataclass(frozen=True, slots=True)
class Link:
    start: int
    end: int
    host: str
    path: str
    scheme: bool = False
    spelled: bool = False
    doubtful: bool = False  # the dot may be the end of a sentence, the ending a word


def find(line: Line, allowed: Allowed) -> Iterator[Clue]:
    text = line.text
    done = -1
    for link in sorted([*_typed(text), *_spelled(text)], key=lambda link: (link.start, link.start - link.end)):
        if link.start < done:
            continue
        clue = _judge(line, link, allowed)
        if clue is not None:
            done = link.end
            yield clue
    yield from _deep(line)


# ---- reading


def _typed(text: str) -> Iterator[Link]:
    for match in islice(_TYPED.finditer(text), 3 * MOST):
        whole = match.group().rstrip(_TRAILING)
        host, path = match["host"], (match["path"] or "").rstrip(_TRAILING)
        label = host.rpartition(".")[2]
        scheme = bool(match["scheme"]) or host.lower().startswith("www.")
        doubtful = not scheme and not path and (label[:1].isupper() != host[:1].isupper() or host.isdigit())
        if hosts.ending(label) or (scheme and label.isalpha()):
            yield Link(match.start(), match.start() + len(whole), host.lower(), path[1:], scheme, doubtful=doubtful)


def _spelled(text: str) -> Iterator[Link]:
    for start, end in spoken.stretches(islice(_anchors(text), MOST), _REACH, len(text)):
        row = spoken.bits(text, start, end)
        done = 0
        for at, bit in enumerate(row):
            if at >= done and bit.sign in {".", "/"} and (bit.spoken or bit.gap or _gap_after(row, at)):
                found = _host_around(row, at) if bit.sign == "." else _hub_before(row, at)
                if found:
                    link, done = found
                    yield link


@cache
def _telling() -> frozenset[str]:
    return spoken.words_for("dot") | spoken.words_for("slash") | spoken.weak_words_for("dot")


def _anchors(text: str) -> Iterator[tuple[int, int]]:
    telling = _telling()
    for match in _WORD.finditer(text):
        if match.group().lower() in telling or not match.group()[0].isalnum():
            yield match.span()


def _gap_after(row: list[Bit], at: int) -> bool:
    return at + 1 < len(row) and bool(row[at + 1].gap)


def _host_around(row: list[Bit], at: int) -> tuple[Link, int] | None:
    """ "clases punto wixsite punto com barra contacto": labels between dots, then what follows a slash."""
    if at == 0 or not row[at - 1].word:
        return None
    first = spoken.unit_before(row, at - 1)
    labels, last = [spoken.read(row[first:at])], at
    while last + 1 < len(row) and row[last].sign == "." and row[last + 1].word:
        stop = spoken.unit_after(row[: last + 2], last + 1)
        labels.append(spoken.read(row[last + 1 : stop]))
        last = stop
    end = hosts.ending(labels[-1])
    if not end or not labels[0] or len(labels) < 2:
        return None
    path, last = _path(row, last)
    sure = any(bit.spoken and not bit.weak for bit in row[first:last] if bit.sign == ".")
    host = ".".join([*labels[:-1], end])
    return Link(row[first].start, row[last - 1].end, host, path, False, sure or bool(path), not path and not sure), last


def _hub_before(row: list[Bit], at: int) -> tuple[Link, int] | None:
    """ "linktree slash quietmoth", "monzo.me slash quietmoth": a host before a slash that is said in words."""
    first = _hub(row, at) if at and row[at].spoken else at
    path, last = _path(row, at)
    if first == at or not path:
        return None
    host = _hub_host(row[first:at])
    return Link(row[first].start, row[last - 1].end, host, path, False, True), last


def _hub(row: list[Bit], at: int) -> int:
    """The first bit of the host that ends before row[at], or `at` when there is none."""
    first = spoken.unit_before(row, at - 1)
    if row[at - 1].word and row[at - 2 : at - 1] and row[at - 2].sign == "." and hosts.ending(row[at - 1].text):
        return first
    for size in (1, 2, 3):
        words = row[max(0, at - size) : at]
        if len(words) == size and all(bit.word for bit in words) and _names_a_hub(words):
            return at - size
    return at


def _hub_host(words: list[Bit]) -> str:
    host = "".join(map(spoken.value, words)).lower()
    end = hosts.ending(words[-1].text) if len(words) > 1 and "." not in host else ""
    return f"{host.removesuffix(words[-1].text.lower())}.{end}" if end else host


def _names_a_hub(words: list[Bit]) -> bool:
    """With or without its ending, which then lacks its dot: "discord gg slash …"."""
    texts = [bit.text.lower() for bit in words]
    known = hosts.hub_names()
    return "".join(texts) in known or (bool(hosts.ending(texts[-1])) and "".join(texts[:-1]) in known)


def _path(row: list[Bit], at: int) -> tuple[str, int]:
    """What follows slashes from row[at] on, and where it ends."""
    parts: list[str] = []
    while at + 1 < len(row) and row[at].sign == "/" and not row[at].weak:
        start = at + 1
        if row[start].sign and not row[start].spoken and start + 1 < len(row):
            start += 1
        if not row[start].word:
            break
        stop = spoken.unit_after(row, start)
        parts.append(spoken.read(row[at + 1 : stop]))
        at = stop
    return "/".join(parts), at


# ---- judging


def _judge(line: Line, link: Link, allowed: Allowed) -> Clue | None:
    typed = line.message.text[slice(*line.folded.span(link.start, link.end))]
    contact = link.host + ("/" + link.path if link.path else "")
    if allowed.own_host(link.host) and not _disguised(typed, link, allowed):
        return None
    if _imitates(link.host, allowed):
        why = f"a link that only looks like the site's own: {link.host}"
        return _clue(line, link, Kind.URL, 0.9 if _holds_own(link.host, allowed) else 0.6, why, contact)
    kind = hosts.kind_of(link.host) or (hosts.kind_of_hub(link.host) if "." not in link.host else None)
    if kind is None and allowed.host(link.host):
        return None
    score = _belief(link, kind)
    why = f"a link {'spelled out in words, ' if link.spelled else ''}to {link.host}"
    return _clue(line, link, kind or Kind.URL, score, why, contact) if score else None


def _clue(line: Line, link: Link, kind: Kind, score: float, why: str, contact: str) -> Clue:
    return Clue(Rule.CONTACT_SHARED, line, link.start, link.end, kind, score, "link", why, contact)


def _belief(link: Link, kind: Kind | None) -> float:
    risky = link.host.rpartition(".")[2] in hosts.risky_endings()
    if kind is None:
        if link.doubtful:
            return 0.0
        if link.scheme or link.path:
            return 0.5
        return 0.25 if risky else 0.45
    if "." not in link.host:
        return 0.85
    own_room = hosts.known_host(link.host) != link.host.removeprefix("www.")
    if not link.path:
        return 0.75 if own_room and not link.doubtful else 0.0
    if not hosts.leads_to_a_person(link.host, link.path):
        return 0.45
    return 0.9 if link.spelled else 0.93


def _disguised(typed: str, link: Link, allowed: Allowed) -> bool:
    """Folded, it is the site's own name; as typed, other letters stand in it: another site altogether."""
    host = _SCHEME.sub("", typed).split("/")[0]
    return not link.spelled and not host.isascii() and not any(mark in host for mark in "．。｡\u200b\u200c\u200d\ufeff")


def _holds_own(host: str, allowed: Allowed) -> bool:
    return any(own in host or own.split(".")[0] in host for own in allowed.own)


def _imitates(host: str, allowed: Allowed) -> bool:
    """The own name stands in a host of somebody else, or one letter from it."""
    if allowed.host(host) and not allowed.own_host(host):
        return False
    if allowed.own_host(host) or _holds_own(host, allowed):
        return True
    label = hosts.registrable(host).split(".")[0].replace("-", "")
    return any(_one_edit(label, own.split(".")[0].replace("-", "")) for own in allowed.own)


def _one_edit(one: str, other: str) -> bool:
    """The same but for one letter changed, added or left out; names of less than five letters are too short."""
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1:
        return False
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    return one[head + 1 :] == other[head + 1 :] or one[head:] == other[head + 1 :] or one[head + 1 :] == other[head:]


# ---- links that open an app, and invitations cut short


def _deep(line: Line) -> Iterator[Clue]:
    for match in islice(_DEEP.finditer(line.text), MOST):
        app = (match["app"] or "").lower()
        if app in {"http", "https", "hxxp", "hxxps", "ftp", "file"}:
            continue
        why = f"a link that opens {app}" if app else "an invitation with its host cut off"
        contact = match.group() if app else f"discord{match['cut']}"
        yield Clue(
            Rule.CONTACT_SHARED, line, match.start(), match.end(), Kind.MESSAGING_APP, 0.85, "link", why, contact
        )
