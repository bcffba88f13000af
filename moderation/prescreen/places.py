"""Finds postal addresses, meeting places and schools with a class: somewhere a stranger could go. Knows no person.

Addresses have a form of their own. Places have none: there, kinds of evidence that stand together are counted, and
the score stays low enough that the rest of the talk must decide.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from moderation.prescreen import placewords, streets
from moderation.prescreen.allowlist import Allowed, names_a_service
from moderation.prescreen.contract import Kind
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.placewords import (
    AFTER,
    CAPITAL_STREET,
    CLASS,
    EVERYDAY,
    FIRST,
    NUMBER,
    NUMBERED,
    POSITION,
    SCHOOL,
    SIGN,
    STREET,
    TIME,
    VENUE,
    Token,
    is_number,
    little,
)
from moderation.prescreen.streets import clue_at

MOST = 4  # places looked at in one message
_PLACES = VENUE | NUMBERED | CAPITAL_STREET | STREET | FIRST | TIME
_END = re.compile(r"[!?;\n]|\.(?:\s|$)")
_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th|e|er|o|a|\.)")
_HOUR = r"(?:[01]?\d|2[0-4])"
_CLOCK = re.compile(rf"{_HOUR}(?:[.:h][0-5]\d)?(?:am|pm|ish|h|ich)|{_HOUR}[.:h][0-5]\d")
_CLASS = re.compile(r"\d{1,2}-?(?P<letters>[a-z]{1,2})\d?|[a-z]\d{1,2}[a-z]?|[ivx]{1,4}-?[a-d]")
_NEAR = 6  # words between two bits of evidence that still belong together
_DETAILED = 0.4
_ENOUGH = 100  # bits of evidence in one sentence
_LAST_WORDS = 8  # of a sentence about a place, mostly how to know the writer


def find(line: Line, allowed: Allowed | None = None) -> Iterator[Clue]:
    text = line.text
    tokens = placewords.tokens(text)
    taken: list[tuple[int, int]] = []
    for clue in streets.find(line, tokens):
        if not _overlaps(clue.start, clue.end, taken):
            taken.append((clue.start, clue.end))
            published = allowed is not None and allowed.address(text[clue.start : clue.end])
            if not published and not names_a_service(text, clue.start, clue.end):
                yield clue
    for clue in islice(_spots(line, tokens), MOST):
        if not _overlaps(clue.start, clue.end, taken):
            yield clue


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(start < last and first < end for first, last in taken)


# ---- places to meet


@dataclass(slots=True)
class Evidence:
    first: int  # tokens
    last: int
    kind: str


def _spots(line: Line, tokens: list[Token]) -> Iterator[Clue]:
    if not any(token.what & (_PLACES | SCHOOL) for token in tokens):
        return
    for first, last in _sentences(line.text, tokens):
        if last - first < 2:
            continue
        sentence = tokens[first:last]
        shape = 0
        for token in sentence:
            shape |= token.what
        if shape & SCHOOL:
            clue = _school(line, sentence)
            if clue:
                yield clue
                continue
        if shape & _PLACES:
            clue = _spot(line, sentence)
            if clue:
                yield clue


def _sentences(text: str, tokens: list[Token]) -> Iterator[tuple[int, int]]:
    first = 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or _parted(text, tokens[at - 1], tokens[at]):
            yield first, at
            first = at


def _parted(text: str, one: Token, other: Token) -> bool:
    between = text[one.end : other.start]
    if between in {" ", ", "}:
        return False
    return bool(_END.search(between)) and not (between == ". " and one.text in little("abbreviations"))


def _spot(line: Line, tokens: list[Token]) -> Clue | None:
    best: tuple[float, int, int] | None = None
    group: list[Evidence] = []
    for piece in [*islice(_evidence(tokens), _ENOUGH), None]:
        if piece is not None and (not group or piece.first - group[-1].last <= _NEAR):
            group.append(piece)
            continue
        score = _belief(tokens, group)
        if score and (best is None or score > best[0]):
            best = (score, group[0].first, group[-1].last)
        group = [piece] if piece else []
    if best is None:
        return None
    score, first, last = best
    while first and tokens[first - 1].text in little("articles"):
        first -= 1
    if score >= _DETAILED and len(tokens) - last <= _LAST_WORDS:
        last = len(tokens) - 1
    why = "a place where somebody could be met or found"
    return clue_at(line, tokens[first].start, tokens[last].end, Kind.OTHER, score, "meeting", why)


def _belief(tokens: list[Token], group: list[Evidence]) -> float:
    """The more kinds of evidence stand together, the surer; an everyday place with an hour is nothing."""
    kinds = {piece.kind for piece in group}
    if not kinds & {"venue", "numbered", "street"} and not kinds >= {"name", "time", "position"}:
        return 0.0
    if len(kinds) < 2 or kinds <= {"numbered", "position", "sign"} or kinds == {"street", "name"}:
        return 0.0
    special = "street" in kinds or any(
        piece.kind == "numbered" or not tokens[piece.last].what & EVERYDAY
        for piece in group
        if piece.kind in {"venue", "numbered"}
    )
    if not special and "numbered" not in kinds and len(kinds) < 3:
        return 0.0
    return min(0.6, 0.1 + 0.1 * len(kinds))


def _evidence(tokens: list[Token]) -> Iterator[Evidence]:
    at = 0
    while at < len(tokens):
        kind, last = _kind_at(tokens, at)
        if kind:
            yield Evidence(at, last, kind)
        at = last + 1


def _kind_at(tokens: list[Token], at: int) -> tuple[str, int]:
    """What the word at this place is evidence of, "" for nothing, and the last word that belongs to it."""
    token = tokens[at]
    if _is_numbered(tokens, at):
        return "numbered", at + 1
    if _is_hour(tokens, at):
        return "time", at
    if token.what & VENUE:
        return "venue", at
    if token.what & TIME:
        return "time", at
    if _is_street(tokens, at):
        return "street", at
    if _is_name(tokens, at):
        return "name", at
    if token.what & POSITION and _leads_to_a_place(tokens, at):
        return "position", at
    return ("sign" if token.what & SIGN else ""), at


def _is_numbered(tokens: list[Token], at: int) -> bool:
    """ "gate 3", "table nine", "canteen B", "third floor"."""
    if at + 1 >= len(tokens):
        return False
    token, after = tokens[at], tokens[at + 1]
    if token.what & NUMBERED:
        letter = len(after.text) == 1 and after.text not in {"i", "a"}
        return letter or is_number(after)
    ordinal = token.text in little("ordinals") or bool(_ORDINAL.fullmatch(token.text))
    return ordinal and bool(after.what & (AFTER | NUMBERED))


def _is_name(tokens: list[Token], at: int) -> bool:
    """A capital that does not come from the beginning of a sentence."""
    token = tokens[at]
    inside = at > 0 or (len(tokens) > 1 and tokens[1].capital)
    return token.capital and inside and len(token.text) > 1 and token.text not in little("no_names")


def _is_street(tokens: list[Token], at: int) -> bool:
    """ "Corven Road", "tiller street", "Avenida Norte": a street without a number is a place, not an address."""
    token = tokens[at]
    if token.what & (STREET | CAPITAL_STREET) and at:
        before = tokens[at - 1]
        if token.capital and before.capital:
            return True
        return len(token.text) > 4 and bool(token.what & STREET) and not before.what and len(before.text) > 3
    return bool(token.what & FIRST) and at + 1 < len(tokens) and tokens[at + 1].capital


def _leads_to_a_place(tokens: list[Token], at: int) -> bool:
    return any(token.what & (VENUE | NUMBERED) or token.capital for token in tokens[at + 1 : at + 4])


def _is_hour(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    if token.figure and _CLOCK.fullmatch(token.text):
        return True
    number = (token.text.isdigit() and len(token.text) <= 2) or bool(token.what & NUMBER)
    if not number:
        return False
    if at + 1 < len(tokens) and tokens[at + 1].text in little("after_hour"):
        return True
    return bool(at) and tokens[at - 1].text in little("before_hour")


# ---- schools


def _school(line: Line, tokens: list[Token]) -> Clue | None:
    """A school with a class in it, or at least with a name."""
    schools = [at for at, token in enumerate(tokens) if token.what & SCHOOL]
    named = [at for at in schools if tokens[at].capital and _named(tokens, at)]
    classes = [at for at in range(len(tokens)) if _is_class(tokens, at)]
    if not named and not (schools and classes):
        return None
    code = any(_class_code(tokens[at].text) for at in classes)
    score = (0.65 if code else 0.5) if named and classes else 0.35
    around = [*classes, *(named or schools)]
    if max(around) - min(around) > 2 * _NEAR:
        return None
    first, last = _widened(tokens, min(around), max(around))
    return clue_at(
        line, tokens[first].start, tokens[last].end, Kind.OTHER, score, "school", "a school, and who is there"
    )


def _widened(tokens: list[Token], first: int, last: int) -> tuple[int, int]:
    """Takes in the rest of the name of the school, and the number after "class"."""
    while first and tokens[first - 1].capital and tokens[first].start - tokens[first - 1].end <= 2:
        first -= 1
    if tokens[last].what & CLASS and last + 1 < len(tokens):
        last += 1
    while last + 1 < len(tokens) and tokens[last + 1].capital and tokens[last + 1].start - tokens[last].end <= 2:
        last += 1
    return first, last


def _named(tokens: list[Token], at: int) -> bool:
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return bool((before and before.capital and before.text != "i") or (after and after.capital and after.text != "i"))


def _is_class(tokens: list[Token], at: int) -> bool:
    """ "year 9", "form 9T", or the code alone."""
    token = tokens[at]
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if token.what & CLASS and after:
        return len(after) <= 3 and (after[0].isdigit() or len(after) == 1 or _class_code(after))
    return any(char.isdigit() for char in token.text) and _class_code(token.text)


def _class_code(word: str) -> bool:
    """9T, 7e3, H5b; not 9am or 5mg."""
    match = _CLASS.fullmatch(word)
    return match is not None and match["letters"] not in little("quantities")
