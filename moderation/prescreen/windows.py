"""What the judge gets to read: one part of a message in full, and a little of what was said around it."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.prescreen.pieces import Piece, pieces

MARK = 101
LONGEST_PART = 64
BEFORE = 3
AFTER = 1
_CUT_AT = 56
_TAIL = 20
_HEAD = 16
SLOTS = 1 + 2 * (BEFORE + AFTER)


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a stretch of a long one, cut into pieces."""

    message: int
    sender: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Three numbers a piece: which one, its place within its part, and its part's slot. The judged part comes first."""

    numbers: list[int]
    places: list[int]
    slots: list[int]
    judged: int


def parts_of(message: int, sender: str, text: str, most: int = 64) -> list[Part]:
    """A message in parts of at most LONGEST_PART pieces, cut at the end of a sentence where there is one."""
    left = pieces(text, most * LONGEST_PART)
    found: list[Part] = []
    while len(left) > LONGEST_PART:
        ends = [at + 1 for at in range(_CUT_AT // 2, LONGEST_PART) if text[left[at].start] in ".!?\n"]
        cut = ends[-1] if ends else _CUT_AT
        found.append(Part(message, sender, tuple(left[:cut])))
        left = left[cut:]
    return [*found, Part(message, sender, tuple(left))]


def window(parts: Sequence[Part], at: int) -> Window:
    """The part at `at` with the parts around it; nothing else in the conversation changes it."""
    judged = parts[at]
    numbers, places, slots = _numbered(judged.pieces, 0)
    size = len(numbers)
    for step in range(1, BEFORE + 1):
        if at - step >= 0:
            part = parts[at - step]
            _append(numbers, places, slots, part.pieces[-_TAIL:], _slot(step - 1, part, judged))
    for step in range(1, AFTER + 1):
        if at + step < len(parts):
            part = parts[at + step]
            _append(numbers, places, slots, part.pieces[:_HEAD], _slot(BEFORE + step - 1, part, judged))
    return Window(numbers, places, slots, size)


def _slot(where: int, part: Part, judged: Part) -> int:
    return 1 + 2 * where + (part.sender == judged.sender)


def _numbered(own: tuple[Piece, ...], slot: int) -> tuple[list[int], list[int], list[int]]:
    numbers = [MARK, *(piece.number for piece in own)]
    return numbers, list(range(len(numbers))), [slot] * len(numbers)


def _append(numbers: list[int], places: list[int], slots: list[int], own: tuple[Piece, ...], slot: int) -> None:
    more, where, slotted = _numbered(own, slot)
    numbers += more
    places += where
    slots += slotted
