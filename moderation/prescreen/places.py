"""Finds postal addresses, meeting places and schools with a class: somewhere a stranger could go. Knows no person.

Addresses have a form of their own. Places have none: there, kinds of evidence that stand together are counted, and
the score stays low enough that the rest of the talk must decide.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from moderation.prescreen import digits
from moderation.prescreen.allowlist import Allowed, names_a_service
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line

MOST = 4  # places of one kind looked at in one message
_TOKEN = re.compile(
    r"(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff])(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff]|['./:-](?=[^\W_]))*"
)
_END = re.compile(r"[!?;\n]|\.(?:\s|$)")
_NUMBER = re.compile(r"\d{1,5}[a-z]?(?:[/-]\d{0,4}[a-z]?)?")
_ORDINAL = re.compile(r"\d{1,2}(?:st|nd|rd|th|e|er|o|a|\.)")
_CLOCK = re.compile(r"(?:[01]?\d|2[0-4])(?:[.:h][0-5]\d)?(?:am|pm|ish|h|ich)|(?:[01]?\d|2[0-4])[.:h][0-5]\d")
_CLASS = re.compile(
    r"\d{1,2}-?(?!(?:am|pm|st|nd|rd|th|mg|ml|kg|km|cm|mm|hr|g|h|k|m|ft|lb|px|gb|tb)$)[a-z]{1,2}\d?|[a-z]\d{1,2}[a-z]?|[ivx]{1,4}-?[a-d]"
)
_BEFORE_HOUR = frozenset(
    {"at", "after", "from", "till", "until", "til", "by", "around", "about", "past", "to", "um", "gegen", "ab", "dopo"}
    | {"alas", "as", "a", "alle", "ore", "saat", "jam", "kl", "pukul", "в", "от", "om", "van", "od", "o", "las", "half"}
)
_AFTER_HOUR = frozenset({"am", "pm", "ish", "sharp", "o'clock", "oclock", "uhr", "baje", "h", "heures", "past", "wnus"})
_ARTICLES = frozenset({"the", "a", "an", "my", "our", "la", "le", "el", "der", "die", "das", "den", "dem", "het", "de"})
_ABBREVIATIONS = frozenset(
    {"st", "dr", "mr", "mrs", "ms", "no", "nr", "ul", "jl", "str", "av", "rd", "ave", "ул", "sr"}
)
_ORDINALS = frozenset({"first", "second", "third", "fourth", "fifth", "last", "erste", "second", "tweede", "primeira"})
_DETAILED = 0.4
_NEAR = 6  # words between two bits of evidence that still belong together
_NAME = 4  # words in the name of a street
_LONGEST_TAIL = 9
_LONGEST_ABBREVIATION = 3  # longer words in capitals are shouted
_LAST_WORDS = 8  # of a sentence about a place, mostly how to know the writer


# What a word may be evidence of: bits of one number, because an enumeration of flags is fifty times as slow.
VENUE = 1 << 0
EVERYDAY = 1 << 1
NUMBERED = 1 << 2
AFTER = 1 << 3  # what ordinals stand before: "third floor"
POSITION = 1 << 4
TIME = 1 << 5
SIGN = 1 << 6
STREET = 1 << 7
CAPITAL_STREET = 1 << 8
FIRST = 1 << 9  # a word for street that stands before its name
WEAK_FIRST = 1 << 10
LAST = 1 << 11
NO_NAME = 1 << 12
STATE = 1 << 13
SCHOOL = 1 << 14
CLASS = 1 << 15
NUMBER = 1 << 16
_PLACES = VENUE | NUMBERED | CAPITAL_STREET | STREET | FIRST | TIME


@dataclass(slots=True)
class Token:
    start: int
    end: int
    text: str  # lower case
    capital: bool
    what: int
    figure: bool


@cache
def _words() -> dict[str, int]:
    lists = table("places")
    groups = [
        (VENUE, [word for words in lists["venues"].values() for word in words]),
        (VENUE | EVERYDAY, lists["everyday"]["words"]),
        (NUMBERED, lists["numbered"]["words"]),
        (AFTER, lists["numbered"]["after"]),
        (POSITION, lists["positions"]["words"]),
        (TIME, lists["times"]["words"]),
        (SIGN, lists["signs"]["words"]),
        (STREET, lists["streets"]["sure"]),
        (CAPITAL_STREET, lists["streets"]["capital"]),
        (NO_NAME, lists["streets"]["not_names"]),
        (STATE, lists["streets"]["states"]),
        (FIRST, lists["european"]["first"]),
        (WEAK_FIRST, lists["european"]["weak_first"]),
        (SCHOOL, lists["schools"]["words"]),
        (CLASS, lists["schools"]["classes"]),
        (NUMBER, [w for w, entry in digits.number_words().items() if entry.sure and entry.part in {"ones", "tens"}]),
    ]
    known: dict[str, int] = {}
    for what, words in groups:
        for word in words:
            known[word] = known.get(word, 0) | what
    return known


def find(line: Line, allowed: Allowed | None = None) -> Iterator[Clue]:
    text = line.text
    tokens = _tokens(text)
    taken: list[tuple[int, int]] = []
    for clue in [*_addresses(line, tokens), *_marked(line, tokens)]:
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


def _tokens(text: str) -> list[Token]:
    known = _words()
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        typed = match.group()
        lowered = typed.lower()
        what = known.get(lowered, 0)
        if not what and lowered.endswith("'s"):
            what = known.get(lowered[:-2], 0)
        capital = typed[0] != lowered[0] and not (typed.isupper() and len(typed) > _LONGEST_ABBREVIATION)
        found.append(Token(*match.span(), lowered, capital, what, typed[0].isdigit()))
    return found


# ---- postal addresses


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
    return _clue(line, start, end, Kind.POSTAL_ADDRESS, min(0.95, score), "address", "a postal address")


def _clue(line: Line, start: int, end: int, kind: Kind, score: float, detector: str, why: str) -> Clue:
    return Clue(Rule.CONTACT_SHARED, line, start, end, kind, round(score, 2), detector, why)


def _is_number(token: Token) -> bool:
    return bool(token.what & NUMBER) or (token.figure and bool(_NUMBER.fullmatch(token.text)))


def _joined(text: str, one: Token, other: Token) -> bool:
    """Nothing but spaces and at most a comma between two words, or the point of an abbreviation."""
    between = text[one.end : other.start]
    bare = between.strip(" \n")
    return len(between) <= 4 and (bare in {"", ",", "#"} or (bare in {".", ".,"} and len(one.text) <= 4))


def _english(text: str, tokens: list[Token], at: int) -> tuple[int, float] | None:
    """ "118 Corncrake Street": a number, a name of up to three words, a word for street."""
    if not _is_number(tokens[at]):
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
    if not tokens[at].figure or not _is_number(tokens[at]):
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
        token = tokens[last]
        if not _joined(text, tokens[last - 1], token) and text[tokens[last - 1].end : token.start].strip() not in {
            "n.",
            "n.o",
        }:
            return None
        if names and token.figure and _is_number(token):
            capital = any(name.capital for name in names)
            return (last, 0.7 if capital else 0.5) if capital or not tokens[at].what & WEAK_FIRST else None
        names.append(token)
    return None


def _germanic(text: str, tokens: list[Token], at: int) -> tuple[int, float] | None:
    """ "Fliederstieg 19 b", "Bagdat Caddesi no 5": the word for street ends the name."""
    token = tokens[at]
    sure, weak, never = _last_words()
    if token.text.endswith(sure):
        good = token.text not in never
    else:
        good = token.capital and token.text.endswith(weak)
    if not good:
        return None
    number = at + 1
    if number < len(tokens) and tokens[number].text in {"no", "nr", "numero", "nummer", "numara"}:
        number += 1
    if (
        number < len(tokens)
        and tokens[number].figure
        and _is_number(tokens[number])
        and _joined(text, token, tokens[at + 1])
    ):
        return number, 0.7 if token.capital else 0.6
    return None


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
    if token.text in {"i", "i'm", "i'll", "i've", "i'd"}:
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
            yield _clue(line, start, end, kind, score, "address", why)


def _end_of_tail(text: str, tokens: list[Token], end: int) -> int:
    last = next((at for at, token in enumerate(tokens) if token.end >= end), None)
    return end if last is None else max(end, tokens[_tail(text, tokens, last)].end)


# ---- places to meet, schools


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
    return bool(_END.search(between)) and not (between == ". " and one.text in _ABBREVIATIONS)


def _spot(line: Line, tokens: list[Token]) -> Clue | None:
    best: tuple[float, int, int] | None = None
    group: list[Evidence] = []
    for piece in [*_evidence(tokens), None]:
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
    while first and tokens[first - 1].text in _ARTICLES:
        first -= 1
    if score >= _DETAILED and len(tokens) - last <= _LAST_WORDS:
        last = len(tokens) - 1
    why = "a place where somebody could be met or found"
    return _clue(line, tokens[first].start, tokens[last].end, Kind.OTHER, score, "meeting", why)


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
    if not special and not kinds & {"numbered", "name"} and len(kinds) < 3:
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
    token = tokens[at]
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if (
        token.what & NUMBERED
        and after
        and (_is_number(after) or (len(after.text) == 1 and after.text not in {"i", "a"}))
    ):
        return "numbered", at + 1
    if after and after.what & (AFTER | NUMBERED) and (token.text in _ORDINALS or _ORDINAL.fullmatch(token.text)):
        return "numbered", at + 1
    if _is_hour(tokens, at):
        return "time", at
    if token.what & VENUE:
        return "venue", at
    if token.what & TIME:
        return "time", at
    if _is_street(tokens, at):
        return "street", at
    if (
        token.capital
        and (at or (after and after.capital))
        and token.text not in {"i", "i'm", "i'll", "i'd", "i've"}
        and len(token.text) > 1
    ):
        return "name", at
    if token.what & POSITION and after and _leads_to_a_place(tokens, at):
        return "position", at
    if token.what & SIGN:
        return "sign", at
    return "", at


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
    if at + 1 < len(tokens) and tokens[at + 1].text in _AFTER_HOUR:
        return True
    return bool(at) and tokens[at - 1].text in _BEFORE_HOUR


def _school(line: Line, tokens: list[Token]) -> Clue | None:
    """A school with a class in it, or at least with a name."""
    schools = [at for at, token in enumerate(tokens) if token.what & SCHOOL]
    named = [at for at in schools if tokens[at].capital and _named(tokens, at)]
    classes = [at for at, token in enumerate(tokens) if _is_class(tokens, at)]
    if classes and schools:
        code = any(_CLASS.fullmatch(tokens[at].text) for at in classes)
        score = 0.65 if named and code else 0.5 if named else 0.35
    elif named:
        score = 0.35
    else:
        return None
    around = [*classes, *(named or schools)]
    first, last = min(around), max(around)
    if classes and last - first > 2 * _NEAR:
        return None
    while first and tokens[first - 1].capital and tokens[first].start - tokens[first - 1].end <= 2:
        first -= 1
    if tokens[last].what & CLASS and last + 1 < len(tokens):
        last += 1
    while last + 1 < len(tokens) and tokens[last + 1].capital and tokens[last + 1].start - tokens[last].end <= 2:
        last += 1
    return _clue(line, tokens[first].start, tokens[last].end, Kind.OTHER, score, "school", "a school, and who is there")


def _named(tokens: list[Token], at: int) -> bool:
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return bool((before and before.capital and before.text != "i") or (after and after.capital and after.text != "i"))


def _is_class(tokens: list[Token], at: int) -> bool:
    token = tokens[at]
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if token.what & CLASS and after:
        return len(after) <= 3 and (after[0].isdigit() or len(after) == 1 or bool(_CLASS.fullmatch(after)))
    return bool(_CLASS.fullmatch(token.text)) and any(char.isdigit() for char in token.text)
