"""Writes what people have said of the pre-screen's work as lessons, one case a line."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import SYSTEM
from moderation.operations.labelling import record_export
from moderation.queries.labels import labelled_cases, lesson


class Command(BaseCommand):
    help = (
        "Write the cases in which somebody marked a finding as wrong or words as missed, one JSON object a line, in the"
        " format of the pre-screen's case files (docs/prescreen.md). Without --with-text the messages come without"
        " their text: enough to count. With it, private conversations and contacts leave Haven. Both are recorded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a file that is not there yet, or - for standard output")
        parser.add_argument("--with-text", action="store_true", help="with what was written, contacts and all")
        parser.add_argument("--around", type=int, default=4, help="messages on either side of the evidence (4)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["around"] <= 20:
            raise CommandError("--around takes a number from 0 to 20.")
        if options["file"] == "-":
            written = self._export(self.stdout, options)
        else:
            with self._new_file(Path(options["file"])) as file:
                written = self._export(file, options)
        self.stderr.write(f"{written:,} labelled cases were written{'' if options['with_text'] else ', without text'}.")

    def _export(self, file: Any, options: dict[str, Any]) -> int:
        """Each batch is on record before a line of it is out."""
        written = 0
        for case_ids in labelled_cases():
            record_export(case_ids, actor=SYSTEM, with_text=options["with_text"])
            for case_id in case_ids:
                told = lesson(case_id, with_text=options["with_text"], around=options["around"])
                file.write(f"{json.dumps(told, ensure_ascii=False)}\n")
                written += 1
        return written

    def _new_file(self, path: Path) -> Any:
        """Readable by its owner alone."""
        try:
            return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
        except FileExistsError as error:
            raise CommandError(f"{path} is there already: name another file, or move it away.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
