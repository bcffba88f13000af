"""Hiding a contact inside a text, and cutting a text at its marks. Offsets are code points, as the pre-screen gives."""

from collections.abc import Iterable
from dataclasses import dataclass

SNIPPET = 120  # characters of text shown around a mark in a list
SHOWN_TAIL = 2
LONG_ENOUGH_FOR_A_TAIL = 8
SPACERS = frozenset(" -()./")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of one message that a finding is about."""

    start: int
    end: int
    kind: str
    finding: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    text: str
    mark: Mark | None = None


def mask(contact: str) -> str:
    """The contact with its letters and digits hidden: the shape and the last two characters stay, of long ones only.

    An e-mail address keeps its «@», a phone its spaces, so that a person sees what kind of thing it is.
    """
    hidden = "".join(char if char in SPACERS or char in "@+" else "•" for char in contact)
    meaningful = [index for index, char in enumerate(contact) if char.isalnum()]
    if len(meaningful) < LONG_ENOUGH_FOR_A_TAIL:
        return hidden
    tail = set(meaningful[-SHOWN_TAIL:])
    return "".join(contact[index] if index in tail else char for index, char in enumerate(hidden))


def segments(text: str, marks: Iterable[Mark]) -> list[Segment]:
    """The text in order, cut so that every stretch is marked whole or not at all.

    Of overlapping marks the earlier keeps its stretch and the later what is left; marks that reach outside the text
    (it was edited) are cut to it.
    """
    cut: list[Segment] = []
    place = 0
    for mark in sorted(marks, key=lambda m: (m.start, -m.end)):
        start, end = max(mark.start, place), min(mark.end, len(text))
        if start >= end:
            continue
        if start > place:
            cut.append(Segment(text[place:start]))
        cut.append(Segment(text[start:end], mark))
        place = end
    if place < len(text):
        cut.append(Segment(text[place:]))
    return cut


def snippet(text: str, marks: Iterable[Mark]) -> str:
    """One line around the first mark, all marks masked; the beginning of the text when nothing is marked."""
    pieces = segments(text, marks)
    masked = [mask(piece.text) if piece.mark else piece.text for piece in pieces]
    first = next((index for index, piece in enumerate(pieces) if piece.mark), 0)
    before = "".join(masked[:first])
    after = "".join(masked[first:])
    lead = before[-SNIPPET // 3 :]
    line = f"{'…' if len(lead) < len(before) else ''}{lead}{after}"
    line = " ".join(line.split())
    return line if len(line) <= SNIPPET else f"{line[: SNIPPET - 1]}…"
