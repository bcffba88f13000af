"""Reads a stretch of text as bits of names and the signs between them, also where the signs are said in words.

"luna (dot) vale at gmail" → luna . vale @ gmail. Knows signs, no address and no link.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from moderation.prescreen.lexicon import table

SIGNS = {"at": "@", "dot": ".", "slash": "/", "underscore": "_", "dash": "-", "plus": "+"}
JOINS = frozenset("._-+")
_TOKEN = re.compile(r"(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff])+|[^\w\s]|_")
_OPENERS = frozenset("([{<*-_~")
_CLOSERS = frozenset(")]}>*-_~")
_TYPED = frozenset("@./_-+")
_NAME_SIGNS = frozenset("._")


@dataclass(slots=True)
class Bit:
    """A word (sign is "") or a sign. gap: what stands before it, "" when it is joined to the bit before."""

    start: int
    end: int
    text: str
    sign: str = ""
    gap: str = ""
    spoken: bool = False
    weak: bool = False

    @property
    def word(self) -> bool:
        return self.sign == "" and self.text[0].isalnum()


@cache
def _said() -> dict[str, list[tuple[tuple[str, ...], str, bool]]]:
    """First word → (all words, sign, weak), the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str, bool]]] = {}
    for name, sign in SIGNS.items():
        for weak in (False, True):
            for phrase in table("domains")["spoken"].get(f"weak_{name}" if weak else name, ()):
                words = tuple(_TOKEN.findall(phrase))
                found.setdefault(words[0], []).append((words, sign, weak))
    for phrases in found.values():
        phrases.sort(key=lambda phrase: (-len(phrase[0]), phrase[2]))
    return found


@cache
def words_for(name: str) -> frozenset[str]:
    """The telling word of everything that says this sign for sure."""
    return frozenset(
        max(words, key=len)
        for phrases in _said().values()
        for words, sign, weak in phrases
        if sign == SIGNS[name] and not weak
    )


@cache
def weak_words_for(name: str) -> frozenset[str]:
    """The first words of what says this sign, and other things too."""
    return frozenset(_TOKEN.findall(phrase)[0] for phrase in table("domains")["spoken"][f"weak_{name}"])


@cache
def labels() -> frozenset[str]:
    return frozenset(table("domains")["spoken"]["label"])


@cache
def fillers() -> frozenset[str]:
    return frozenset(table("domains")["spoken"]["filler"])


def bits(text: str, start: int, end: int) -> list[Bit]:
    """The bits of text[start:end], offsets into text."""
    raw = list(_TOKEN.finditer(text, start, end))
    found: list[Bit] = []
    at, done = 0, start
    while at < len(raw):
        size, bit = _bracketed(raw, at) or _phrase(text, raw, at) or (1, _plain(raw[at]))
        bit.gap = text[done : bit.start].strip() or (" " if done < bit.start else "")
        if bit.text == "," and not bit.sign:
            at += size
            continue
        bit.gap = "," if "," in bit.gap else bit.gap
        found.append(bit)
        done = bit.end
        at += size
    return found


def _plain(token: re.Match[str]) -> Bit:
    text = token.group()
    return Bit(token.start(), token.end(), text, text if text in _TYPED else "")


def _phrase(text: str, raw: list[re.Match[str]], at: int) -> tuple[int, Bit] | None:
    start = raw[at].start()
    for words, sign, weak in _said().get(raw[at].group().lower(), ()):
        if len(words) > 1 and tuple(token.group().lower() for token in raw[at : at + len(words)]) != words:
            continue
        end = raw[at + len(words) - 1].end()
        if weak and _inside(text, start, end):
            return None
        return len(words), Bit(start, end, " ".join(words), sign, spoken=True, weak=weak)
    return None


def _inside(text: str, start: int, end: int) -> bool:
    """Typed right between signs of a name: "pandesal.at.3am"."""
    return text[max(0, start - 1) : start] in _NAME_SIGNS and text[end : end + 1] in _NAME_SIGNS


def _bracketed(raw: list[re.Match[str]], at: int) -> tuple[int, Bit] | None:
    """A sign in brackets of any kind says for sure that it is one: (at), [dot], *at*, (.), -at-."""
    if raw[at].group() not in _OPENERS or at + 2 >= len(raw):
        return None
    inner = raw[at + 1].group().lower()
    closer = raw[at + 2]
    if closer.group() not in _CLOSERS or (raw[at].group() in "-_*~" and closer.group() != raw[at].group()):
        return None
    phrases = [phrase for phrase in _said().get(inner, ()) if len(phrase[0]) == 1]
    sign = inner if inner in _TYPED else "@" if inner == "a" else phrases[0][1] if phrases else ""
    return (3, Bit(raw[at].start(), closer.end(), inner, sign, spoken=True)) if sign else None


@cache
def number_words() -> dict[str, str]:
    """Words for small numbers in many languages, and their figures."""
    return {word: figure for figure, words in table("domains")["counted"].items() for word in words}


def value(bit: Bit) -> str:
    """What the bit stands for inside a name."""
    return bit.sign or number_words().get(bit.text.lower(), bit.text)


def is_number(bit: Bit) -> bool:
    return bit.word and (bit.text.isdigit() or bit.text.lower() in number_words())


def unit_before(row: list[Bit], last: int) -> int:
    """The first bit of the name that ends with row[last]: bits joined by signs, single letters, numbers."""
    first = last
    while first > 0:
        here, before = row[first], row[first - 1]
        joined = not here.gap and (before.word or before.sign in JOINS)
        if joined:
            first -= 1
        elif first > 1 and before.sign in JOINS and row[first - 2].word and _holds(row, first - 1):
            first -= 2
        elif before.word and here.word and _spelled_on(before, here):
            first -= 1
        else:
            break
    return first


def unit_after(row: list[Bit], first: int) -> int:
    """One past the last bit of the name that starts with row[first]."""
    last = first + 1
    while last < len(row):
        here = row[last]
        if not here.gap and (here.word or here.sign in JOINS):
            last += 1
        elif last + 1 < len(row) and here.sign in JOINS and row[last + 1].word and _holds(row, last):
            last += 2
        elif here.word and row[last - 1].word and (is_number(here) or _spelled_on(row[last - 1], here)):
            last += 1
        else:
            break
    while last - 1 > first and row[last - 1].sign in {".", "-", "+"}:
        last -= 1
    return last


def _holds(row: list[Bit], at: int) -> bool:
    """A sign said in words holds its neighbours together; a typed one with a space after it ends a sentence."""
    return row[at].spoken or bool(row[at].gap) == bool(at + 1 < len(row) and row[at + 1].gap)


def _spelled_on(before: Bit, here: Bit) -> bool:
    """Single letters one after the other, and a name followed by its number."""
    if len(here.text) == 1 and here.text.isalpha():
        return len(before.text) == 1 or before.text.lower() in {"double", "triple"}
    return here.gap == " " and is_number(here) and before.text.lower() not in not_a_name()


@cache
def not_a_name() -> frozenset[str]:
    return frozenset(table("domains")["not_a_name"]["words"])


def read(row: list[Bit]) -> str:
    """The name that the bits spell."""
    return "".join(map(value, row)).strip(".-").lower()


def stretches(anchors: Iterator[tuple[int, int]], reach: int, length: int) -> list[tuple[int, int]]:
    """The surroundings of anchors, run together where they overlap."""
    found: list[tuple[int, int]] = []
    for start, end in anchors:
        left, right = max(0, start - reach), min(length, end + reach)
        if found and left <= found[-1][1]:
            found[-1] = (found[-1][0], right)
        else:
            found.append((left, right))
    return found
