"""What detectors work on: a message made ready for reading (Line) and what they hand back (Clue)."""

from dataclasses import dataclass, field
from functools import cached_property

from moderation.prescreen import digits
from moderation.prescreen.contract import Kind, Message, Rule
from moderation.prescreen.fold import Folded, fold
from moderation.prescreen.media import Media, Mention, known

_MOST = 12  # media looked at in one message
_COUNTING = frozenset({"number", "words"})


class Line:
    """One message with everything that is worked out from its text at most once."""

    def __init__(
        self,
        index: int,
        message: Message,
        topics: frozenset[str],
        folded: Folded | None = None,
        media: Media | None = None,
    ) -> None:
        self.index = index
        self.message = message
        self.topics = topics
        self.folded = folded or fold(message.text)
        self.text = self.folded.text
        self.sender = message.sender
        self._media = media or known({})

    @cached_property
    def mentions(self) -> list[Mention]:
        """The media it names, those of the deployment among them."""
        return self._media.mentions(self.text, most=_MOST)

    @cached_property
    def runs(self) -> list[digits.Run]:
        """Runs of digits, read only where figures or number words were seen."""
        return digits.runs(self.text) if self.topics & _COUNTING else []

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The sentence around [start, end) of folded text."""
        left = max(self.text.rfind(mark, 0, start) for mark in ".!?;\n")
        ends = [at for mark in ".!?;\n" if (at := self.text.find(mark, end)) >= 0]
        return left + 1, min(ends, default=len(self.text))


@dataclass(slots=True)
class Clue:
    """One sign of a violation: folded offsets in one line, or several lines for something split."""

    rule: Rule
    line: Line
    start: int
    end: int
    kind: Kind
    score: float
    detector: str
    why: str
    contact: str = ""
    extra: list["Piece"] = field(default_factory=list)
    completed_at: int = -1  # the message of somebody else without which it would not have been seen

    @property
    def spots(self) -> list[tuple[int, int]]:
        """Where it begins in each of its messages: their index, and the offset in folded text."""
        return [(self.line.index, self.start), *((piece.line.index, piece.start) for piece in self.extra)]

    @property
    def last(self) -> int:
        """The index of the message that made it certain."""
        return max(self.line.index, self.completed_at, *(piece.line.index for piece in self.extra), -1)


@dataclass(frozen=True, slots=True)
class Piece:
    """Another part of the same clue: in a further line, or without a span of its own when start == end."""

    line: Line
    start: int
    end: int
