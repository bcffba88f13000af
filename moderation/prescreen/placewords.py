"""Reads a text as words that may be evidence of a place: streets, venues, hours, numbers. Knows no sentence."""

import re
from dataclasses import dataclass
from functools import cache

from moderation.prescreen import spoken
from moderation.prescreen.lexicon import table

_LETTER = r"(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff])"
_TOKEN = re.compile(rf"{_LETTER}(?:{_LETTER}|['./:-](?=[^\W_]))*")
_NUMBER = re.compile(r"\d{1,5}[a-z]?(?:[/-]\d{0,4}[a-z]?)?")
_LONGEST_ABBREVIATION = 3  # longer words in capitals are shouted

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
def _known() -> dict[str, int]:
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
        (NUMBER, list(spoken.number_words())),
    ]
    known: dict[str, int] = {}
    for what, words in groups:
        for word in words:
            known[word] = known.get(word, 0) | what
    return known


def tokens(text: str) -> list[Token]:
    known = _known()
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


def is_number(token: Token) -> bool:
    return bool(token.what & NUMBER) or (token.figure and bool(_NUMBER.fullmatch(token.text)))


@cache
def little(name: str) -> frozenset[str]:
    """Little words of one kind."""
    return frozenset(table("places")["little"][name])


@cache
def telling_words() -> frozenset[str]:
    """Words that make a closer look worth while: one of them stands in nearly every place or address."""
    wanted = VENUE | FIRST | SCHOOL | NUMBERED | STREET
    dull = EVERYDAY | WEAK_FIRST | NO_NAME | STATE | POSITION
    return frozenset(word for word, what in _known().items() if what & wanted and not what & dull and len(word) > 2)
