"""The judge: a small transformer that says what a stretch of talk does, read beside what was said around it.

Plain numbers in lexicon/judge.npz, written by `benchmarks/training`; NumPy is all it needs. It knows no format of
numbers or names; the detectors do. Its opinion of one window depends on that window alone.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker has one core: threads only fight for it

import numpy as np
import numpy.typing as npt

from moderation.prescreen.contract import Rule
from moderation.prescreen.windows import Window

_MODEL = Path(__file__).parent / "lexicon" / "judge.npz"
_MOST_AT_ONCE = 4096  # pieces in one batch: more only spills the caches
RULES = (Rule.CONTACT_SHARED, Rule.CONTACT_REQUESTED, Rule.OFFSITE_CONTACT, Rule.OFFSITE_HARM)
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Log-odds that the judged part breaks each of RULES, and that each of its pieces belongs to the evidence."""

    rules: Floats
    pieces: Floats


class Judge:
    def __init__(self, numbers: dict[str, npt.NDArray[np.generic]]) -> None:
        self._pieces = numbers["pieces"]
        self._scales = numbers["scales"].astype(np.float32)[:, None]
        self._places = numbers["places"].astype(np.float32)
        self._slots = numbers["slots"].astype(np.float32)
        self._heads = int(numbers["heads"])
        layers = int(numbers["layers"])
        self._layers = [
            {
                name.split(".", 1)[1]: value.astype(np.float32)
                for name, value in numbers.items()
                if name.startswith(f"{at}.")
            }
            for at in range(layers)
        ]
        self._out, self._out_bias = numbers["out"].astype(np.float32), numbers["out_bias"].astype(np.float32)

    def opinions(self, windows: Sequence[Window]) -> list[Opinion]:
        """One opinion a window, in order."""
        found: dict[int, Opinion] = {}
        order = sorted(range(len(windows)), key=lambda at: len(windows[at].numbers))
        start = 0
        while start < len(order):
            end = start + 1
            while end < len(order) and (end + 1 - start) * len(windows[order[end]].numbers) <= _MOST_AT_ONCE:
                end += 1
            batch = order[start:end]
            found.update(zip(batch, self._batch([windows[at] for at in batch]), strict=True))
            start = end
        return [found[at] for at in range(len(windows))]

    def _batch(self, windows: Sequence[Window]) -> list[Opinion]:
        longest = max(len(window.numbers) for window in windows)
        index = np.zeros((3, len(windows), longest), dtype=np.int32)
        hidden = np.full((len(windows), 1, 1, longest), -1e9, dtype=np.float32)
        for row, window in enumerate(windows):
            size = len(window.numbers)
            index[0, row, :size] = window.numbers
            index[1, row, :size] = window.places
            index[2, row, :size] = window.slots
            hidden[row, 0, 0, :size] = 0.0
        x = self._pieces[index[0]] * self._scales[index[0]] + self._places[index[1]] + self._slots[index[2]]
        most = max(window.judged for window in windows)
        for layer in self._layers[:-1]:
            x = self._layer(x, layer, hidden, longest)
        x = self._layer(x, self._layers[-1], hidden, most)
        said = _normal(x) @ self._out + self._out_bias
        return [Opinion(said[row, 0, :4], said[row, 1 : window.judged, 4:]) for row, window in enumerate(windows)]

    def _layer(self, x: Floats, layer: dict[str, Floats], hidden: Floats, most: int) -> Floats:
        """The first `most` pieces after one layer, in which they look at all pieces."""
        width = x.shape[2]
        normal = _normal(x)
        query = self._by_head(normal[:, :most] @ layer["look"][:, :width] + layer["look_bias"][:width])
        key = self._by_head(normal @ layer["look"][:, width : 2 * width] + layer["look_bias"][width : 2 * width])
        value = self._by_head(normal @ layer["look"][:, 2 * width :] + layer["look_bias"][2 * width :])
        weights: Floats = query @ key.transpose(0, 1, 3, 2) + hidden
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        seen: Floats = (weights @ value).transpose(0, 2, 1, 3).reshape(x.shape[0], most, width)
        moved: Floats = x[:, :most] + seen @ layer["seen"] + layer["seen_bias"]
        inner: Floats = _normal(moved) @ layer["inner"] + layer["inner_bias"]
        np.maximum(inner, 0.0, out=inner)
        thought: Floats = moved + inner @ layer["outer"] + layer["outer_bias"]
        return thought

    def _by_head(self, x: Floats) -> Floats:
        rows, size, width = x.shape
        split: Floats = x.reshape(rows, size, self._heads, width // self._heads).transpose(0, 2, 1, 3)
        return split


def _normal(x: Floats) -> Floats:
    """Centred and scaled; gain and shift are folded into the weights that follow."""
    centred = x - x.mean(axis=-1, keepdims=True)
    normal: Floats = centred / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + 1e-5)
    return normal


@cache
def judge() -> Judge:
    with np.load(_MODEL, allow_pickle=False) as stored:
        return Judge({name: stored[name] for name in stored.files})
