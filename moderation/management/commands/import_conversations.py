"""Brings a file of conversations in, as if the platform had sent them."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from zlib import error as ZlibError  # noqa: N812

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from accounts import SYSTEM
from moderation.domain.told import ToldAccount, ToldMessage
from moderation.management.conversation_lines import BadLine, Told, lines, open_lines, read_line
from moderation.operations.intake import Batch, Rejected, take_messages

BATCH = 1_000  # messages at a time; what makes the memory constant


@dataclass(slots=True)
class Gathered:
    """Messages and accounts on their way in, each with the number of its line."""

    messages: list[ToldMessage] = field(default_factory=list)
    message_lines: list[int] = field(default_factory=list)
    accounts: list[ToldAccount] = field(default_factory=list)
    account_lines: list[int] = field(default_factory=list)

    @property
    def is_full(self) -> bool:
        return len(self.messages) >= BATCH or len(self.accounts) >= BATCH


@dataclass(slots=True)
class Summary:
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


class Command(BaseCommand):
    help = (
        "Import conversations, one JSON object a line (see docs/import.md). A line that cannot be read is reported"
        " with its number on standard error and the rest goes in. Running it twice adds nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="FILE.jsonl, FILE.jsonl.gz, or - for standard input")
        parser.add_argument(
            "--shared-accounts",
            action="store_true",
            help="participants' ids mean the same account in every conversation",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            if options["file"] == "-":
                self._import(sys.stdin.buffer, 0, shared_accounts=options["shared_accounts"])
            else:
                with open_lines(path) as file:
                    size = path.stat().st_size if path.suffix != ".gz" else 0
                    self._import(file, size, shared_accounts=options["shared_accounts"])
        except (OSError, EOFError, ZlibError) as error:
            raise CommandError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error

    def _import(self, file: BinaryIO, size: int, *, shared_accounts: bool) -> None:
        summary, gathered = Summary(), Gathered()
        for number, told in self._read(file, size, summary, shared_accounts=shared_accounts):
            gathered.accounts += told.accounts
            gathered.account_lines += [number] * len(told.accounts)
            if gathered.is_full:
                gathered = self._take(gathered, summary)
            for message in told.messages:
                gathered.messages.append(message)
                gathered.message_lines.append(number)
                if gathered.is_full:
                    gathered = self._take(gathered, summary)
        self._take(gathered, summary)
        self.stdout.write(str(summary))

    def _read(
        self, file: BinaryIO, size: int, summary: Summary, *, shared_accounts: bool
    ) -> Iterator[tuple[int, Told]]:
        with _progress() as progress:
            bar = progress.add_task("Importing", total=size or None)
            for number, line in lines(file):
                try:
                    told = read_line(line, shared_accounts=shared_accounts)
                except BadLine as problem:
                    summary.bad_lines += 1
                    self.stderr.write(f"Line {number}: {problem}.")
                else:
                    summary.lines += 1
                    yield number, told
                progress.update(bar, advance=len(line or b""), description=f"{number:,} conversations")

    def _take(self, gathered: Gathered, summary: Summary) -> Gathered:
        """Send what has been gathered in; answers an empty one to go on with."""
        if gathered.messages or gathered.accounts:
            taken = take_messages(Batch(gathered.messages, gathered.accounts, live=False), actor=SYSTEM)
            summary.accepted += taken.accepted
            summary.duplicates += taken.duplicates
            summary.edited += taken.edited
            for rejected in taken.rejected:
                summary.rejected += rejected.among == "messages"
                self._report(gathered, rejected)
        return Gathered()

    def _report(self, gathered: Gathered, rejected: Rejected) -> None:
        if rejected.among == "messages":
            number, name = gathered.message_lines[rejected.index], gathered.messages[rejected.index].id
        else:
            number, name = gathered.account_lines[rejected.index], gathered.accounts[rejected.index].id
        fault = rejected.fault
        self.stderr.write(f"Line {number}: {rejected.among[:-1]} {name[:80]!r}, {fault.field}: {fault.detail}")


def _progress() -> Progress:
    """A bar for people; nothing where nobody watches."""
    console = Console(file=sys.stderr)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
