"""Folds typed text into plain letters and remembers where every character came from.

Knows Unicode and nothing of contacts. Folded text keeps its case; marks, zero-width characters and look-alikes go.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from moderation.prescreen.lexicon import table

_SILENT = frozenset({"Cf", "Cs", "Co", "Cn", "Me"})
_FILLERS = frozenset("\u034f\u115f\u1160\uffa0")
_BREAKS = frozenset("\u2028\u2029\x85\x0b\x0c")
_OPTIONAL = frozenset({1, *range(10, 36)})  # combining classes: strokes through a letter; Hebrew and Arabic points
_VARIANTS = frozenset(map(chr, range(0xFE00, 0xFE10)))
_FLIPPED_ENOUGH = 3
_TOKEN = re.compile(r"\S+")


class Folded:
    """Folded text with `source`: the index in the original of every folded character."""

    __slots__ = ("original", "source", "text")

    def __init__(self, original: str, text: str, source: list[int] | None) -> None:
        self.original = original
        self.text = text
        self.source = source

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span of folded [start, end), taking in the marks that hang on the last character."""
        if self.source is None or start >= end:
            return start, end
        part = self.source[start:end]
        first, last = min(part), max(part) + 1
        text = self.original
        while last < len(text) and _hangs(text[last]):
            last += 1
        return first, last


@lru_cache(maxsize=4096)
def _hangs(char: str) -> bool:
    return char >= "\u0300" and unicodedata.category(char) in {"Mn", "Me", "Mc"}


def fold(text: str) -> Folded:
    """Plain ASCII costs nothing; anything else is folded character by character. Never raises."""
    if text.isascii():
        return Folded(text, text, None)
    out: list[str] = []
    source: list[int] = []
    for index, char in _in_reading_order(text):
        if char < "\x80":
            out.append(char)
            source.append(index)
        elif _hangs(char):
            _settle_mark(out, source, index, char)
        else:
            for piece in _plain(char):
                out.append(piece)
                source.append(index)
    folded = "".join(out)
    if not _foreign().isdisjoint(folded):
        _unmask(folded, out, source)
        folded = "".join(out)
    return Folded(text, folded, source)


def _settle_mark(out: list[str], source: list[int], index: int, mark: str) -> None:
    """Accents on Latin letters, strokes, vowel points and emoji variants go; a mark that spells its word stays."""
    if not out or out[-1] < "\x80" or unicodedata.combining(mark) in _OPTIONAL or mark in _VARIANTS:
        return
    joined = unicodedata.normalize("NFC", out[-1] + mark)
    if len(joined) == 1:
        out[-1] = joined
    else:
        out.append(mark)
        source.append(index)


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """One character as plain text: digits of any script, styled letters, accents; "" when it carries nothing."""
    always = _always().get(char)
    if always is not None:
        return always
    if char in _BREAKS:
        return "\n"
    digit = _digits(char)
    if digit:
        return digit
    category = unicodedata.category(char)
    if category in _SILENT or char in _FILLERS:
        return ""
    return " " if category == "Zs" else _compatible(char)


def _digits(char: str) -> str:
    """The value of a digit in any script, and of a number in a circle or a bracket."""
    value = unicodedata.digit(char, None)
    if value is not None:
        return str(value)
    if unicodedata.category(char) == "No":
        number = unicodedata.numeric(char, -1)
        return str(int(number)) if number == int(number) and 0 <= number < 100 else ""
    return ""


def _compatible(char: str) -> str:
    wide = unicodedata.normalize("NFKC", char)
    bare = "".join(part for part in unicodedata.normalize("NFD", wide) if not unicodedata.combining(part))
    if bare.isascii() and not bare.isspace():
        return bare.strip("()") if len(bare) == 3 else bare
    return wide if len(wide) == 1 else char


# ---- look-alikes of Latin letters in other alphabets


@cache
def _always() -> dict[str, str]:
    """Hand-picked readings before Unicode's own."""
    return _by_char("lookalikes", "always") | _by_char("confusables", "always")


@cache
def _posing() -> dict[str, str]:
    """Letters with the very shape of a Latin one."""
    chosen = _by_char("confusables", "mixing")
    posing = _by_char("lookalikes", "posing") | _by_char("confusables", "posing")
    return {char: plain for char, plain in posing.items() if char not in chosen}


@cache
def _mixing() -> dict[str, str]:
    return _by_char("lookalikes", "mixing") | _posing() | _by_char("confusables", "mixing")


@cache
def _foreign() -> frozenset[str]:
    return frozenset(_mixing())


def _by_char(name: str, group: str) -> dict[str, str]:
    return {char: plain for plain, chars in table(name)[group].items() for char in chars}


def _unmask(folded: str, out: list[str], source: list[int]) -> None:
    """Reads look-alikes as Latin in words that mix scripts, and whole words of them amid mostly Latin text."""
    latin = sum(char.isascii() and char.isalpha() for char in folded)
    surrounded = 2 * latin >= sum(char.isalpha() for char in folded)
    for start, end in reversed(list(_words(folded))):
        word = folded[start:end]
        foreign = {char for char in word if not char.isascii()}
        mixed = any(char.isascii() and char.isalpha() for char in word)
        letters = _mixing() if mixed else _posing() if surrounded else {}
        if foreign and foreign <= letters.keys():
            _replace(out, source, start, [letters.get(char, char) for char in word])


def _words(text: str) -> Iterator[tuple[int, int]]:
    start = -1
    for at, char in enumerate(text):
        if char.isalnum() or char in _foreign():
            start = at if start < 0 else start
        elif start >= 0:
            yield start, at
            start = -1
    if start >= 0:
        yield start, len(text)


def _replace(out: list[str], source: list[int], start: int, plain: list[str]) -> None:
    """Most look-alikes stand for one letter, a few for two, which then come from the same character."""
    end = start + len(plain)
    places = source[start:end]
    out[start:end] = [piece for letters in plain for piece in letters]
    source[start:end] = [at for at, letters in zip(places, plain, strict=True) for _ in letters]


# ---- upside-down text


@cache
def _flipped() -> dict[str, str]:
    return _by_char("confusables", "flipped")


@cache
def _upright() -> dict[str, str]:
    return _by_char("confusables", "fallen") | _flipped()


def _in_reading_order(text: str) -> Iterator[tuple[int, str]]:
    """The characters with their places; a stretch of upside-down words is turned round and read from its end."""
    stretch = _upside_down(text) if not _flipped().keys().isdisjoint(text) else None
    if stretch is None:
        yield from enumerate(text)
        return
    start, end = stretch
    yield from enumerate(text[:start])
    for at in range(end - 1, start - 1, -1):
        yield at, _upright().get(text[at], text[at])
    yield from enumerate(text[end:], end)


def _upside_down(text: str) -> tuple[int, int] | None:
    """From the first to the last word with upside-down letters, where there are too many of them to be chance."""
    signs = [[char for char in token.group() if char in _flipped()] for token in _TOKEN.finditer(text)]
    if sum(len(set(found)) for found in signs) < _FLIPPED_ENOUGH:
        return None
    turned = [token.span() for token, found in zip(_TOKEN.finditer(text), signs, strict=True) if found]
    start, end = turned[0][0], turned[-1][1]
    letters = sum(char.isalpha() for char in text[start:end])
    return (start, end) if sum(map(len, signs)) * 4 >= letters else None
