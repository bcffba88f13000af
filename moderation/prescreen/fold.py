"""Folds typed text into plain letters and remembers where every character came from.

Knows Unicode and nothing of contacts. Folded text keeps its case; marks, zero-width characters and look-alikes go.
"""

import unicodedata
from functools import lru_cache

from moderation.prescreen.lexicon import table

_LATIN_MARK_BASES = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DROPPED = frozenset({"Cf", "Cs", "Co", "Cn", "Me"})
_PUNCTUATION = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "«": '"', "»": '"', "„": '"',
        "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "‒": "-", "―": "-", "۔": ".", "。": ".", "｡": ".",
        "․": ".", "·": ".", "•": ".", "∙": ".", "⋅": ".", "…": ".", "⁄": "/", "∕": "/", "，": ",", "、": ",",
        "？": "?", "！": "!", "：": ":", "（": "(", "）": ")", "＠": "@", "﹫": "@", "¿": "?", "¡": "!", "\u2028": "\n",
        "\u2029": "\n", "\x85": "\n", "ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ß": "ss", "æ": "ae",
    }
)  # fmt: skip
_KEYCAP = "\u20e3"


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
        first, last = self.source[start], self.source[end - 1] + 1
        text = self.original
        while last < len(text) and _hangs(text[last]):
            last += 1
        return first, last


@lru_cache(maxsize=4096)
def _hangs(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Me", "Mc"}


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """One character as plain text: digits of any script, styled letters, accents; "" when it carries nothing."""
    if char in _CHOSEN:
        return _CHOSEN[char]
    if char < "\x80":
        return char
    replaced = char.translate(_PUNCTUATION)
    if replaced != char:
        return replaced
    value = unicodedata.decimal(char, None)
    if value is None:
        value = unicodedata.digit(char, None)
    if value is not None:
        return str(value)
    category = unicodedata.category(char)
    if category in _DROPPED or char in "\ufe0e\ufe0f\u034f\u115f\u1160\u3164\uffa0":
        return ""
    if category == "Zs":
        return " "
    return _compatible(char)


def _compatible(char: str) -> str:
    wide = unicodedata.normalize("NFKC", char)
    parts = unicodedata.normalize("NFD", wide)
    if parts and parts[0] in _LATIN_MARK_BASES:
        return "".join(part for part in parts if not unicodedata.combining(part))
    if wide != char and wide.isascii() and not wide.isspace():
        return wide.strip("()") if len(wide) == 3 else wide
    return wide if len(wide) == 1 else char


_CHOSEN: dict[str, str] = table("confusables")["always"]
_LOOKALIKES: dict[str, str] = table("confusables")["in_latin_words"]


def fold(text: str) -> Folded:
    """Plain ASCII costs nothing; anything else is folded character by character. Never raises."""
    if text.isascii():
        return Folded(text, text, None)
    out: list[str] = []
    source: list[int] = []
    for index, char in enumerate(text):
        plain = _plain(char)
        if plain and char >= "\x80" and unicodedata.category(char) == "Mn" and _after_latin(out):
            continue
        for piece in plain:
            out.append(piece)
            source.append(index)
    if _mixes_scripts(text):
        _unmask(out)
    return Folded(text, "".join(out), source)


def _after_latin(out: list[str]) -> bool:
    return not out or out[-1] < "\x80"


@lru_cache(maxsize=1)
def _foreign() -> frozenset[str]:
    return frozenset(_LOOKALIKES)


def _mixes_scripts(text: str) -> bool:
    return not _foreign().isdisjoint(text)


def _unmask(out: list[str]) -> None:
    """Reads Cyrillic and Greek look-alikes as Latin in words that mix scripts, or amid mostly Latin text."""
    latin = sum(1 for char in out if char.isalpha() and char.isascii())
    other = sum(1 for char in out if char.isalpha() and not char.isascii())
    mostly_latin = latin > other
    start = 0
    for end in range(len(out) + 1):
        if end < len(out) and not out[end].isspace():
            continue
        word = out[start:end]
        foreign = [char for char in word if char.isalpha() and not char.isascii()]
        mixed = any(char.isascii() and char.isalpha() for char in word)
        if foreign and (mixed or mostly_latin) and all(char in _LOOKALIKES for char in foreign):
            out[start:end] = [_LOOKALIKES.get(char, char) for char in word]
        start = end + 1
