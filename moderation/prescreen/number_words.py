"""The number words of many languages, and what each of them says. Knows no text."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Any

from moderation.prescreen.lexicon import table

NOT_LANGUAGES = frozenset({"grown", "glue", "times", "sums", "counted"})
_PARTS = {"units": "unit", "tens": "ten", "scales": "scale", "repeats": "repeat", "plurals": "plural"}
_SHORTEST_STUCK, _LONGEST_STUCK = 6, 40


@dataclass(frozen=True, slots=True)
class NumberWord:
    """One word. part: unit, ten, scale, repeat or plural. sure: it hardly ever means anything else."""

    value: int
    part: str
    languages: frozenset[str]
    sure: bool


@cache
def number_words() -> dict[str, NumberWord]:
    """Every number word of every language. Where languages disagree about a word, the surer and earlier one wins."""
    known: dict[str, NumberWord] = {}
    for language, lists in table("numbers").items():
        if language not in NOT_LANGUAGES:
            for word, entry in [*_listed(language, lists), *_grown(language, lists)]:
                known[word] = _either(known[word], entry) if word in known else entry
    return known


@cache
def digit_signs() -> dict[str, str]:
    """Chinese and Korean signs: a character, a digit."""
    signs: dict[str, str] = {}
    for language, lists in table("numbers").items():
        if language not in NOT_LANGUAGES:
            signs.update({sign: value for value, row in lists.get("signs", {}).items() for sign in row.split()})
    return signs


def _listed(language: str, lists: dict[str, Any]) -> Iterator[tuple[str, NumberWord]]:
    loose = set(lists.get("loose", "").split())
    for name, part in _PARTS.items():
        for word, value in _words(lists, name):
            yield word, NumberWord(value, part, frozenset({language}), word not in loose)


def _words(lists: dict[str, Any], name: str) -> Iterator[tuple[str, int]]:
    for value, row in lists.get(name, {}).items():
        for word in row.split():
            yield word, int(value)


def _grown(language: str, lists: dict[str, Any]) -> Iterator[tuple[str, NumberWord]]:
    """fiftyfive, vierundzwanzig, ventidue."""
    choices: dict[str, list[tuple[str, int]]] = {
        "unit": [(word, value) for word, value in _words(lists, "units") if 0 < value < 10],
        "ten": list(_words(lists, "tens")),
    }
    for pattern in table("numbers")["grown"].get(language, ()):
        for parts in product(*(choices.get(part, [(part, 0)]) for part in pattern.split())):
            value = sum(value for _, value in parts)
            yield "".join(word for word, _ in parts), NumberWord(value, "unit", frozenset({language}), True)


def _either(one: NumberWord, two: NumberWord) -> NumberWord:
    if (one.value, one.part) == (two.value, two.part):
        return NumberWord(one.value, one.part, one.languages | two.languages, one.sure or two.sure)
    return two if two.sure and not one.sure else one


@cache
def _stickable() -> tuple[dict[str, NumberWord], frozenset[str], int]:
    """Words that may stand without a space between them, how such words begin, and the longest one's length."""
    words = {
        word: entry
        for word, entry in number_words().items()
        if entry.sure and entry.part != "plural" and (len(word) > 2 or word == "oh")
    }
    return words, frozenset(word[:2] for word in words), max(map(len, words))


@lru_cache(maxsize=4096)
def stuck(token: str) -> tuple[tuple[int, int, NumberWord], ...]:
    """`token` as number words without spaces, "sixoneseven": where each begins and ends. Empty if anything is left."""
    words, beginnings, longest = _stickable()
    if not _SHORTEST_STUCK <= len(token) <= _LONGEST_STUCK or token[:2] not in beginnings:
        return ()
    found: list[tuple[int, int, NumberWord]] = []
    at = 0
    while at < len(token):
        for end in range(min(len(token), at + longest), at + 1, -1):
            if token[at:end] in words:
                found.append((at, end, words[token[at:end]]))
                at = end
                break
        else:
            return ()
    return tuple(found)
