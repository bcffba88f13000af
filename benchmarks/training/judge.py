"""Distils the judge: every second layer of the teacher, brought to say what the whole teacher says."""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from benchmarks.training.corpus import Talk
from benchmarks.training.examples import examples, joined
from benchmarks.training.reader import Reader, seeded, true_loss, walk
from benchmarks.training.stretches import Stretch, batches, stretches

SEED = 3
LAYERS = (0, 2, 4)
LENGTHS = (72, 108, 144)  # pieces of a stretch: the judge gets less to read than the teacher
PASSES = 2
RATES = (2e-4, 2e-4)
_EVEN = (1.0, 1.0, 1.0, 1.0)


def pruned(teacher: Reader) -> Reader:
    judge = copy.deepcopy(teacher)
    judge.body.encoder.layer = nn.ModuleList(judge.body.encoder.layer[at] for at in LAYERS)
    judge.body.config.num_hidden_layers = len(LAYERS)
    return judge


def train(teacher: Reader, talks: Sequence[Talk], out: Path) -> Reader:
    draw = seeded(SEED)
    judge = pruned(teacher)

    def loss_of(batch: list[Stretch]) -> torch.Tensor:
        with torch.no_grad():
            taught, taught_pieces, _, _ = teacher.read(batch)
        said, of_piece, real, truth = judge.read(batch)
        alike = functional.binary_cross_entropy_with_logits(said, torch.sigmoid(taught))
        alike = alike + 0.0125 * ((said - taught) ** 2).mean()
        pieces = functional.binary_cross_entropy_with_logits(of_piece, torch.sigmoid(taught_pieces), reduction="none")
        near = (pieces * real[:, :, None]).sum() / real.sum()
        return 4 * alike + 2 * true_loss(said, truth, _EVEN) + near

    def passes() -> Iterator[list[list[Stretch]]]:
        for _ in range(PASSES):
            read = [(examples(talk, draw), draw.choice(LENGTHS)) for talk in joined(talks, draw)]
            yield batches([one for parts, longest in read for one in stretches(parts, draw, longest)], draw)

    walk(judge, passes(), PASSES, loss_of, RATES, lambda: torch.save(judge.state_dict(), out))
    return judge


def taught(teacher: Reader, path: Path) -> Reader:
    judge = pruned(teacher)
    judge.load_state_dict(torch.load(path))
    return judge.eval()
