"""Brings lines of conversations in, a batch at a time, each with its place and with what of it was refused.

Knows neither options nor terminals: the command does.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from accounts import SYSTEM
from moderation.domain.plainly import plainly
from moderation.domain.told import END_OF_TIME, ToldAccount, ToldMessage, account_fault, message_fault
from moderation.management.conversation_lines import BadLine, read_line
from moderation.management.line_reader import Line, LineReader, Position
from moderation.management.refused_file import RefusedFile
from moderation.models import ImportRun
from moderation.operations.imports import Place, keep_place, move_on
from moderation.operations.intake import Batch, Rejected, Taken, take_messages

BATCH = 1_000  # messages, accounts or lines at a time; what makes the memory constant
BATCH_BYTES = 16 * 1024 * 1024


@dataclass(slots=True)
class Counts:
    lines: int = 0
    bad_lines: int = 0
    accepted: int = 0
    duplicates: int = 0
    edited: int = 0
    rejected: int = 0

    def __str__(self) -> str:
        return (
            f"{self.lines:,} conversations read, {self.bad_lines:,} bad lines;"
            f" messages: {self.accepted:,} new, {self.duplicates:,} here already, {self.edited:,} edited,"
            f" {self.rejected:,} refused."
        )

    def add(self, taken: Taken) -> None:
        self.accepted += taken.accepted
        self.duplicates += taken.duplicates
        self.edited += taken.edited
        self.rejected += sum(rejected.among == "messages" for rejected in taken.rejected)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an item stands: its line, and its place in the list of that line."""

    line: Line
    place: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A sentence for people, and the line to be mended; none of a line that is too long to be copied."""

    number: int
    sentence: str
    content: bytes | None


@dataclass(slots=True)
class Gathered:
    """What is on its way in, everything with its source."""

    messages: list[ToldMessage] = field(default_factory=list)
    message_sources: list[Source] = field(default_factory=list)
    accounts: list[ToldAccount] = field(default_factory=list)
    account_sources: list[Source] = field(default_factory=list)
    bad: list[Refusal] = field(default_factory=list)
    lines: int = 0
    bytes: int = 0

    @property
    def is_full(self) -> bool:
        return max(len(self.messages), len(self.accounts), self.lines) >= BATCH or self.bytes >= BATCH_BYTES

    def refusals(self, rejected: tuple[Rejected, ...]) -> list[Refusal]:
        """Bad lines whole; of a line some of whose items were rejected, those items alone."""
        by_line: dict[int, list[tuple[Rejected, Source]]] = {}
        for each in rejected:
            source = (self.message_sources if each.among == "messages" else self.account_sources)[each.index]
            by_line.setdefault(source.line.number, []).append((each, source))
        return sorted([*self.bad, *(r for items in by_line.values() for r in self._parts(items))], key=_number)

    def _parts(self, items: list[tuple[Rejected, Source]]) -> Iterator[Refusal]:
        part = _part(items)
        for each, source in items:
            name = (self.messages if each.among == "messages" else self.accounts)[each.index].id
            sentence = f"{each.among[:-1]} {name[:80]!r}, {each.fault.field}: {each.fault.detail}"
            yield Refusal(source.line.number, sentence, part)
            part = b""


class Telling(Protocol):
    """Whoever wants to know what happens."""

    def refused(self, refusals: list[Refusal]) -> None: ...

    def moved(self, position: Position, counts: Counts) -> None: ...


class Sink(Protocol):
    """Where a batch goes."""

    counts: Counts

    def take(self, gathered: Gathered, end: Position, skip: int, lines: Counts) -> list[Refusal]: ...


class ConversationImport:
    def __init__(self, reader: LineReader, sink: Sink, telling: Telling, *, shared_accounts: bool) -> None:
        self._reader = reader
        self._sink = sink
        self._telling = telling
        self._shared_accounts = shared_accounts
        self._gathered = Gathered()
        self._lines = Counts()

    def run(self, *, skip: int = 0) -> None:
        """Everything the reader still has; `skip` messages of its first line are in already."""
        end = self._reader.position
        for line in self._reader:
            self._gather(line, skip)
            skip, end = 0, line.end
            if self._gathered.is_full:
                self._take(end)
        self._take(end)

    def _gather(self, line: Line, skip: int) -> None:
        gathered = self._gathered
        gathered.lines += 1
        gathered.bytes += len(line.content or b"")
        try:
            told = read_line(line.content, shared_accounts=self._shared_accounts)
        except BadLine as problem:
            ending = b"" if line.content is None or line.content.endswith(b"\n") else b"\n"
            content = None if line.content is None else line.content + ending
            gathered.bad.append(Refusal(line.number, f"{problem}.".replace("..", "."), content))
            self._lines.bad_lines += 1
            return
        for place, account in enumerate(told.accounts):
            self._room(line.start, skip)
            self._gathered.accounts.append(account)
            self._gathered.account_sources.append(Source(line, place))
        for place, message in enumerate(told.messages[skip:], start=skip):
            self._room(line.start, place)
            self._gathered.messages.append(message)
            self._gathered.message_sources.append(Source(line, place))
        self._lines.lines += 1

    def _room(self, start: Position, skip: int) -> None:
        if max(len(self._gathered.messages), len(self._gathered.accounts)) >= BATCH:
            self._take(start, skip)

    def _take(self, end: Position, skip: int = 0) -> None:
        gathered, self._gathered = self._gathered, Gathered()
        lines, self._lines = self._lines, Counts()
        refusals = self._sink.take(gathered, end, skip, lines)
        self._telling.refused(refusals)
        self._telling.moved(self._reader.position, self._sink.counts)


class Storing:
    """Stores batches; the place moves on, and what was refused is written down, in the same transaction."""

    def __init__(self, run: ImportRun, refused: RefusedFile) -> None:
        self._run = run
        self._refused = refused
        self.counts = Counts(**run.counts)

    def take(self, gathered: Gathered, end: Position, skip: int, lines: Counts) -> list[Refusal]:
        refusals: list[Refusal] = []
        counts = Counts()

        def along(taken: Taken) -> None:
            nonlocal refusals, counts
            refusals = gathered.refusals(taken.rejected)
            counts = Counts(**asdict(self.counts))
            counts.lines += lines.lines
            counts.bad_lines += lines.bad_lines
            counts.add(taken)
            move_on(self._run, self._place(end, skip, counts, refusals))

        if gathered.messages or gathered.accounts:
            take_messages(Batch(gathered.messages, gathered.accounts, live=False), actor=SYSTEM, along=along)
        else:
            keep_place(self._run, actor=SYSTEM, along=lambda: along(Taken(0, 0, 0, ())))
        self._run.refresh_from_db()
        self.counts = counts
        return refusals

    def _place(self, end: Position, skip: int, counts: Counts, refusals: list[Refusal]) -> Place:
        return Place(
            bytes=end.size,
            digest=end.hash.hexdigest(),
            lines=end.lines,
            skip=skip,
            counts=asdict(counts),
            refused_bytes=self._refused.write((r.content or b"" for r in refusals), after=self._run.refused_bytes),
            sentence_bytes=self._refused.write_sentences(map(sentence, refusals), after=self._run.sentence_bytes),
        )


class Checking:
    """Stores nothing, and says what would be refused whatever the database holds."""

    def __init__(self) -> None:
        self.counts = Counts()

    def take(self, gathered: Gathered, end: Position, skip: int, lines: Counts) -> list[Refusal]:
        bad_messages = [(i, message_fault(told, END_OF_TIME)) for i, told in enumerate(gathered.messages)]
        bad_accounts = [(i, account_fault(told, END_OF_TIME)) for i, told in enumerate(gathered.accounts)]
        rejected = (
            *(Rejected(i, fault) for i, fault in bad_messages if fault),
            *(Rejected(i, fault, among="accounts") for i, fault in bad_accounts if fault),
        )
        self.counts.lines += lines.lines
        self.counts.bad_lines += lines.bad_lines
        good = len(gathered.messages) - sum(each.among == "messages" for each in rejected)
        self.counts.add(Taken(good, 0, 0, rejected))
        return gathered.refusals(rejected)


def sentence(refusal: Refusal) -> str:
    """Fit for a terminal: what a file says cannot move the cursor or colour the screen."""
    return plainly(f"Line {refusal.number}: {refusal.sentence}")


def _part(items: list[tuple[Rejected, Source]]) -> bytes:
    """The conversation again, with nothing but the items that were rejected."""
    told: dict[str, Any] = json.loads(items[0][1].line.content or b"{}")
    lists = {"messages": "messages", "accounts": "participants"}
    part = {key: value for key, value in told.items() if key in ("id", "room")}
    for among, name in lists.items():
        part[name] = [told[name][source.place] for each, source in items if each.among == among]
    return json.dumps(part).encode() + b"\n"


def _number(refusal: Refusal) -> int:
    return refusal.number
