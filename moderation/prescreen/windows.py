"""What the judge gets to read: one part of a message in full, and a little of what was said around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moderation.prescreen.pieces import Piece, pieces

START = 101
SEATS = tuple(range(2, 10))  # pieces that no text holds: whose part begins here; the first is the judged person's
LONGEST = 144  # pieces of a stretch that the judge learned from
LONGEST_PART = 64
_VERY_LONG = 4 * LONGEST_PART  # a message so long is read in shorter parts: a contact drowns in a wall of text
_SHORT_PART = 32
BEFORE = 3
AFTER = 1
_BEFORE_PIECES = 40
_AFTER_PIECES = 24


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a stretch of a long one, cut into pieces."""

    message: int
    sender: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Numbers of pieces in the order of the talk; the judged part is numbers[first:last], its seat before it."""

    numbers: list[int]
    first: int
    last: int


def parts_of(message: int, sender: str, text: str, most: int = 64) -> list[Part]:
    """A message in parts of at most LONGEST_PART pieces, cut at the end of a sentence where there is one."""
    left = pieces(text, most * LONGEST_PART)
    longest = _SHORT_PART if len(left) > _VERY_LONG else LONGEST_PART
    found: list[Part] = []
    while len(left) > longest:
        cut = longest * 7 // 8
        ends = [at + 1 for at in range(cut // 2, longest) if text[left[at].start] in ".!?\n"]
        cut = ends[-1] if ends else cut
        found.append(Part(message, sender, tuple(left[:cut])))
        left = left[cut:]
    return [*found, Part(message, sender, tuple(left))]


def alone(part: Part) -> Window:
    """The part without anything around it."""
    numbers = [START, SEATS[0], *(piece.number for piece in part.pieces)]
    return Window(numbers, 1, len(numbers))


def window(parts: Sequence[Part], at: int) -> Window:
    """The part at `at` with the parts around it; nothing else in the conversation changes it."""
    judged = parts[at]
    seats = {judged.sender: SEATS[0]}
    numbers = [START]
    for sender, own in _before(parts, at):
        numbers += [_seat(seats, sender), *(piece.number for piece in own)]
    first = len(numbers)
    numbers += [SEATS[0], *(piece.number for piece in judged.pieces)]
    last = len(numbers)
    for part in parts[at + 1 : at + 1 + AFTER]:
        numbers += [_seat(seats, part.sender), *(piece.number for piece in part.pieces[:_AFTER_PIECES])]
    return Window(numbers, first, last)


def _before(parts: Sequence[Part], at: int) -> Iterator[tuple[str, tuple[Piece, ...]]]:
    """The nearest parts before it that there is room for, the first of them perhaps without its beginning."""
    room = _BEFORE_PIECES
    found: list[tuple[str, tuple[Piece, ...]]] = []
    for part in reversed(parts[max(0, at - BEFORE) : at]):
        if room > 0:
            found.append((part.sender, part.pieces[-room:]))
        room -= len(part.pieces) + 1
    return reversed(found)


def _seat(seats: dict[str, int], sender: str) -> int:
    return seats.setdefault(sender, SEATS[min(len(seats), len(SEATS) - 1)])
