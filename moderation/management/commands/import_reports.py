"""Brings reports in from a CSV file, as if the platform had sent them; a mapping file says what its columns are."""

import sys
from argparse import ArgumentParser
from codecs import getincrementalencoder
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from accounts import SYSTEM
from moderation.domain.plainly import plainly
from moderation.domain.refusals import Refused
from moderation.management.refused_file import CannotWrite, RefusedFile
from moderation.management.report_mapping import BadMapping, ReportMapping, read_mapping, shown
from moderation.management.report_rows import BadRow, NotCsv, Row, Rows, told_report
from moderation.models import Report, clock
from moderation.operations.reports import ToldReport, take_report

CHUNK = 500
AGAIN = "Run the same command again: what is in already is passed over."


@dataclass(slots=True)
class Counts:
    taken: int = 0
    known: int = 0
    refused: int = 0


class Command(BaseCommand):
    help = (
        "Import reports from a CSV file, by a mapping file in TOML (see docs/import.md). Rows that cannot be taken are"
        " reported with their line and kept in a file to be mended. Running it twice adds nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="FILE.csv, or - for standard input")
        parser.add_argument("--mapping", required=True, metavar="FILE", help="FILE.toml: which column is which field")
        parser.add_argument("--dry-run", action="store_true", help="say row by row what would happen, store nothing")
        parser.add_argument("--refused", metavar="FILE", help="where refused rows go (FILE.refused.csv)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = None if options["file"] == "-" else Path(options["file"])
        name = str(path or "Standard input")
        mapping = _mapping(Path(options["mapping"]))
        refused = RefusedFile(_refused_path(path, options["refused"]))
        try:
            if not options["dry_run"]:
                refused.check_unused()
            with _opened(path, mapping) as file:
                self._import(Rows(file, mapping), mapping, None if options["dry_run"] else refused)
        except BadMapping as error:
            raise CommandError(plainly(f"{options['mapping']} does not fit: {error}.")) from error
        except CannotWrite as error:
            raise CommandError(str(error)) from error
        except (NotCsv, UnicodeError) as error:
            raise CommandError(plainly(f"{name} cannot be read as CSV in {mapping.encoding}: {error}.")) from error
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
        except DatabaseError as error:
            raise CommandError(f"The database gave up ({type(error).__name__}). {AGAIN}") from error
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {AGAIN}") from None

    def _import(self, rows: Rows, mapping: ReportMapping, refused: RefusedFile | None) -> None:
        counts = Counts()
        with ExitStack() as stack:
            kept = stack.enter_context(_Kept(refused, rows.header, mapping.encoding)) if refused else None
            for chunk in _chunks(rows):
                good = []
                for row in chunk:
                    try:
                        good.append((row, told_report(row, mapping, clock.now())))
                    except BadRow as problem:
                        self._refuse(row, str(problem), counts, kept)
                known = _known(told.id for _, told in good)
                for row, told in good:
                    self._take(row, told, known, counts, kept)
        self._say_end(counts, refused)

    def _take(self, row: Row, told: ToldReport, known: set[str], counts: Counts, kept: "_Kept | None") -> None:
        is_known = told.id in known
        if kept is None:
            said = f"Line {row.number}: {'here already' if is_known else 'new'}, {_summary(told)}"
            self.stdout.write(plainly(said))
        elif not is_known:
            try:
                take_report(told, actor=SYSTEM)
            except Refused as refusal:
                self._refuse(row, str(refusal), counts, kept)
                return
        counts.known += is_known
        counts.taken += not is_known
        known.add(told.id)

    def _refuse(self, row: Row, why: str, counts: Counts, kept: "_Kept | None") -> None:
        counts.refused += 1
        sentence = plainly(f"Line {row.number}: {why.rstrip('.')}.")
        self.stderr.write(sentence)
        if kept:
            kept.add(row.raw, sentence)

    def _say_end(self, counts: Counts, refused: RefusedFile | None) -> None:
        said = f"{counts.known:,} here already, {counts.refused:,} refused."
        if refused is None:
            self.stdout.write(f"Reports: {counts.taken:,} would be taken, {said} Nothing was stored.")
            return
        self.stdout.write(f"Reports: {counts.taken:,} taken, {said}")
        if counts.refused:
            self.stderr.write(
                f"The refused rows are in {refused.path}, and why in {refused.sentences}. Mend them and import that"
                " file in the same way."
            )


class _Kept:
    """The refused rows under the header of their file. They get their name when the import has ended: one that was
    stopped is run again from the beginning, and finds them again."""

    def __init__(self, file: RefusedFile, header: str, encoding: str) -> None:
        self._parts = RefusedFile(file.path.with_name(f"{file.path.name}.part"))
        self._file = file
        self._header = header if header.endswith(("\n", "\r")) else f"{header}\n"
        self._encoder = getincrementalencoder(encoding)(errors="surrogateescape")
        self._bytes = self._sentence_bytes = 0

    def add(self, raw: str, sentence: str) -> None:
        text = raw if self._bytes else self._header + raw
        self._bytes = self._parts.write([self._encoder.encode(text)], after=self._bytes)
        self._sentence_bytes = self._parts.write_sentences([sentence], after=self._sentence_bytes)

    def __enter__(self) -> "_Kept":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._bytes:
            self._parts.path.replace(self._file.path)
            self._parts.sentences.replace(self._file.sentences)


def _mapping(path: Path) -> ReportMapping:
    try:
        return read_mapping(path)
    except BadMapping as error:
        raise CommandError(plainly(f"{path} cannot be used: {error}.")) from error
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def _opened(path: Path | None, mapping: ReportMapping) -> Iterator[TextIO]:
    """Bytes that the encoding does not know stay in their row, which is refused for them."""
    options: dict[str, Any] = {"encoding": mapping.encoding, "errors": "surrogateescape", "newline": ""}
    if path is None:
        yield TextIOWrapper(sys.stdin.buffer, **options)
    else:
        with path.open(**options) as file:
            yield file


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def _known(ids: Iterable[str]) -> set[str]:
    return set(Report.objects.filter(ext_id__in=list(ids)).values_list("ext_id", flat=True))


def _summary(told: ToldReport) -> str:
    """What a report says, without its text: that is somebody's own."""
    where = f" in {shown(told.conversation)!r}" if told.conversation else ""
    return (
        f"{shown(told.id)!r}: {shown(told.reported)!r}, told by {shown(told.reporter)!r}{where}, {told.reason},"
        f" {told.created_at.isoformat()}, {len(told.messages)} messages, {len(told.text):,} characters"
    )


def _refused_path(path: Path | None, wanted: str | None) -> Path:
    if wanted:
        return Path(wanted)
    return path.with_name(f"{path.stem}.refused.csv") if path else Path("standard-input.refused.csv")
