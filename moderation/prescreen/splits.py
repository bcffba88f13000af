# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Puts together what one person (or two) spread over several messages: digits, names, mail addresses."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from moderation.prescreen import phones, split_names
from moderation.prescreen.allowlist import Allowed
from moderation.prescreen.contract import Conversation, Kind, Rule
from moderation.prescreen.fold import fold
from moderation.prescreen.lines import Clue, Line, Piece

WINDOW = 16
_LONGEST_RUN = 12
_UNIT = re.compile(
    r"\s?(?:mg|ml|kg|cm|%|percent|years?|yrs?|hours?|hrs?|min(?:ute)?s?|am|pm|st\b|nd\b|rd\b|th\b|pounds|quid|dollars|euros?|calories|miles|km|°|k\b)",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"\b(?:call|ring|rang|bell|text|txt|phone|digits|keypad|dial|reach(?:ed)?|whats ?app|in order|backwards|without it being|star(?:red)? out|last bit|first bit|next bit|the rest|"
    r"hear my voice|eleven digits|ten digits|whole (?:thing|number)|no gaps|just read|work it out|leave out|area code|area and|know what this is|shh+|dont say|don't say|llama\w*|mi numero|meine nummer|anruf\w*|appel\w*|liga\w*|nomor|numara)\b|номер|звон",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Fragment:
    """Some digits in one message that may be part of a number."""

    line: Line
    start: int
    end: int
    value: str
    bare: bool


class Talk:
    """The conversation as the split detector reads it: any message by index, folded once."""

    def __init__(self, conversation: Conversation, lines: Sequence[Line]) -> None:
        self.messages = conversation.messages
        self._lines = {line.index: line for line in lines}

    def line(self, index: int) -> Line:
        if index not in self._lines:
            self._lines[index] = Line(index, self.messages[index], frozenset(), fold(self.messages[index].text[:4000]))
        return self._lines[index]

    def by(self, sender: str, first: int, last: int) -> Iterator[Line]:
        for index in range(max(0, first), min(len(self.messages), last + 1)):
            if self.messages[index].sender == sender:
                yield self.line(index)

    @cached_property
    def length(self) -> int:
        return len(self.messages)


def find(talk: Talk, lines: Sequence[Line], known: Allowed) -> Iterator[Clue]:
    fragments = [
        fragment for line in lines if line.topics & {"number", "words"} for fragment in _fragments(line, known)
    ]
    if fragments:
        yield from _numbers(talk, fragments)
    yield from split_names.find(talk, lines)


def _fragments(line: Line, known: Allowed) -> Iterator[Fragment]:
    text = line.text
    if len(text) > 400:
        return
    runs = line.runs
    words = len(re.findall(r"[^\W\d_]{2,}", text))
    for run in runs:
        value = run.digits
        if len(value) > 11 or known.number(value) or _UNIT.match(text, run.end) or (run.words and len(value) < 3):
            continue
        spoken = sum(len(re.findall(r"[^\W\d_]{2,}", text[p.start : p.end])) for p in run.pieces)
        yield Fragment(line, run.start, run.end, value, words - spoken <= 3)


def _numbers(talk: Talk, fragments: list[Fragment]) -> Iterator[Clue]:
    taken: set[int] = set()
    for sender in sorted({fragment.line.sender for fragment in fragments}):
        own = [fragment for fragment in fragments if fragment.line.sender == sender]
        at = 0
        while at < len(own):
            found = _longest(talk, own, at)
            if found is None:
                at += 1
                continue
            size, score = found
            parts = own[at : at + size]
            taken.update(id(part) for part in parts)
            yield _number(parts, score, "one")
            at += size
    yield from _shared(talk, [fragment for fragment in fragments if id(fragment) not in taken])


def _longest(talk: Talk, own: list[Fragment], at: int) -> tuple[int, float] | None:
    best: tuple[int, float] | None = None
    value = ""
    for size in range(1, min(_LONGEST_RUN, len(own) - at) + 1):
        last = own[at + size - 1]
        if last.line.index - own[at].line.index > WINDOW:
            break
        value += last.value
        if len(value) > 13:
            break
        if size < 2 or len(value) < 9 or not phones.dialled(value):
            continue
        score = _belief(talk, own[at : at + size])
        if score >= 0.5:
            best = (size, score)
    return best


def _belief(talk: Talk, parts: list[Fragment]) -> float:
    """How sure it is that these fragments are one number: bare messages and a hint how to read them."""
    first, last = parts[0].line, parts[-1].line
    bare = sum(part.bare for part in parts) / len(parts)
    hint = any(
        _HINT.search(line.text) or line.cues & {"decode", "secrecy"}
        for line in talk.by(first.sender, first.index - 2, last.index + 2)
    )
    sizes = [len(part.value) for part in parts]
    chunky = sizes in (
        [3, 3, 4],
        [5, 3, 3],
        [3, 7],
        [6, 4],
        [5, 6],
        [3, 4, 3],
        [4, 3, 3],
        [3, 4, 4],
        [4, 3, 4],
        [2, 3, 3, 3],
        [2, 3, 3, 4],
    )
    values = [int(part.value) for part in parts]
    if len(values) >= 3 and len({b - a for a, b in itertools.pairwise(values)}) == 1:
        return 0.0
    if (
        any(re.search(r"\d[.:]\d|\d\s?/\s?\d", part.line.text[max(0, part.start - 2) : part.end + 2]) for part in parts)
        and not hint
    ):
        return 0.0
    if bare == 1 and len(parts) >= 3:
        return min(0.9, 0.6 + 0.2 * hint + 0.15 * chunky)
    return 0.08 + 0.34 * bare + 0.34 * hint + 0.3 * chunky


def _number(parts: list[Fragment], score: float, whose: str) -> Clue:
    value = "".join(part.value for part in parts)
    _, contact = phones.canonical(value)
    head, *rest = parts
    messages = len({part.line.index for part in parts})
    people = "by two people " if whose == "two" else ""
    why = (
        f"digits spread {people}over {messages} messages, read as {contact or value}"
        if messages > 1
        else f"digits hidden among words, read as {contact or value}"
    )
    return Clue(Rule.CONTACT_SHARED, head.line, head.start, head.end, Kind.PHONE, min(0.93, score), "split-number", why, contact,
                [Piece(part.line, part.start, part.end) for part in rest])  # fmt: skip


def _shared(talk: Talk, fragments: list[Fragment]) -> Iterator[Clue]:
    """A starts a number, B completes it."""
    for one, two in itertools.pairwise(fragments):
        if one.line.sender == two.line.sender or not 0 < two.line.index - one.line.index <= 3:
            continue
        value = one.value + two.value
        if (
            len(value) >= 9
            and phones.plausible(value)
            and (two.bare or _HINT.search(one.line.text))
            and _HINT.search(one.line.text + " " + two.line.text)
        ):
            yield _number([one], 0.75, "two")
            yield _number([two], 0.75, "two")
