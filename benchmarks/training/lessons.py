"""What the skim and the glance learn from: parts of talks with the judge's opinion of them.

Besides the talks themselves they get copies in which words have given way to their neighbours in the teacher's own
space (as in TinyBERT, Jiao et al. 2020): the judge knows far more words than the snippets hold, and passes them on.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from torch.nn import functional

from benchmarks.training.corpus import Talk
from benchmarks.training.examples import LETTERS, UNKNOWN, Example, Floats, examples, joined
from benchmarks.training.reader import Opinion, Reader, opinions, seeded
from benchmarks.training.stretches import Stretch, alone
from moderation.prescreen.pieces import Piece, vocabulary

SEED = 5
SWAPS = (0.0, 0.1, 0.2, 0.3)  # share of words that give way, drawn for each talk
NEAREST = 16
NEAR = 0.35


@dataclass(frozen=True, slots=True)
class Lesson(Stretch):
    """One part by itself, and the judge's log-odds, which knew what was said around it."""

    taught: Floats

    @property
    def chance(self) -> float:
        """How likely the judge holds it to break any rule."""
        return float(1 / (1 + np.exp(-self.taught.max())))


class Neighbours:
    """Whole English words that a reader keeps close together."""

    def __init__(self, reader: Reader) -> None:
        self._names = list(vocabulary())
        self._whole = [at for at, name in enumerate(self._names) if self.may_go(at)]
        space = reader.body.embeddings.word_embeddings.weight.detach()
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


def lessons(judge: Reader, talks: Sequence[Talk], copies: int) -> list[Lesson]:
    """Lessons from `copies` readings of all talks; the first one word by word as written."""
    draw = seeded(SEED)
    near = Neighbours(judge)
    found: list[Lesson] = []
    for copy in range(copies):
        read: list[list[Example]] = []
        for messages in joined(talks, draw):
            share = draw.choice(SWAPS) if copy else 0.0
            parts = examples(messages, draw if copy else None)
            read.append([_swapped(part, near, share, draw) for part in parts] if share else parts)
        for parts, taught in zip(read, opinions(judge, read), strict=True):
            found += _lessons_of(parts, taught)
        sys.stdout.write(f"lessons: {len(found)} after reading {copy + 1}\n")
        sys.stdout.flush()
    return found


def _swapped(example: Example, near: Neighbours, share: float, draw: random.Random) -> Example:
    """With other words nothing is known of its truth any more."""
    pieces = near.swapped(example.part.pieces, share, draw)
    return Example(replace(example.part, pieces=pieces), [UNKNOWN] * len(LETTERS), None)


def _lessons_of(parts: Sequence[Example], taught: Sequence[Opinion]) -> Iterator[Lesson]:
    for one, (rules, _) in zip(alone(parts), taught, strict=True):
        yield Lesson(one.first, one.numbers, one.marks, one.parts, rules)
