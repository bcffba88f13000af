"""Trains the student, the judge that ships: two narrow layers that repeat the teacher's opinions."""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from benchmarks.training.lessons import Lesson
from benchmarks.training.teacher import Teacher
from moderation.prescreen.judge import RULES
from moderation.prescreen.windows import LONGEST_PART, SLOTS

SEED = 1
WIDTH, LAYERS, INNER, HEADS = 128, 2, 384, 4
EPOCHS = 3
RATE = 1.5e-3
AT_ONCE = 96
SHY = (-2.0, -4.0)  # before it has learned anything the student suspects nothing
_FAR = 6.0  # beyond such log-odds it makes no difference how sure the teacher is


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.before_seeing, self.before_thinking = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.look, self.seen = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.blur = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        rows, size, _ = x.shape
        looked = self.look(self.before_seeing(x)).view(rows, size, 3, HEADS, WIDTH // HEADS)
        query, key, value = looked.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=real)
        x = x + self.blur(self.seen(seen.transpose(1, 2).reshape(rows, size, WIDTH)))
        return x + self.blur(self.outer(functional.relu(self.inner(self.before_thinking(x)))))


class Student(nn.Module):
    def __init__(self, words: torch.Tensor) -> None:
        """words: the teacher's vectors of all pieces; their main directions are where the student begins."""
        super().__init__()
        self.pieces = nn.Embedding(len(words), WIDTH)
        self.places, self.slots = nn.Embedding(LONGEST_PART + 1, WIDTH), nn.Embedding(SLOTS, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.before_saying = nn.LayerNorm(WIDTH)
        self.of_part, self.of_piece = nn.Linear(WIDTH, len(RULES)), nn.Linear(WIDTH, len(RULES))
        self.blur = nn.Dropout(0.15)
        nn.init.normal_(self.places.weight, std=0.02)
        nn.init.normal_(self.slots.weight, std=0.02)
        for head, shy in zip((self.of_part, self.of_piece), SHY, strict=True):
            nn.init.constant_(head.bias, shy)
        with torch.no_grad():
            centred = words - words.mean(0)
            main = torch.linalg.svd(centred[1000:], full_matrices=False).Vh[:WIDTH]
            narrow = centred @ main.T
            self.pieces.weight.copy_(narrow / narrow.std() * 0.15)

    def forward(
        self, numbers: torch.Tensor, places: torch.Tensor, slots: torch.Tensor, real: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.blur(self.pieces(numbers) + self.places(places) + self.slots(slots))
        for layer in self.layers:
            x = layer(x, real[:, None, None, :])
        x = self.before_saying(x)
        return self.of_part(self.blur(x[:, 0])), self.of_piece(x)


Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def padded(batch: Sequence[Lesson]) -> Batch:
    longest = max(len(lesson.window.numbers) for lesson in batch)
    index = np.zeros((3, len(batch), longest), np.int64)
    real = np.zeros((len(batch), longest), bool)
    for row, lesson in enumerate(batch):
        read = lesson.window
        size = len(read.numbers)
        index[:, row, :size] = read.numbers, read.places, read.slots
        real[row, :size] = True
    numbers, places, slots = torch.from_numpy(index)
    return numbers, places, slots, torch.from_numpy(real)


def loss_of(student: Student, batch: Sequence[Lesson]) -> torch.Tensor:
    """Close to the teacher, in chances and in log-odds; close to the truth; close to the teacher piece by piece."""
    of_part, of_piece = student(*padded(batch))
    taught = torch.from_numpy(np.stack([lesson.rules for lesson in batch]))
    like_teacher = functional.binary_cross_entropy_with_logits(of_part, torch.sigmoid(taught))
    like_teacher = like_teacher + 0.02 * ((of_part - taught).clamp(-_FAR, _FAR) ** 2).mean()
    truth = torch.tensor([lesson.truth or [-1.0] * len(RULES) for lesson in batch])
    known = truth >= 0
    right = functional.binary_cross_entropy_with_logits(of_part, truth.clamp(min=0), reduction="none")
    most = max(lesson.window.judged for lesson in batch)
    marks = torch.zeros(len(batch), most, len(RULES))
    own = torch.zeros(len(batch), most)
    for row, lesson in enumerate(batch):
        marks[row, 1 : lesson.window.judged] = torch.sigmoid(torch.from_numpy(lesson.pieces))
        own[row, 1 : lesson.window.judged] = 1
    pieces = functional.binary_cross_entropy_with_logits(of_piece[:, :most], marks, reduction="none").sum(-1)
    return (
        4 * like_teacher
        + (right * known).sum() / known.sum().clamp(min=1)
        + (pieces * own).sum() / own.sum().clamp(min=1)
    )


def train(teacher: Teacher, taught: Sequence[Lesson], out: Path) -> Student:
    torch.manual_seed(SEED)
    draw = random.Random(SEED)
    student = Student(teacher.reader.embeddings.word_embeddings.weight.detach().clone())
    words = [student.pieces.weight]
    others = [weight for name, weight in student.named_parameters() if name != "pieces.weight"]
    walk = torch.optim.AdamW([{"params": words, "weight_decay": 0.0}, {"params": others, "weight_decay": 0.01}])
    step, steps = 0, EPOCHS * (len(taught) // AT_ONCE + 1)
    for epoch in range(EPOCHS):
        student.train()
        began, total = time.monotonic(), 0.0
        for batch in _batches(taught, draw):
            for group in walk.param_groups:
                group["lr"] = RATE * min(1.0, step / (0.04 * steps)) * max(0.01, 1 - step / steps)
            loss = loss_of(student, batch)
            walk.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            walk.step()
            step += 1
            total += loss.item()
        sys.stdout.write(f"student {epoch}: loss {total * EPOCHS / steps:.3f}, {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()
        torch.save(student.state_dict(), out)
    return student


def _batches(taught: Sequence[Lesson], draw: random.Random) -> Iterator[list[Lesson]]:
    ordered = sorted(taught, key=lambda lesson: len(lesson.window.numbers) + 10 * draw.random())
    batches = [ordered[at : at + AT_ONCE] for at in range(0, len(ordered), AT_ONCE)]
    draw.shuffle(batches)
    yield from batches


def export(student: Student, path: Path) -> None:
    """The numbers as moderation.prescreen.judge reads them: gains and shifts of the norms folded into what follows."""
    words = student.pieces.weight.detach().numpy()
    scales = np.maximum(np.abs(words).max(axis=1) / 127, 1e-8)
    numbers: dict[str, np.ndarray] = {
        "pieces": np.round(words / scales[:, None]).astype(np.int8),
        "scales": scales,
        "places": student.places.weight.detach().numpy(),
        "slots": student.slots.weight.detach().numpy(),
        "heads": np.int32(HEADS),
        "layers": np.int32(LAYERS),
    }
    for at, layer in enumerate(student.layers):
        look, look_bias = _folded(layer.before_seeing, layer.look)
        look[:, :WIDTH] *= (WIDTH // HEADS) ** -0.5
        look_bias[:WIDTH] *= (WIDTH // HEADS) ** -0.5
        inner, inner_bias = _folded(layer.before_thinking, layer.inner)
        numbers |= {
            f"{at}.look": look,
            f"{at}.look_bias": look_bias,
            f"{at}.seen": layer.seen.weight.detach().numpy().T,
            f"{at}.seen_bias": layer.seen.bias.detach().numpy(),
            f"{at}.inner": inner,
            f"{at}.inner_bias": inner_bias,
            f"{at}.outer": layer.outer.weight.detach().numpy().T,
            f"{at}.outer_bias": layer.outer.bias.detach().numpy(),
        }
    part, part_bias = _folded(student.before_saying, student.of_part)
    piece, piece_bias = _folded(student.before_saying, student.of_piece)
    numbers |= {"out": np.hstack([part, piece]), "out_bias": np.hstack([part_bias, piece_bias])}
    slim = {name: value.astype(np.float16) if value.dtype == np.float32 or value.dtype == np.float64 else value
            for name, value in numbers.items()}  # fmt: skip
    np.savez_compressed(path, **slim)


def _folded(norm: nn.LayerNorm, linear: nn.Linear) -> tuple[np.ndarray, np.ndarray]:
    weight, bias = linear.weight.detach().numpy(), linear.bias.detach().numpy()
    gain, shift = norm.weight.detach().numpy(), norm.bias.detach().numpy()
    return (weight * gain).T.copy(), bias + weight @ shift
