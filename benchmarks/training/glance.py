"""Trains the glance, which chooses what the judge reads: one narrow convolution over the words of a message."""

import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.training.lessons import Lesson
from benchmarks.training.reader import Reader, seeded
from moderation.prescreen import glance
from moderation.prescreen.pieces import pieces, vocabulary

SEED = 7
WIDTH, CHANNELS, INNER = 32, 48, 24
EPOCHS = 4
RATE = 2e-3
AT_ONCE = 256
COMMON = 3  # a word counts from so many messages on
FORGOTTEN = 0.08  # share of words that are taken for strange ones
WORSE = 5.0  # how much more it matters to miss something than to notice too much


@dataclass(frozen=True, slots=True)
class Look:
    """The words of a part, and how likely the judge holds it to break any rule."""

    words: list[str]
    chance: float


class Glancer(nn.Module):
    def __init__(self, words: torch.Tensor) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(words, freeze=False)
        self.wide = nn.Linear(WIDTH, 3 * CHANNELS, bias=False)
        self.shift = nn.Parameter(torch.zeros(CHANNELS))
        self.inner, self.out = nn.Linear(CHANNELS, INNER), nn.Linear(INNER, 1)
        self.blur = nn.Dropout(0.15)

    def forward(self, numbers: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """numbers: rows of words between two edges on both sides; real: all but the outermost edges."""
        left, middle, right = self.wide(self.words(numbers)).split(CHANNELS, dim=2)
        heard = left[:, :-2] + middle[:, 1:-1] + right[:, 2:]
        loudest = heard.masked_fill(~real[:, 1:-1, None], -1e9).max(dim=1).values
        inner = functional.relu(self.inner(self.blur(functional.relu(loudest + self.shift))))
        return self.out(inner).squeeze(1)


def looks(lessons: Sequence[Lesson]) -> list[Look]:
    names = list(vocabulary())
    return [Look(glance.words(retold(lesson.numbers[2:], names)), lesson.chance) for lesson in lessons]


def retold(numbers: Sequence[int], names: Sequence[str]) -> str:
    """Pieces as words again."""
    said = (names[number] for number in numbers)
    text = "".join(name[2:] if name.startswith("##") else f" {name}" for name in said)
    return text.replace(" ' ", "'").replace(" ’ ", "'")


def known_words(found: Sequence[Look]) -> list[str]:
    counts = Counter(word for look in found for word in set(look.words))
    return sorted(word for word, count in counts.items() if count >= COMMON)


def vectors(reader: Reader, words: Sequence[str]) -> torch.Tensor:
    """Where each word stands in the reader's space, narrowed to its main directions; nothing for edges and buckets."""
    space = reader.body.embeddings.word_embeddings.weight.detach()
    space = space - space.mean(0)
    main = torch.linalg.svd(space[1000:], full_matrices=False).Vh[:WIDTH]
    rows = [space[[piece.number for piece in pieces(word)] or [0]].mean(0) for word in words]
    narrow = torch.stack(rows) @ main.T
    blank = torch.zeros(1 + glance.BUCKETS, WIDTH)
    return torch.cat([blank, narrow / narrow.std() * 0.3])


def train(reader: Reader, found: Sequence[Look], words: Sequence[str]) -> Glancer:
    draw = seeded(SEED)
    numbers = glance.Numbers(words)
    glancer = Glancer(vectors(reader, words))
    walk = torch.optim.AdamW(glancer.parameters(), weight_decay=1e-3)
    step, steps = 0, EPOCHS * (len(found) // AT_ONCE + 1)
    for epoch in range(EPOCHS):
        total = 0.0
        ordered = sorted(found, key=lambda look: len(look.words) + 8 * draw.random())
        batches = [ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE)]
        draw.shuffle(batches)
        for batch in batches:
            for group in walk.param_groups:
                group["lr"] = RATE * max(0.01, 1 - step / steps)
            rows = [[_seen(word, numbers, draw) for word in look.words] for look in batch]
            chances = torch.tensor([look.chance for look in batch])
            loss = functional.binary_cross_entropy_with_logits(
                glancer(*_padded(rows)), chances, pos_weight=torch.tensor(WORSE)
            )
            walk.zero_grad()
            loss.backward()
            walk.step()
            step += 1
            total += loss.item()
        sys.stdout.write(f"glance {epoch}: loss {total / len(batches):.3f}\n")
    return glancer.eval()


def _seen(word: str, numbers: glance.Numbers, draw: random.Random) -> int:
    return draw.randint(1, glance.BUCKETS) if draw.random() < FORGOTTEN else numbers[word]


def _padded(rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, rows)) + 4
    index = torch.zeros(len(rows), longest, dtype=torch.long)
    real = torch.zeros(len(rows), longest, dtype=torch.bool)
    for at, row in enumerate(rows):
        index[at, 2 : len(row) + 2] = torch.tensor(row, dtype=torch.long)
        real[at, 1 : len(row) + 3] = True
    return index, real


def export(glancer: Glancer, words: Sequence[str], where: Path) -> None:
    """The numbers and words as moderation.prescreen.glance reads them."""
    table = glancer.words.weight.detach().numpy()
    scales = np.maximum(np.abs(table).max(axis=1) / 127, 1e-8)
    np.savez_compressed(
        where / "glance.npz",
        words=np.round(table / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float16),
        wide=glancer.wide.weight.detach().numpy().T.astype(np.float16),
        shift=glancer.shift.detach().numpy().astype(np.float16),
        inner=glancer.inner.weight.detach().numpy().T.astype(np.float16),
        inner_shift=glancer.inner.bias.detach().numpy().astype(np.float16),
        out=glancer.out.weight.detach().numpy()[0].astype(np.float16),
        bias=np.float32(glancer.out.bias.item()),
    )
    (where / "words.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
