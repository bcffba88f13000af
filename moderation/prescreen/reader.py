"""Reads windows with a transformer in NumPy: BERT's encoder, one head for the judged part, one for its pieces.

The numbers are plain arrays written by `benchmarks/training`. What a reader says of a window depends on that window
alone. It knows no rule: the rows of its heads mean what the caller says.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker has one core: threads only fight for it

import numpy as np
import numpy.typing as npt

from moderation.prescreen.windows import Window

_MOST_AT_ONCE = 512  # pieces in one batch: fewer leave the products small, more spill the caches
_NOTHING = 1e-12
Floats = npt.NDArray[np.float32]
Places = list[tuple[int, int]]
Stored = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Log-odds for the judged part, one a column, and for each of its pieces."""

    part: Floats
    pieces: Floats


class Reader:
    """The windows of a batch lie one after the other in one table, a row a piece: nothing is padded, and only looking
    around goes window by window."""

    def __init__(self, stored: Stored) -> None:
        self._pieces = stored["pieces"].astype(np.int8)
        self._scales = stored["scales"].astype(np.float32)[:, None]
        self._places = stored["places"].astype(np.float32)
        self._heads = int(stored["heads"])
        self._norm = _floats(stored, "norm.")
        self._layers = [_joined(_floats(stored, f"{at}.")) for at in range(int(stored["layers"]))]
        self._out, self._out_shift = stored["out"].astype(np.float32), stored["out_shift"].astype(np.float32)

    @classmethod
    def load(cls, path: Path) -> "Reader":
        with np.load(path, allow_pickle=False) as stored:
            return cls({name: stored[name] for name in stored.files})

    def read(self, windows: Sequence[Window], *, closely: bool = True) -> list[Opinion]:
        """One opinion a window, in order; without a word on the single pieces when not read closely."""
        found: list[Opinion] = []
        batch: list[Window] = []
        size = 0
        for window in windows:
            if batch and size + len(window.numbers) > _MOST_AT_ONCE:
                found += self._batch(batch, closely)
                batch, size = [], 0
            batch.append(window)
            size += len(window.numbers)
        return found + self._batch(batch, closely) if batch else found

    def _batch(self, windows: Sequence[Window], closely: bool) -> list[Opinion]:
        numbers = [number for window in windows for number in window.numbers]
        begins = [0, *accumulate(len(window.numbers) for window in windows)]
        asked = [(window.first, window.last if closely else window.first + 1) for window in windows]
        told = [0, *accumulate(last - first for first, last in asked)]
        around, own = list(pairwise(begins)), list(pairwise(told))
        places = np.concatenate([self._places[: end - begin] for begin, end in around])
        x = _normal(self._pieces[numbers] * self._scales[numbers] + places, self._norm)
        for layer in self._layers[:-1]:
            x = self._layer(layer, x, x, around, around)
        chosen = [
            begin + at for (first, last), (begin, _) in zip(asked, around, strict=True) for at in range(first, last)
        ]
        x = self._layer(self._layers[-1], x[chosen], x, own, around)
        said = x @ self._out + self._out_shift
        columns = self._out.shape[1] // 2
        return [Opinion(said[first, :columns], said[first + 1 : last, columns:]) for first, last in own]

    def _layer(self, layer: dict[str, Floats], x: Floats, about: Floats, own: Places, around: Places) -> Floats:
        """x after one layer; rows own[i] of x look at the rows around[i] of `about`."""
        width = x.shape[1]
        asks = x @ layer["query"]
        asks += layer["query_shift"]
        holds = about @ layer["key_value"]
        holds += layer["key_value_shift"]
        query, key, value = self._by_head(asks), self._by_head(holds[:, :width]), self._by_head(holds[:, width:])
        seen = np.empty_like(asks)
        into = self._by_head(seen)
        for (first, last), (begin, end) in zip(own, around, strict=True):
            weights: Floats = query[:, first:last] @ key[:, begin:end].transpose(0, 2, 1)
            weights -= weights.max(axis=-1, keepdims=True)
            np.exp(weights, out=weights)
            weights /= weights.sum(axis=-1, keepdims=True)
            into[:, first:last] = weights @ value[:, begin:end]
        moved = seen @ layer["seen"]
        moved += layer["seen_shift"]
        moved += x
        moved = _normal(moved, layer, "seen_")
        inner = moved @ layer["inner"]
        inner += layer["inner_shift"]
        outer = _gelu(inner) @ layer["outer"]
        outer += layer["outer_shift"]
        outer += moved
        return _normal(outer, layer, "outer_")

    def _by_head(self, x: Floats) -> Floats:
        """A view: heads, rows, columns."""
        rows, width = x.shape
        split: Floats = x.reshape(rows, self._heads, width // self._heads).transpose(1, 0, 2)
        return split


def _joined(layer: dict[str, Floats]) -> dict[str, Floats]:
    """Key and value as one product, and every matrix in the order in which it is multiplied fastest."""
    pairs = {
        f"key_value{end}": np.concatenate([layer.pop(f"key{end}"), layer.pop(f"value{end}")], axis=-1)
        for end in ("", "_shift")
    }
    return {name: np.ascontiguousarray(value) for name, value in (layer | pairs).items()}


def _floats(stored: Stored, prefix: str) -> dict[str, Floats]:
    """The arrays of one layer; those stored in 8 bits are scaled back column by column."""
    one = np.ones(1, np.float32)
    return {
        name.removeprefix(prefix): value.astype(np.float32) * stored.get(f"{name}_scale", one).astype(np.float32)
        for name, value in stored.items()
        if name.startswith(prefix) and not name.endswith("_scale")
    }


def _normal(x: Floats, layer: dict[str, Floats], prefix: str = "") -> Floats:
    """In place."""
    x -= x.mean(axis=-1, keepdims=True)
    x /= np.sqrt(np.einsum("ij,ij->i", x, x)[:, None] / x.shape[-1] + _NOTHING)
    x *= layer[f"{prefix}gain"]
    x += layer[f"{prefix}bias"]
    return x


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
