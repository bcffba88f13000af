"""A glance at every message: a small convolution over words says which ones the judge should read.

It sees one message and no context; it errs towards asking. Plain numbers in lexicon/glance.npz, words beside them.
"""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a worker has one core: threads only fight for it

import numpy as np
import numpy.typing as npt

_HERE = Path(__file__).parent / "lexicon"
_PLAIN = str.maketrans(
    {chr(at): " " for at in range(128) if not chr(at).isalnum() and chr(at) != "?"} | dict.fromkeys("123456789", "0")
)
_MOST_REMEMBERED = 100_000
_MOST_WORDS = 400
_MOST_AT_ONCE = 2048  # words: what they make of it stays in the cache
BUCKETS = 1024
EDGE = 0
Floats = npt.NDArray[np.float32]


class Numbers(dict[str, int]):
    """Words → their numbers; strange ones share a bucket with those that begin alike."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__((word, at + 1 + BUCKETS) for at, word in enumerate(words))
        self._most = len(self) + _MOST_REMEMBERED

    def __missing__(self, word: str) -> int:
        number = 1 + crc32(word[:4].encode("utf-8", "replace")) % BUCKETS
        if len(self) < self._most:
            self[word] = number
        return number


def words(text: str) -> list[str]:
    """Lower-case words; figures all read 0, a question mark is a word."""
    return text.replace("'", "").translate(_PLAIN).replace("?", " ? ").lower().split()[:_MOST_WORDS]


class Glance:
    def __init__(self, numbers: Numbers, arrays: dict[str, npt.NDArray[np.generic]]) -> None:
        self._number = numbers.__getitem__
        self._words = arrays["words"].astype(np.float32) * arrays["scales"].astype(np.float32)[:, None]
        self._wide, self._shift, self._inner, self._inner_shift, self._out = (
            arrays[name].astype(np.float32) for name in ("wide", "shift", "inner", "inner_shift", "out")
        )
        self._bias = float(arrays["bias"])

    def odds(self, texts: Sequence[str]) -> Floats:
        """Log-odds for each text that something in it matters."""
        found = [np.zeros(0, np.float32)]
        row, starts = [EDGE], list[int]()
        for text in texts:
            starts.append(len(row) - 1)
            row.append(EDGE)
            row += map(self._number, words(text))
            row.append(EDGE)
            if len(row) > _MOST_AT_ONCE:
                found.append(self._odds([*row, EDGE], starts))
                row, starts = [EDGE], []
        if starts:
            found.append(self._odds([*row, EDGE], starts))
        return np.concatenate(found)

    def _odds(self, row: list[int], starts: list[int]) -> Floats:
        """One text after the other in a row of numbers, with an edge on either side of each."""
        size = len(self._shift)
        seen = self._words[row] @ self._wide
        heard = seen[:-2, :size] + seen[1:-1, size : 2 * size] + seen[2:, 2 * size :]
        loudest = np.maximum(np.maximum.reduceat(heard, starts) + self._shift, 0.0)
        odds: Floats = np.maximum(loudest @ self._inner + self._inner_shift, 0.0) @ self._out + self._bias
        return odds


@cache
def glance() -> Glance:
    known = (_HERE / "words.txt").read_text(encoding="utf-8").splitlines()
    with np.load(_HERE / "glance.npz", allow_pickle=False) as stored:
        return Glance(Numbers(known), {name: stored[name] for name in stored.files})
