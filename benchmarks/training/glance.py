"""Trains the glance, which chooses what the judge reads: one narrow convolution over the words of a message."""

import math
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

from benchmarks.training.corpus import Talk
from benchmarks.training.examples import examples, readable, varied
from benchmarks.training.teacher import Teacher, opinions
from moderation.prescreen import glance
from moderation.prescreen.pieces import pieces, vocabulary

SEED = 7
WIDTH, CHANNELS = 32, 32
EPOCHS = 12
RATE = 2e-3
AT_ONCE = 128
COMMON = 2  # a word of the snippets counts from so many messages on


@dataclass(frozen=True, slots=True)
class Look:
    """A message and how likely the teacher holds it to break any rule."""

    text: str
    chance: float


class Glancer(nn.Module):
    def __init__(self, words: torch.Tensor) -> None:
        super().__init__()
        self.words = nn.Embedding.from_pretrained(words, freeze=False)
        self.wide = nn.Linear(WIDTH, 3 * CHANNELS, bias=False)
        self.shift = nn.Parameter(torch.zeros(CHANNELS))
        self.out = nn.Linear(CHANNELS, 1)
        self.blur = nn.Dropout(0.2)

    def forward(self, numbers: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        """numbers: rows of words with an edge on both sides, then nothing; real: where words or edges stand."""
        seen = self.wide(self.words(numbers))
        left, middle, right = seen.split(CHANNELS, dim=2)
        heard = left[:, :-2] + middle[:, 1:-1] + right[:, 2:]
        heard = heard.masked_fill(~real[:, 1:-1, None], -1e9)
        best = functional.relu(heard.max(dim=1).values + self.shift)
        return self.out(self.blur(best)).squeeze(1)


def looks(teacher: Teacher, talks: Sequence[Talk]) -> list[Look]:
    teacher.eval()
    found: list[Look] = []
    parts = [examples(talk.messages) for talk in talks]
    for talk, own, taught in zip(talks, parts, opinions(teacher, parts), strict=True):
        odds = [-9.0] * len(talk.messages)
        for part, (rules, _) in zip(own, taught, strict=True):
            odds[part.part.message] = max(odds[part.part.message], float(rules.max()))
        found += [Look(said.text, 1 / (1 + math.exp(-it))) for said, it in zip(talk.messages, odds, strict=True)]
    return found


def known_words(found: Sequence[Look]) -> list[str]:
    """The words of the snippets, and every whole English word that the teacher knows."""
    counts = Counter(word for look in found for word in set(glance.words(readable(look.text).text)))
    own = {word for word, count in counts.items() if count >= COMMON}
    teachers = {name for name in vocabulary() if name.isascii() and name.isalpha() and len(name) > 1}
    return sorted(own | teachers)


def vectors(teacher: Teacher, words: Sequence[str]) -> torch.Tensor:
    """Where each word stands in the teacher's space, narrowed to its main directions; nothing for edges and buckets."""
    space = teacher.reader.embeddings.word_embeddings.weight.detach()
    space = space - space.mean(0)
    main = torch.linalg.svd(space[1000:], full_matrices=False).Vh[:WIDTH]
    rows = [space[[piece.number for piece in pieces(word)] or [0]].mean(0) for word in words]
    narrow = torch.stack(rows) @ main.T
    blank = torch.zeros(1 + glance.BUCKETS, WIDTH)
    return torch.cat([blank, narrow / narrow.std() * 0.3])


def train(teacher: Teacher, found: Sequence[Look], words: Sequence[str]) -> Glancer:
    torch.manual_seed(SEED)
    draw = random.Random(SEED)
    numbers = glance.Numbers(words)
    glancer = Glancer(vectors(teacher, words))
    walk = torch.optim.Adam(glancer.parameters(), lr=RATE)
    for epoch in range(EPOCHS):
        glancer.train()
        total = 0.0
        rows = [
            ([numbers[w] for w in glance.words(readable(varied(one.text, draw)).text)], one.chance) for one in found
        ]
        rows.sort(key=lambda row: len(row[0]) + 5 * draw.random())
        batches = [rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE)]
        draw.shuffle(batches)
        for group in walk.param_groups:
            group["lr"] = RATE * (1 - epoch / EPOCHS)
        for batch in batches:
            index, real = _padded([row for row, _ in batch])
            chances = torch.tensor([chance for _, chance in batch])
            loss = functional.binary_cross_entropy_with_logits(
                glancer(index, real), chances, pos_weight=torch.tensor(4.0)
            )
            walk.zero_grad()
            loss.backward()
            walk.step()
            total += loss.item()
        sys.stdout.write(f"glance {epoch}: loss {total / len(batches):.3f}\n")
    return glancer.eval()


def _padded(rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, rows)) + 2
    index = torch.zeros(len(rows), longest, dtype=torch.long)
    real = torch.zeros(len(rows), longest, dtype=torch.bool)
    for at, row in enumerate(rows):
        index[at, 1 : len(row) + 1] = torch.tensor(row, dtype=torch.long)
        real[at, : len(row) + 2] = True
    return index, real


def export(glancer: Glancer, words: Sequence[str], where: Path, bar: float = 0.0) -> None:
    """The numbers and words as moderation.prescreen.glance reads them; odds below the bar become negative."""
    table = glancer.words.weight.detach().numpy()
    scales = np.maximum(np.abs(table).max(axis=1) / 127, 1e-8)
    np.savez_compressed(
        where / "glance.npz",
        words=np.round(table / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float16),
        wide=glancer.wide.weight.detach().numpy().T.astype(np.float16),
        shift=glancer.shift.detach().numpy().astype(np.float16),
        out=glancer.out.weight.detach().numpy()[0].astype(np.float16),
        bias=np.float32(glancer.out.bias.item() - bar),
    )
    (where / "words.txt").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
