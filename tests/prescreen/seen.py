"""What one detector sees, without the rest of the engine."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from moderation.prescreen.fold import fold
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.respell import respell
from moderation.prescreen.talk import Talk
from tests.prescreen.talks import talk

TOPICS = frozenset({"app", "short", "id", "foreign", "number", "words", "decode", "coded", "spelled", "spaced"})


def line_of(text: str) -> Line:
    return lines_of([("u1", text)])[0]


def lines_of(turns: Iterable[tuple[str, str]]) -> list[Line]:
    messages = talk(*turns).messages
    return [Line(at, one, TOPICS, respell(fold(one.text))) for at, one in enumerate(messages)]


def seen_over(
    find: Callable[[Talk, Sequence[Line]], Iterator[Clue]], turns: Sequence[tuple[str, str]]
) -> tuple[list[Clue], Talk]:
    lines = lines_of(turns)
    talked = Talk(talk(*turns).messages, lines) if turns else Talk((), lines)
    return list(find(talked, lines)), talked


def typed(clue: Clue) -> list[str]:
    """The characters a clue covers, as they were typed."""
    parts = [(clue.line, clue.start, clue.end), *((one.line, one.start, one.end) for one in clue.extra)]
    return [line.message.text[slice(*line.folded.span(start, end))] for line, start, end in parts if start < end]


def is_in_range(clue: Clue) -> bool:
    parts = [(clue.line, clue.start, clue.end), *((one.line, one.start, one.end) for one in clue.extra)]
    return 0 < clue.score <= 1 and all(0 <= start <= end <= len(line.text) for line, start, end in parts)
