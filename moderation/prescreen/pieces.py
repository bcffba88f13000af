"""Cuts folded text into word pieces, the alphabet of the judge. Pure look-ups: knows no rule and no message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_LIST = Path(__file__).parent / "lexicon" / "pieces.txt"
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST_WORD = 40
UNKNOWN = "[UNK]"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: its number in the list, and where it stands in the text."""

    number: int
    start: int
    end: int


@cache
def vocabulary() -> dict[str, int]:
    """Every piece and its number. "##" begins a piece that continues a word."""
    return {piece: at for at, piece in enumerate(_LIST.read_text(encoding="utf-8").splitlines())}


def pieces(text: str, most: int = 10**9) -> list[Piece]:
    """The first pieces of a text, whole words only."""
    found: list[Piece] = []
    for word in _WORD.finditer(text):
        start = word.start()
        found += [Piece(number, start + first, start + last) for number, first, last in _cut(word.group().lower())]
        if len(found) >= most:
            break
    return found


@lru_cache(maxsize=16384)
def _cut(word: str) -> tuple[tuple[int, int, int], ...]:
    """Greedy longest match, as in WordPiece (Schuster & Nakajima 2012); a word that cannot be cut is unknown."""
    return tuple(_cuts(word)) if len(word) <= _LONGEST_WORD else ((vocabulary()[UNKNOWN], 0, len(word)),)


def _cuts(word: str) -> Iterator[tuple[int, int, int]]:
    known = vocabulary()
    start = 0
    while start < len(word):
        lead = "##" if start else ""
        for end in range(len(word), start, -1):
            number = known.get(lead + word[start:end])
            if number is not None:
                break
        else:
            number, end = known[UNKNOWN], start + 1
        yield number, start, end
        start = end
