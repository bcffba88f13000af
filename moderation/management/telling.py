"""How an import tells people what it does: a bar on a terminal, a plain line now and then otherwise."""

import sys
import time
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from moderation.management.conversation_import import Counts, Refusal, sentence
from moderation.management.line_reader import Position

EVERY_S = 10.0
MOST_SENTENCES = 200  # on the screen; all of them are in the file


class Watched:
    """`size` in bytes, 0 when it is not known; `out` takes a line a call."""

    def __init__(self, out: Any, size: int, *, most: int | None = MOST_SENTENCES) -> None:
        self._out = out
        self._size = size
        self._most = most
        self._said = 0
        self._next = time.monotonic() + EVERY_S
        self._progress = _progress()
        self._bar = self._progress.add_task("Importing", total=size or None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def refused(self, refusals: list[Refusal]) -> None:
        for refusal in refusals:
            self._said += 1
            if self._most is None or self._said <= self._most:
                self._say(sentence(refusal))
            elif self._said == self._most + 1:
                self._say("More was refused: from here on it is only written to the file.")

    def moved(self, position: Position, counts: Counts) -> None:
        messages = counts.accepted + counts.duplicates + counts.edited
        words = f"{position.lines:,} lines, {messages:,} messages, {counts.bad_lines + counts.rejected:,} refused"
        self._progress.update(self._bar, completed=position.size, description=words)
        if self._progress.disable and time.monotonic() >= self._next:
            share = f" ({100 * position.size // self._size} %)" if self._size else ""
            self._say(f"{words}{share}")
            self._next = time.monotonic() + EVERY_S

    def _say(self, line: str) -> None:
        if self._progress.disable:
            self._out.write(line)
        else:
            self._progress.console.print(line, markup=False, highlight=False, soft_wrap=True)


def _progress() -> Progress:
    console = Console(file=sys.stderr)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
