"""Talks as runs of pieces for a language model: a mark before each part says whose it is."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch

from benchmarks.training.examples import Example
from moderation.prescreen.windows import LONGEST, SEATS, START

AT_ONCE = 1600  # pieces in a batch


@dataclass(frozen=True, slots=True)
class Stretch:
    first: int
    numbers: list[int]
    marks: list[int]
    parts: list[Example]


Some = TypeVar("Some", bound=Stretch)


def stretches(parts: Sequence[Example], draw: random.Random | None = None, longest: int = LONGEST) -> Iterator[Stretch]:
    """Stretches of at most `longest` pieces, half of each the context of the next; with `draw`, seats change hands."""
    seats = list(SEATS)
    if draw and draw.random() < 0.5:
        seats[0], seats[1] = seats[1], seats[0]
    people: dict[str, int] = {}
    for part in parts:
        people.setdefault(part.part.sender, seats[min(len(people), len(seats) - 1)])
    sizes = [len(part.part.pieces) + 1 for part in parts]
    first = 0
    while True:
        last, total = first, 1
        while last < len(parts) and (total + sizes[last] <= longest or last == first):
            total += sizes[last]
            last += 1
        yield _stretch(first, parts[first:last], people)
        if last >= len(parts):
            return
        back, kept = last, 0
        while back > first + 1 and kept + sizes[back - 1] <= longest // 2:
            back -= 1
            kept += sizes[back]
        first = max(back, first + 1)


def alone(parts: Sequence[Example]) -> Iterator[Stretch]:
    """Each part by itself."""
    for at, part in enumerate(parts):
        yield _stretch(at, [part], {part.part.sender: SEATS[0]})


def _stretch(first: int, parts: Sequence[Example], people: dict[str, int]) -> Stretch:
    numbers, marks = [START], []
    for part in parts:
        marks.append(len(numbers))
        numbers += [people[part.part.sender], *(piece.number for piece in part.part.pieces)]
    return Stretch(first, numbers, marks, list(parts))


def padded(batch: Sequence[Stretch]) -> tuple[torch.Tensor, torch.Tensor]:
    """Numbers, and which of them are real."""
    longest = max(len(one.numbers) for one in batch)
    numbers, real = torch.zeros(len(batch), longest, dtype=torch.long), torch.zeros(len(batch), longest)
    for row, one in enumerate(batch):
        numbers[row, : len(one.numbers)] = torch.tensor(one.numbers)
        real[row, : len(one.numbers)] = 1
    return numbers, real


def batches(work: Sequence[Some], draw: random.Random, at_once: int = AT_ONCE) -> list[list[Some]]:
    """Stretches of like length together, in random order."""
    found: list[list[Some]] = [[]]
    for one in sorted(work, key=lambda one: len(one.numbers) + 8 * draw.random()):
        if found[-1] and (len(found[-1]) + 1) * len(one.numbers) > at_once:
            found.append([])
        found[-1].append(one)
    draw.shuffle(found)
    return found
