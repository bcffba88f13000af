"""Reads windows with a transformer in NumPy: BERT's encoder, one head for the judged part, one for its pieces.

The numbers are plain arrays written by `benchmarks/training`. What a reader says of a window depends on that window
alone. It knows no rule: the rows of its heads mean what the caller says.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker has one core: threads only fight for it

import numpy as np
import numpy.typing as npt

from moderation.prescreen.windows import Window

_MOST_AT_ONCE = 1024  # pieces in one batch: more only spills the caches
_NOTHING = 1e-12
_HIDDEN = -1e9
Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]
Stored = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Log-odds for the judged part, one a column, and for each of its pieces."""

    part: Floats
    pieces: Floats


class Reader:
    def __init__(self, stored: Stored) -> None:
        self._pieces = stored["pieces"].astype(np.int8)
        self._scales = stored["scales"].astype(np.float32)[:, None]
        self._places = stored["places"].astype(np.float32)
        self._heads = int(stored["heads"])
        self._norm = _floats(stored, "norm.")
        self._layers = [_floats(stored, f"{at}.") for at in range(int(stored["layers"]))]
        self._out, self._out_shift = stored["out"].astype(np.float32), stored["out_shift"].astype(np.float32)

    @classmethod
    def load(cls, path: Path) -> "Reader":
        with np.load(path, allow_pickle=False) as stored:
            return cls({name: stored[name] for name in stored.files})

    def read(self, windows: Sequence[Window]) -> list[Opinion]:
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
        most = max(window.last - window.first for window in windows)
        numbers = np.zeros((len(windows), longest), dtype=np.int32)
        hidden = np.full((len(windows), 1, 1, longest), _HIDDEN, dtype=np.float32)
        own = np.zeros((len(windows), most, 1), dtype=np.int64)
        for row, window in enumerate(windows):
            size = len(window.numbers)
            numbers[row, :size] = window.numbers
            hidden[row, 0, 0, :size] = 0.0
            own[row, : window.last - window.first, 0] = range(window.first, window.last)
        x = _normal(self._pieces[numbers] * self._scales[numbers] + self._places[:longest], self._norm)
        for layer in self._layers[:-1]:
            x = self._layer(layer, x, x, hidden)
        x = self._layer(self._layers[-1], np.take_along_axis(x, own, axis=1), x, hidden)
        said = x @ self._out + self._out_shift
        columns = self._out.shape[1] // 2
        return [
            Opinion(said[row, 0, :columns], said[row, 1 : window.last - window.first, columns:])
            for row, window in enumerate(windows)
        ]

    def _layer(self, layer: dict[str, Floats], x: Floats, around: Floats, hidden: Floats) -> Floats:
        """x after one layer, in which it looks around."""
        query = self._by_head(x @ layer["query"] + layer["query_shift"])
        key = self._by_head(around @ layer["key"] + layer["key_shift"])
        value = self._by_head(around @ layer["value"] + layer["value_shift"])
        weights: Floats = query @ key.transpose(0, 1, 3, 2)
        weights += hidden
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        seen: Floats = (weights @ value).transpose(0, 2, 1, 3).reshape(x.shape)
        moved = _normal(x + seen @ layer["seen"] + layer["seen_shift"], layer, "seen_")
        inner: Floats = moved @ layer["inner"] + layer["inner_shift"]
        return _normal(moved + _gelu(inner) @ layer["outer"] + layer["outer_shift"], layer, "outer_")

    def _by_head(self, x: Floats) -> Floats:
        rows, size, width = x.shape
        split: Floats = x.reshape(rows, size, self._heads, width // self._heads).transpose(0, 2, 1, 3)
        return split


def _floats(stored: Stored, prefix: str) -> dict[str, Floats]:
    """The arrays of one layer; those stored in 8 bits are scaled back column by column."""
    one = np.ones(1, np.float32)
    return {
        name.removeprefix(prefix): value.astype(np.float32) * stored.get(f"{name}_scale", one).astype(np.float32)
        for name, value in stored.items()
        if name.startswith(prefix) and not name.endswith("_scale")
    }


def _normal(x: Floats, layer: dict[str, Floats], prefix: str = "") -> Floats:
    centred = x - x.mean(axis=-1, keepdims=True)
    centred /= np.sqrt(np.einsum("...i,...i->...", centred, centred)[..., None] / x.shape[-1] + _NOTHING)
    centred *= layer[f"{prefix}gain"]
    centred += layer[f"{prefix}bias"]
    normal: Floats = centred
    return normal


def _gelu(x: Floats) -> Floats:
    """x times the normal chance of lying below x, by the tanh of Hendrycks & Gimpel 2016."""
    bent = x * x
    bent *= 0.044715 * 0.7978845608
    bent += 0.7978845608
    bent *= x
    np.tanh(bent, out=bent)
    bent += 1.0
    bent *= x
    bent *= 0.5
    return bent
