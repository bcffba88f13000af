"""What the student learns from: windows with the teacher's opinion of them.

Besides the talks themselves it gets copies in which words have given way to their neighbours in the teacher's own
space (as in TinyBERT, Jiao et al. 2020): the teacher knows far more words than the snippets hold, and passes them on.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import torch
from torch.nn import functional

from benchmarks.training.corpus import Talk
from benchmarks.training.examples import Example, Floats, examples, joined
from benchmarks.training.teacher import Opinion, Teacher, opinions
from moderation.prescreen.pieces import Piece, vocabulary
from moderation.prescreen.windows import Window, window

SEED = 5
SWAPS = (0.0, 0.1, 0.2, 0.3)  # share of words that give way, drawn for each talk
NEAREST = 16
NEAR = 0.35


@dataclass(frozen=True, slots=True)
class Lesson:
    """A window, the teacher's log-odds, and the truth of the rules where the words are still those of the snippet."""

    window: Window
    rules: Floats
    pieces: Floats
    truth: list[float] | None


class Neighbours:
    """Whole English words that the teacher keeps close together."""

    def __init__(self, teacher: Teacher) -> None:
        self._names = list(vocabulary())
        self._whole = [at for at, name in enumerate(self._names) if self.may_go(at)]
        space = teacher.reader.embeddings.word_embeddings.weight.detach()
        self._space = functional.normalize(space, dim=1)
        self._near = cache(self._find)

    def may_go(self, number: int) -> bool:
        name = self._names[number]
        return name.isascii() and name.isalpha() and len(name) > 1

    def _find(self, number: int) -> tuple[int, ...]:
        close, places = (self._space[self._whole] @ self._space[number]).topk(NEAREST)
        found = [self._whole[int(place)] for place, how in zip(places, close, strict=True) if how > NEAR]
        return tuple(other for other in found if other != number)

    def swapped(self, pieces: Sequence[Piece], share: float, draw: random.Random) -> tuple[Piece, ...]:
        found = []
        for at, piece in enumerate(pieces):
            begins_word = at + 1 < len(pieces) and self._names[pieces[at + 1].number].startswith("##")
            near = self._near(piece.number) if self.may_go(piece.number) and not begins_word else ()
            found.append(replace(piece, number=draw.choice(near)) if near and draw.random() < share else piece)
        return tuple(found)


def lessons(teacher: Teacher, talks: Sequence[Talk], copies: int) -> list[Lesson]:
    """Lessons from `copies` readings of all talks; the first one word by word as written."""
    torch.manual_seed(SEED)
    draw = random.Random(SEED)
    near = Neighbours(teacher)
    teacher.eval()
    found: list[Lesson] = []
    for copy in range(copies):
        read: list[tuple[list[Example], bool]] = []
        for messages in joined(talks, draw):
            share = draw.choice(SWAPS) if copy else 0.0
            parts = examples(messages, draw if copy else None)
            if share:
                parts = [_swapped(part, near, share, draw) for part in parts]
            read.append((parts, not share))
        for (parts, as_written), taught in zip(read, opinions(teacher, [parts for parts, _ in read]), strict=True):
            found += _lessons_of(parts, taught, as_written=as_written)
        sys.stdout.write(f"lessons: {len(found)} after reading {copy + 1}\n")
        sys.stdout.flush()
    return found


def _swapped(example: Example, near: Neighbours, share: float, draw: random.Random) -> Example:
    return replace(example, part=replace(example.part, pieces=near.swapped(example.part.pieces, share, draw)))


def _lessons_of(parts: Sequence[Example], taught: Sequence[Opinion], *, as_written: bool) -> Iterator[Lesson]:
    bare = [example.part for example in parts]
    for at, (example, (rules, pieces)) in enumerate(zip(parts, taught, strict=True)):
        yield Lesson(window(bare, at), rules, pieces, example.rules if as_written else None)
