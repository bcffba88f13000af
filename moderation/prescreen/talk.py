"""The conversation as the detectors and the judge read it: any message by index, made ready at most once."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from moderation.prescreen.contract import Message
from moderation.prescreen.fold import fold
from moderation.prescreen.lines import Line
from moderation.prescreen.media import Media
from moderation.prescreen.respell import respell
from moderation.prescreen.windows import AFTER, BEFORE, Part, Window, parts_of, window

LONGEST = 6000


class Talk:
    def __init__(self, messages: Sequence[Message], lines: Sequence[Line] = (), media: Media | None = None) -> None:
        self.messages = messages
        self._media = media
        self.length = len(messages)
        self._lines = {line.index: line for line in lines}
        self._parts: dict[int, list[Part]] = {}

    def line(self, index: int) -> Line:
        if index not in self._lines:
            message = self.messages[index]
            self._lines[index] = Line(index, message, frozenset(), respell(fold(message.text[:LONGEST])), self._media)
        return self._lines[index]

    def by(self, sender: str, first: int, last: int) -> Iterator[Line]:
        for index in range(max(0, first), min(self.length, last + 1)):
            if self.messages[index].sender == sender:
                yield self.line(index)

    def parts(self, index: int) -> list[Part]:
        if index not in self._parts:
            line = self.line(index)
            self._parts[index] = parts_of(index, line.sender, line.text)
        return self._parts[index]

    def place(self, index: int, offset: int) -> tuple[int, int]:
        """The message, and which of its parts holds the character at `offset`."""
        ends = [part.pieces[-1].end for part in self.parts(index)[:-1]]
        return index, bisect_right(ends, offset)

    def window(self, index: int, part: int) -> Window:
        """One part of a message with the parts around it."""
        before = [one for at in range(max(0, index - BEFORE), index) for one in self.parts(at)][-BEFORE:]
        after = [one for at in range(index + 1, min(self.length, index + 1 + AFTER)) for one in self.parts(at)]
        return window([*before, *self.parts(index), *after[:AFTER]], len(before) + part)
