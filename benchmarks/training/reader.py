"""The network that all three readers share: BERT's encoder with one head for parts and one for pieces."""

import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from benchmarks.training.examples import LETTERS, Example, Floats
from benchmarks.training.stretches import Some, Stretch, padded, stretches

WARM = 0.06  # share of the steps in which the pace rises
_JUDGED_AT_ONCE = 24  # stretches
_RARE = (1.5, 1.5, 2.0, 3.0)  # how much more a broken rule counts than a kept one


class Reader(nn.Module):
    def __init__(self, body: BertModel) -> None:
        super().__init__()
        self.body = body
        width = body.config.hidden_size
        self.of_part, self.of_piece = nn.Linear(width, len(LETTERS)), nn.Linear(width, len(LETTERS))
        self.blur = nn.Dropout(0.1)

    def forward(self, numbers: torch.Tensor, real: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            read = self.blur(self.body(input_ids=numbers, attention_mask=real).last_hidden_state)
            return self.of_part(read).float(), self.of_piece(read).float()

    def read(self, batch: Sequence[Stretch]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Log-odds of all marks in order, log-odds of all pieces, which pieces are real, truth of all marks."""
        numbers, real = padded(batch)
        of_part, of_piece = self(numbers, real)
        rows = torch.tensor([row for row, one in enumerate(batch) for _ in one.marks])
        places = torch.tensor([place for one in batch for place in one.marks])
        truth = torch.tensor([part.rules for one in batch for part in one.parts])
        return of_part[rows, places], of_piece, real, truth


def small(width: int, layers: int) -> BertModel:
    return BertModel(
        BertConfig(
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=width // 32,
            intermediate_size=4 * width,
            max_position_embeddings=512,
        ),
        add_pooling_layer=False,
    )


def true_loss(said: torch.Tensor, truth: torch.Tensor, rare: Sequence[float] = _RARE) -> torch.Tensor:
    """How far from the truth, where it is known."""
    loss = functional.binary_cross_entropy_with_logits(
        said, truth.clamp(min=0), reduction="none", pos_weight=torch.tensor(rare)
    )
    return (loss * (truth >= 0)).mean()


def marked_loss(of_piece: torch.Tensor, batch: Sequence[Stretch]) -> torch.Tensor:
    """How far from the marked words, where they are known."""
    marks, known = torch.zeros_like(of_piece), torch.zeros(of_piece.shape[:2])
    for row, one in enumerate(batch):
        for place, example in zip(one.marks, one.parts, strict=True):
            if example.pieces is not None:
                end = place + 1 + len(example.pieces)
                marks[row, place + 1 : end] = torch.from_numpy(example.pieces)
                known[row, place + 1 : end] = 1
    pieces = functional.binary_cross_entropy_with_logits(of_piece, marks, reduction="none").sum(-1)
    return (pieces * known).sum() / known.sum().clamp(min=1)


def walk(
    reader: Reader,
    passes: Iterable[list[list[Some]]],
    count: int,
    loss_of: Callable[[list[Some]], torch.Tensor],
    rates: tuple[float, float],
    each: Callable[[], None] = lambda: None,
) -> None:
    """Trains in `count` passes; rates: of the body and of the heads. The pace rises, then falls to nothing."""
    heads = [*reader.of_part.parameters(), *reader.of_piece.parameters()]
    climb = torch.optim.AdamW([{"params": list(reader.body.parameters())}, {"params": heads}], weight_decay=0.01)
    step = steps = 0
    for number, batches in enumerate(passes):
        steps = steps or count * len(batches)
        reader.train()
        began, total = time.monotonic(), 0.0
        for batch in batches:
            pace = min(1.0, step / (WARM * steps)) * max(0.02, 1 - step / steps)
            for group, rate in zip(climb.param_groups, rates, strict=True):
                group["lr"] = rate * pace
            loss = loss_of(batch)
            climb.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            climb.step()
            step += 1
            total += loss.item()
        _tell(f"pass {number}: loss {total / len(batches):.3f}, {len(batches)} steps, {time.monotonic() - began:.0f} s")
        each()
    reader.eval()


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


Opinion = tuple[Floats, Floats]
_NO_OPINION: Opinion = (np.zeros(0, np.float32), np.zeros(0, np.float32))


def opinions(reader: Reader, talks: Sequence[Sequence[Example]]) -> list[list[Opinion]]:
    """Of every part of every talk the log-odds by rule, and by piece and rule; from the stretch with most before it."""
    found: list[list[Opinion]] = [[_NO_OPINION] * len(talk) for talk in talks]
    depth: dict[tuple[int, int], int] = {}
    work = [(at, one) for at, talk in enumerate(talks) for one in stretches(talk)]
    work.sort(key=lambda job: len(job[1].numbers))
    for start in range(0, len(work), _JUDGED_AT_ONCE):
        batch = work[start : start + _JUDGED_AT_ONCE]
        with torch.no_grad():
            of_part, of_piece = reader(*padded([one for _, one in batch]))
        for row, (talk, one) in enumerate(batch):
            for before, (place, example) in enumerate(zip(one.marks, one.parts, strict=True)):
                at = one.first + before
                if before >= depth.get((talk, at), 0):
                    depth[talk, at] = before
                    end = place + 1 + len(example.part.pieces)
                    found[talk][at] = of_part[row, place].numpy().copy(), of_piece[row, place + 1 : end].numpy().copy()
    return found


def seeded(seed: int) -> random.Random:
    torch.manual_seed(seed)
    return random.Random(seed)
