"""Brings a file of conversations in, as if the platform had sent them."""

import hashlib
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from zlib import error as ZlibError  # noqa: N812

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from accounts import SYSTEM
from moderation.domain.refusals import Refused
from moderation.management.conversation_import import Checking, ConversationImport, Counts, Storing
from moderation.management.conversation_lines import unpacked
from moderation.management.line_reader import LineReader
from moderation.management.refused_file import CannotWrite, RefusedFile
from moderation.management.telling import MOST_SENTENCES, Watched
from moderation.models import ImportRun
from moderation.operations.imports import begin_import, end_import

GO_ON = "Run the same command again: it goes on where it stopped."


class Command(BaseCommand):
    help = (
        "Import conversations, one JSON object a line (see docs/import.md). A line that cannot be taken is reported"
        " with its number and kept in a file to be mended; the rest goes in. An import that was stopped goes on where"
        " it was when it is started again. Running it twice adds nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="FILE.jsonl, FILE.jsonl.gz, or - for standard input, packed or not")
        parser.add_argument(
            "--shared-accounts",
            action="store_true",
            help="participants' ids mean the same account in every conversation",
        )
        parser.add_argument("--dry-run", action="store_true", help="read and check everything, store nothing")
        parser.add_argument("--from-start", action="store_true", help="do not go on where a stopped import was")
        parser.add_argument("--refused", metavar="FILE", help="where refused lines go (FILE.refused.jsonl)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = None if options["file"] == "-" else Path(options["file"])
        refused = RefusedFile(_refused_path(path, options["refused"]))
        try:
            with _opened(path) as (file, size), self._watched(size, options) as telling:
                reader = LineReader(file)
                if options["dry_run"]:
                    self._check(reader, telling, options)
                else:
                    self._import(reader, path, refused, telling, options)
        except (CannotWrite, Refused) as refusal:
            raise CommandError(str(refusal)) from refusal
        except (OSError, EOFError, ZlibError) as error:
            raise CommandError(
                f"{path or 'Standard input'} cannot be read: {getattr(error, 'strerror', None) or error}."
            ) from error
        except DatabaseError as error:
            raise CommandError(f"The database gave up ({type(error).__name__}). {GO_ON}") from error
        except KeyboardInterrupt:
            raise CommandError(f"Stopped. {GO_ON}") from None

    def _watched(self, size: int, options: dict[str, Any]) -> Watched:
        return Watched(self.stderr, size, most=None if options["dry_run"] else MOST_SENTENCES)

    def _check(self, reader: LineReader, telling: Watched, options: dict[str, Any]) -> None:
        sink = Checking()
        ConversationImport(reader, sink, telling, shared_accounts=options["shared_accounts"]).run()
        counts = sink.counts
        self.stdout.write(
            f"{counts.lines:,} conversations read, {counts.bad_lines:,} bad lines; messages: {counts.accepted:,} can go"
            f" in, {counts.rejected:,} would be refused. Nothing was stored."
        )

    def _import(
        self, reader: LineReader, path: Path | None, refused: RefusedFile, telling: Watched, options: dict[str, Any]
    ) -> None:
        shared, name = options["shared_accounts"], path or "Standard input"
        key = _key(reader, shared_accounts=shared)
        if options["from_start"] or not ImportRun.objects.filter(key=key).exists():
            refused.check_unused()
        where = str(refused.path.resolve())
        run = begin_import(key, actor=SYSTEM, refused_file=where, afresh=options["from_start"])
        if run.refused_file != where:
            raise CommandError(
                f"The import that was stopped wrote what it refused to {run.refused_file}: give"
                f" --refused {run.refused_file}, or --from-start to begin anew."
            )
        if run.turn and not reader.pass_over(run.bytes, run.lines, run.digest):
            raise CommandError(
                f"{name} begins like an import that was stopped, but is no longer the same up to line {run.lines:,}:"
                " give --from-start to read it from its beginning, which doubles nothing."
            )
        if run.turn:
            self.stderr.write(f"Going on after line {run.lines:,}.")
        sink = Storing(run, refused)
        ConversationImport(reader, sink, telling, shared_accounts=shared).run(skip=run.skip)
        end_import(run, actor=SYSTEM)
        self._say_end(sink.counts, run, refused)

    def _say_end(self, counts: Counts, run: ImportRun, refused: RefusedFile) -> None:
        self.stdout.write(str(counts))
        if run.refused_bytes or run.sentence_bytes:
            self.stderr.write(
                f"What was refused is in {refused.path}, and why, line by line, in {refused.sentences}. Mend the lines"
                " and import that file in the same way."
            )


@contextmanager
def _opened(path: Path | None) -> Iterator[tuple[BinaryIO, int]]:
    """The lines, and how many bytes they are; 0 when that is not known."""
    if path is None:
        yield unpacked(sys.stdin.buffer), 0
        return
    with path.open("rb") as file:
        lines = unpacked(file, packed=path.suffix == ".gz")
        yield lines, path.stat().st_size if lines is file else 0


def _key(reader: LineReader, *, shared_accounts: bool) -> str:
    return hashlib.sha256(b"conversations %d " % shared_accounts + reader.head).hexdigest()


def _refused_path(path: Path | None, wanted: str | None) -> Path:
    if wanted:
        return Path(wanted)
    if path is None:
        return Path("standard-input.refused.jsonl")
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".jsonl") + ".refused.jsonl")
