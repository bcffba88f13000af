"""Short ways to ask one detector about one message."""

import time
from collections.abc import Callable, Iterable

from moderation.prescreen import Message, Options
from moderation.prescreen.allowlist import allowed
from moderation.prescreen.fold import fold
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.respell import respell

KNOWN = allowed(Options())
HOSTILE = [
    "." * 5000, "1 1 1 " * 830, "a.a.a." * 830, "at dot " * 710, "a@a@" * 1250, "a@" * 2500, "@" * 5000, "-" * 5000,
    "a " * 2500, "a_" * 2500, "dot." * 1250, "(at)" * 1250, "x dot com slash " * 310, "a/" * 2500, "gmail " * 830,
    "1 A St " * 710, "rue A " * 830, "gate 3 by the park at 5 " * 200, "a" * 5000, "c/o " * 1250, "https://" * 625,
]  # fmt: skip


def line_of(text: str) -> Line:
    return Line(0, Message("m1", "u1", text), frozenset(), respell(fold(text)))


def typed(clue: Clue) -> str:
    """The exact characters that the clue stands for."""
    start, end = clue.line.folded.span(clue.start, clue.end)
    return clue.line.message.text[start:end]


def check_spans(clues: Iterable[Clue], text: str) -> None:
    for clue in clues:
        start, end = clue.line.folded.span(clue.start, clue.end)
        assert 0 <= start < end <= len(text)
        assert 0 < clue.score <= 1


def seconds(look: Callable[[], object]) -> float:
    """The quickest of three looks: other work on the machine only ever makes one slower."""
    found = []
    for _ in range(3):
        start = time.process_time()
        look()
        found.append(time.process_time() - start)
    return min(found)
