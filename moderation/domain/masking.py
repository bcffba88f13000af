"""Hiding a contact inside a text, and cutting a text at its marks. Offsets are code points, as the pre-screen gives."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from moderation.domain.vocabulary import Ground, Kind

SNIPPET = 120  # characters of text shown around a mark in a list
SHOWN_TAIL = 2
LONG_ENOUGH_FOR_A_TAIL = 8
SPACERS = frozenset(" -()./")
ALWAYS_CONTACTS = frozenset({Kind.PHONE, Kind.EMAIL, Kind.URL, Kind.POSTAL_ADDRESS})
_READINGS = re.compile(r"(?<=read as )\S+|\S*@\S*|\+?\d[\d\s().-]{3,}\d|\b[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of one message that a finding is about."""

    start: int
    end: int
    kind: str
    key: str = ""  # of what marks it


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


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text as a page shows it. What is hidden is not in here: no page can show it by mistake."""

    text: str
    marked: bool = False
    hidden: bool = False
    contact: bool = False  # also where it is shown
    keys: tuple[str, ...] = ()  # of the marks that it lies under


def pieces(
    text: str, *, contacts: Iterable[Mark], words: Iterable[Mark] = (), is_revealed: bool = False
) -> tuple[Piece, ...]:
    """The whole text, with `contacts` and `words` marked and contacts masked unless revealed.

    Where the two overlap it is a contact: a mark around a whole sentence must not lay bare the number inside it. A
    piece names what marks it by the keys of the marks; a contact is never cut by a mark, because every piece of it
    would show its own last characters.
    """
    kinds = bytearray(len(text))  # 0 plain, 1 marked, 2 contact
    keyed: list[Mark] = []
    for kind, marks in ((1, words), (2, contacts)):
        for mark in marks:
            start, end = max(mark.start, 0), min(mark.end, len(text))
            if start < end:
                kinds[start:end] = bytes([kind]) * (end - start)
                keyed += [mark] if mark.key else []
    shown: list[Piece] = []
    for kind, start, end in _runs(kinds):
        about = [mark for mark in keyed if mark.start < end and start < mark.end]
        if kind == 2 and not is_revealed:
            shown.append(Piece(mask(text[start:end]), True, True, True, _keys(about, start, end)))
        else:
            cuts = sorted({start, end, *(at for mark in about for at in (mark.start, mark.end) if start < at < end)})
            shown += [
                Piece(text[first:last], kind > 0, contact=kind == 2, keys=_keys(about, first, last))
                for first, last in pairwise(cuts)
            ]
    return tuple(shown)


def _keys(marks: Iterable[Mark], start: int, end: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mark.key for mark in marks if mark.start < end and start < mark.end))


def occurrences(contacts: Iterable[str], text: str) -> Iterator[Mark]:
    """Where known contacts stand in another text, letter by letter."""
    for contact in contacts:
        place = text.find(contact)
        while place >= 0:
            yield Mark(place, place + len(contact), "")
            place = text.find(contact, place + len(contact))


def is_contact(rule: Ground, kind: str) -> bool:
    """Whether a marked stretch is a contact, to be hidden, or words that have to be read.

    A number or an address is one under any rule. Of the others only where a contact was shared: an invitation, or
    talk of another site, says nothing when it is hidden.
    """
    return rule is Ground.CONTACT_SHARED or kind in ALWAYS_CONTACTS


def readings(explanation: str) -> Iterator[Mark]:
    """Where an explanation repeats the contact that it is about."""
    for found in _READINGS.finditer(explanation):
        yield Mark(found.start(), found.end(), "")


def _runs(kinds: bytearray) -> Iterator[tuple[int, int, int]]:
    """Each kind with the start and end of the stretch over which it stays the same."""
    start = 0
    for kind, run in groupby(kinds):
        end = start + sum(1 for _ in run)
        yield kind, start, end
        start = end
