"""Writes the statements of reasons as anonymised rows for the EU's transparency database."""

import os
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import SYSTEM
from moderation.domain.refusals import Refused
from moderation.domain.transparency_database import SCHEMA
from moderation.models import clock
from moderation.operations.statements import record_export
from moderation.queries.statements import Form, Period, published_lines


class Command(BaseCommand):
    help = (
        f"Write the statements of reasons as rows in the schema of the {SCHEMA}: nothing personal is in them"
        " (docs/transparency.md). The export is recorded."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a file that is not there yet, or - for standard output")
        parser.add_argument("--format", choices=[form.value for form in Form], default=Form.JSON_LINES.value)
        parser.add_argument("--since", type=_day, default=None, help="the first day, as 2026-01-01 (UTC); 1 January")
        parser.add_argument("--until", type=_day, default=None, help="the last day (UTC); today")

    def handle(self, *args: Any, **options: Any) -> None:
        today = clock.now().date()
        period = Period(options["since"] or today.replace(month=1, day=1), options["until"] or today)
        try:
            period.check()
        except Refused as error:
            raise CommandError(str(error)) from error
        form = Form(options["format"])
        if options["file"] == "-":
            written = self._write(self.stdout, period, form)
        else:
            with self._new_file(Path(options["file"])) as file:
                written = self._write(file, period, form)
        rows = written - (form is Form.CSV)
        self.stderr.write(f"{rows:,} statements were written, in the schema of the {SCHEMA}.")

    def _write(self, file: Any, period: Period, form: Form) -> int:
        """On record before a line of it is out."""
        record_export(actor=SYSTEM, since=period.since, until=period.until, written_as=form)
        written = 0
        for line in published_lines(period, form):
            file.write(line.rstrip("\r\n") + "\n")
            written += 1
        return written

    def _new_file(self, path: Path) -> Any:
        """Readable by its owner alone, as everything that leaves Haven."""
        try:
            return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
        except FileExistsError as error:
            raise CommandError(f"{path} is there already: name another file, or move it away.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is no day: write it as 2026-01-31.") from None
