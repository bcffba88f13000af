"""Finds postal addresses by their form: house, street, town and code in the ways of many countries, boxes, codes."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.placewords import (
    CAPITAL_STREET,
    FIRST,
    NO_NAME,
    NUMBER,
    NUMBERED,
    STATE,
    STREET,
    WEAK_FIRST,
    Token,
    is_number,
    little,
)

MOST = 4  # addresses looked at in one message
_NAME = 4  # words in the name of a street
_LONGEST_TAIL = 9
_NUMBER_SIGNS = frozenset({"n.", "n.o", "n", "#"})


def find(line: Line, tokens: list[Token]) -> Iterator[Clue]:
    """Addresses, perhaps overlapping, the surest reading first."""
    yield from _addresses(line, tokens)
    yield from _marked(line, tokens)


# ---- house and street


def _addresses(line: Line, tokens: list[Token]) -> Iterator[Clue]:
    found = 0
    for at, token in enumerate(tokens):
        if found >= MOST:
            return
        reading = None
        if token.figure or token.what & NUMBER:
            if _may_be_named(tokens, at + 1):
                reading = _english(line.text, tokens, at) or _french(line.text, tokens, at)
        elif token.what & FIRST:
            reading = _romance(line.text, tokens, at)
        elif len(token.text) > 4:
            reading = _germanic(line.text, tokens, at)
        if reading:
            last, score = reading
            yield _address(line, tokens, at, last, score)
            found += 1


def _may_be_named(tokens: list[Token], at: int) -> bool:
    """A quick look at what stands after a number: most numbers are followed by what no street is called."""
    if at >= len(tokens) or tokens[at].figure:
        return False
    return not tokens[at].what & NO_NAME or tokens[at].text == "the"


def _address(line: Line, tokens: list[Token], first: int, last: int, score: float) -> Clue:
    last = _tail(line.text, tokens, last)
    first = _unit_before(tokens, first)
    start, end = tokens[first].start, tokens[last].end
    coded = bool(_any_postcode().search(line.text, start, min(len(line.text), end + 1)))
    score += 0.2 * coded + 0.05 * min(3, last - first - 2)
    return clue_at(line, start, end, Kind.POSTAL_ADDRESS, min(0.95, score), "address", "a postal address")


def _joined(text: str, one: Token, other: Token) -> bool:
    """Nothing but spaces and at most a comma between two words, or the point of an abbreviation."""
    between = text[one.end : other.start]
    bare = between.strip(" \n")
    return len(between) <= 4 and (bare in {"", ",", "#"} or (bare in {".", ".,"} and len(one.text) <= 4))


def _english(text: str, tokens: list[Token], at: int) -> tuple[int, float] | None:
    """ "118 Corncrake Street": a number, a name of up to three words, a word for street."""
    if not is_number(tokens[at]):
        return None
    if tokens[at + 1].text == "the" and tokens[at + 1].capital and at + 2 < len(tokens) and tokens[at + 2].capital:
        return at + 2, 0.5
    names: list[Token] = []
    for last in range(at + 1, min(at + _NAME + 1, len(tokens))):
        token = tokens[last]
        if not _joined(text, tokens[last - 1], token):
            return None
        if names and token.what & (STREET | CAPITAL_STREET):
            score = _street_score(tokens[at], names, token)
            if score:
                return last, score
        starts = last == at + 1 and token.text == "the"
        if (token.what & NO_NAME and not starts) or token.figure:
            return None
        names.append(token)
    return None


def _street_score(number: Token, names: list[Token], street: Token) -> float:
    named = [token for token in names if token.text != "the"]
    capital = all(token.capital for token in named)
    if street.what & STREET:
        if named and capital:
            return 0.7
        return 0.4 if named and number.figure else 0.0
    return 0.6 if capital and street.capital else 0.0


def _french(text: str, tokens: list[Token], at: int) -> tuple[int, float] | None:
    """ "14 bis rue des Lilas": the number first."""
    if not tokens[at].figure or not is_number(tokens[at]):
        return None
    street = at + 1
    if street < len(tokens) and tokens[street].text in {"bis", "ter"}:
        street += 1
    if (
        street >= len(tokens)
        or not tokens[street].what & FIRST
        or not _joined(text, tokens[street - 1], tokens[street])
    ):
        return None
    last = street
    for after in range(street + 1, min(street + _NAME + 1, len(tokens))):
        if not _joined(text, tokens[after - 1], tokens[after]):
            break
        if tokens[after].capital or after == street + 1:
            last = after
    weak = tokens[street].what & WEAK_FIRST and not tokens[last].capital
    return (last, 0.7) if last > street and not weak else None


def _romance(text: str, tokens: list[Token], at: int) -> tuple[int, float] | None:
    """ "calle Alamo Seco 437", "ul. Niezapominajki 4/2": the street first, then its name and number."""
    names: list[Token] = []
    for last in range(at + 1, min(at + _NAME + 3, len(tokens))):
        before, token = tokens[last - 1], tokens[last]
        if not _joined(text, before, token) and text[before.end : token.start].strip() not in _NUMBER_SIGNS:
            return None
        if names and token.figure and is_number(token):
            if any(name.capital for name in names):
                return last, 0.7
            return None if tokens[at].what & WEAK_FIRST else (last, 0.5)
        names.append(token)
    return None


def _germanic(text: str, tokens: list[Token], at: int) -> tuple[int, float] | None:
    """ "Fliederstieg 19 b", "Bagdat Caddesi no 5": the word for street ends the name."""
    token = tokens[at]
    if not _ends_like_a_street(token):
        return None
    number = at + 1
    if number < len(tokens) and tokens[number].text in little("number_signs"):
        number += 1
    if number >= len(tokens) or not tokens[number].figure or not is_number(tokens[number]):
        return None
    return (number, 0.7 if token.capital else 0.6) if _joined(text, token, tokens[at + 1]) else None


def _ends_like_a_street(token: Token) -> bool:
    sure, weak, never = _last_words()
    if token.text.endswith(sure):
        return token.text not in never
    return token.capital and token.text.endswith(weak)


@cache
def _last_words() -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    european = table("places")["european"]
    weak = set(european["weak_last"])
    return tuple(set(european["last"]) - weak), tuple(weak), frozenset(european["not_last"])


def _tail(text: str, tokens: list[Token], last: int) -> int:
    """Flat, town, state and post code after the street."""
    stop = min(last + _LONGEST_TAIL, len(tokens) - 1)
    while last < stop and _goes_on(text, tokens[last], tokens[last + 1]):
        after = tokens[last + 1]
        code = _any_postcode().match(text, after.start)
        if code:
            return next((at for at in range(last + 1, len(tokens)) if tokens[at].end >= code.end()), last + 1)
        comma = text[tokens[last].end : after.start].strip(" .") != ""
        if comma and after.what & NUMBERED and last + 2 < len(tokens) and tokens[last + 2].start - after.end <= 2:
            last += 2
        elif _may_be_town(after, comma):
            last += 1
        else:
            break
    return last


def _goes_on(text: str, here: Token, after: Token) -> bool:
    """A comma, a line end or a space; a full stop only after an abbreviation."""
    between = text[here.end : after.start]
    bare = between.strip(" \n")
    return len(between) <= 3 and (bare in {"", ",", "#"} or (bare in {".", ".,"} and len(here.text) <= 4))


def _may_be_town(token: Token, comma: bool) -> bool:
    if token.figure:
        return len(token.text) in {4, 5, 6} and token.text.isdigit()
    if token.text in little("no_names"):
        return False
    return token.capital or bool(token.what & STATE and comma)


def _unit_before(tokens: list[Token], first: int) -> int:
    """ "Flat 3, 118 …", "1/2, 55 …": the flat before the house."""
    if first >= 2 and tokens[first - 2].what & NUMBERED and tokens[first].start - tokens[first - 1].end <= 2:
        return first - 2
    if first >= 1 and tokens[first - 1].what & NUMBERED and tokens[first].start - tokens[first - 1].end <= 2:
        return first - 1
    return first


@cache
def _any_postcode() -> re.Pattern[str]:
    return re.compile(
        r"\b(?:[A-Z]{1,2}\d[\dA-Z]?\s?\d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z]\s?\d[A-Z]\d|[A-Z]{2,3},?\s\d{4,5}(?:-\d{4})?"
        r"|\d{4}\s?[A-Z]{2}|[A-Z]\d{2}\s[A-Z0-9]{4})\b"
    )


# ---- what marks itself: boxes, post codes, coordinates

_STANDALONE = re.compile(r"\b(?:[A-Z]{1,2}\d[\dA-Z]?\s\d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z]\s\d[A-Z]\d)\b")
_THREE_WORDS = re.compile(r"/{3}\s?[^\W\d_]{3,20}\.[^\W\d_]{3,20}\.[^\W\d_]{3,20}")
_COORDINATES = re.compile(r"-?\d{1,2}\.\d{3,8}\s?°?\s?[NS]?,\s?-?\d{1,3}\.\d{3,8}\s?°?\s?[EW]?")
_CARE_OF = re.compile(r"\bc/o\s[^\n!?;]{3,60}", re.IGNORECASE)


@cache
def _box() -> re.Pattern[str]:
    words = "|".join(re.escape(word).replace(r"\ ", r"\s?") for word in table("places")["european"]["boxes"])
    return re.compile(rf"(?<![^\W_])(?:{words})\s?(?:no\.?|nr\.?|n\.?)?[\s#]{{0,2}}\d{{1,6}}(?![^\W_])", re.IGNORECASE)


def _marked(line: Line, tokens: list[Token]) -> Iterator[Clue]:
    text = line.text
    for pattern, score, why in (
        (_box(), 0.85, "a post office box"),
        (_THREE_WORDS, 0.85, "a spot on the map in three words"),
        (_COORDINATES, 0.6, "coordinates on a map"),
        (_CARE_OF, 0.6, "an address care of somebody"),
        (_STANDALONE, 0.55, "a post code"),
    ):
        for match in islice(pattern.finditer(text), MOST):
            start, end = match.span()
            if pattern is _box():
                end = _end_of_tail(text, tokens, end)
            kind = Kind.OTHER if pattern in {_THREE_WORDS, _COORDINATES} else Kind.POSTAL_ADDRESS
            yield clue_at(line, start, end, kind, score, "address", why)


def _end_of_tail(text: str, tokens: list[Token], end: int) -> int:
    last = next((at for at, token in enumerate(tokens) if token.end >= end), None)
    return end if last is None else max(end, tokens[_tail(text, tokens, last)].end)


def clue_at(line: Line, start: int, end: int, kind: Kind, score: float, detector: str, why: str) -> Clue:
    return Clue(Rule.CONTACT_SHARED, line, start, end, kind, round(score, 2), detector, why)
