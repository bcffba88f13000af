"""Talks as the models see them: parts cut into pieces, with what is true of each."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.training.corpus import RULES, Said, Talk
from moderation.prescreen.fold import Folded, fold
from moderation.prescreen.respell import respell
from moderation.prescreen.windows import Part, parts_of

LETTERS = "".join(RULES)
UNKNOWN = -1.0
_PUBLIC = re.compile(r"988|741741|116 ?123|0800 ?1111|85258|911|999|112|13 ?11 ?14")
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A part with its truth: 1, 0 or UNKNOWN for each rule, and for each rule and piece where that is known."""

    part: Part
    rules: list[float]
    pieces: Floats | None


def readable(text: str) -> Folded:
    return respell(fold(text))


def examples(messages: Sequence[Said], draw: random.Random | None = None) -> list[Example]:
    """The parts of a talk in order. With `draw`, figures and spelling vary: no number is worth learning by heart."""
    found: list[Example] = []
    for place, said in enumerate(messages):
        folded = readable(varied(said.text, draw) if draw else said.text)
        parts = parts_of(place, said.sender, folded.text)
        found += [_example(part, said, folded, alone=len(parts) == 1) for part in parts]
    return found


def _example(part: Part, said: Said, folded: Folded, *, alone: bool) -> Example:
    if said.spans is None:
        missing = UNKNOWN if not alone else 1.0
        return Example(part, [missing if letter in said.rules else 0.0 for letter in LETTERS], None)
    marks = np.zeros((len(part.pieces), len(LETTERS)), np.float32)
    for at, piece in enumerate(part.pieces):
        first, last = folded.span(piece.start, piece.end)
        for start, end, letter in said.spans:
            if first < end and start < last:
                marks[at, LETTERS.index(letter)] = 1
    spanned = {letter for _, _, letter in said.spans}
    rules = [
        float(letter in said.rules and (alone or letter not in spanned or bool(marks[:, at].any())))
        for at, letter in enumerate(LETTERS)
    ]
    return Example(part, rules, marks)


def varied(text: str, draw: random.Random) -> str:
    """As long as before, so that spans stay: other figures (but in public help lines), now and then a slip."""
    if draw.random() > 0.3 and not _PUBLIC.search(text):
        text = re.sub(r"\d", lambda figure: figure.group() if draw.random() < 0.2 else str(draw.randrange(10)), text)
    if draw.random() < 0.75:
        return text
    letters = list(text)
    for _ in range(max(1, len(letters) // 40)):
        at = draw.randrange(len(letters))
        if at + 1 < len(letters) and letters[at].isalpha() and letters[at + 1].isalpha():
            if draw.random() < 0.5:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
            else:
                letters[at] = draw.choice("abcdefghijklmnopqrstuvwxyz")
    return "".join(letters)


def joined(talks: Sequence[Talk], draw: random.Random, longest: int = 16) -> list[list[Said]]:
    """All talks in a new order, some run together into longer ones: real talk goes on and changes its subject."""
    left = list(talks)
    draw.shuffle(left)
    found: list[list[Said]] = []
    while left:
        messages = list(left.pop().messages)
        while left and len(messages) < longest and draw.random() < 0.4:
            messages += left.pop().messages
        found.append(messages)
    return found
