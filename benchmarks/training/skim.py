"""Trains the skim: a narrow reader that gets one part without its context, and says what the judge would say."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from benchmarks.training.lessons import Lesson
from benchmarks.training.reader import Reader, seeded, small, true_loss, walk
from benchmarks.training.stretches import batches

SEED = 9
WIDTH, LAYERS = 128, 2
PASSES = 3
RATES = (1.5e-3, 1.5e-3)
AT_ONCE = 4000  # pieces
_EVEN = (1.0, 1.0, 1.0, 1.0)


def untaught(judge: Reader) -> Reader:
    """Begins where the judge's words are, narrowed to their main directions."""
    skim = Reader(small(WIDTH, LAYERS))
    words = judge.body.embeddings.word_embeddings.weight.detach()
    centred = words - words.mean(0)
    main = torch.linalg.svd(centred[1000:], full_matrices=False).Vh[:WIDTH]
    with torch.no_grad():
        narrow = centred @ main.T
        skim.body.embeddings.word_embeddings.weight.copy_(narrow / narrow.std() * 0.15)
    return skim


def train(judge: Reader, taught: Sequence[Lesson], out: Path) -> Reader:
    draw = seeded(SEED)
    skim = untaught(judge)

    def loss_of(batch: list[Lesson]) -> torch.Tensor:
        said, _, _, truth = skim.read(batch)
        likely = torch.from_numpy(np.stack([lesson.taught for lesson in batch]))
        alike = functional.binary_cross_entropy_with_logits(said, torch.sigmoid(likely))
        alike = alike + 0.0125 * ((said - likely) ** 2).mean()
        return 4 * alike + true_loss(said, truth, _EVEN)

    def passes() -> Iterator[list[list[Lesson]]]:
        for _ in range(PASSES):
            yield batches(taught, draw, AT_ONCE)

    walk(skim, passes(), PASSES, loss_of, RATES, lambda: torch.save(skim.state_dict(), out))
    return skim
