"""Reports out of a CSV file: rows with line numbers and raw text, read as a mapping says. Knows no table."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from moderation.domain import told as domain
from moderation.domain.vocabulary import Ground
from moderation.management.report_mapping import OTHERWISE, BadCell, BadMapping, ReportMapping, shown
from moderation.operations.reports import ToldReport

LONGEST_LINE = 4 * 1024 * 1024
MOST_MESSAGES = 1_000


class NotCsv(Exception):
    """The file cannot be read as rows at all; `str()` says why."""


class BadRow(Exception):
    """Nothing of the row can be taken; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` are by column; `trouble` says why there are none."""

    number: int
    raw: str
    cells: dict[str, str]
    trouble: str = ""


class Rows:
    def __init__(self, file: TextIO, mapping: ReportMapping) -> None:
        """Reads the header. Raises NotCsv, BadMapping."""
        self._file = file
        self._read = 0  # lines
        self._raw: list[str] = []  # of the row that is being read
        self._reader = csv.reader(
            self._lines(), delimiter=mapping.delimiter, quotechar=mapping.quote, strict=True, doublequote=True
        )
        try:
            self._columns = [name.strip() for name in next(self._reader, [])]
        except csv.Error as error:
            raise NotCsv(f"its first line cannot be read: {error}") from error
        self.header = "".join(self._raw)
        self._check(mapping)

    def __iter__(self) -> Iterator[Row]:
        while True:
            number = self._read + 1
            self._raw = []
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(number, self._text(), {}, self._trouble(number, error))
                continue
            if any(cell.strip() for cell in cells):
                yield self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> Row:
        if len(cells) != len(self._columns):
            trouble = f"it has {len(cells)} cells where the header has {len(self._columns)}"
            return Row(number, self._text(), {}, trouble)
        return Row(number, self._text(), dict(zip(self._columns, cells, strict=True)))

    def _lines(self) -> Iterator[str]:
        while line := self._file.readline(LONGEST_LINE):
            self._read += 1
            if len(line) == LONGEST_LINE:
                raise NotCsv(f"line {self._read:,} does not end within {LONGEST_LINE // 1024 // 1024} MiB")
            self._raw.append(line)
            yield line

    def _text(self) -> str:
        text = "".join(self._raw)
        return text if text.endswith(("\n", "\r")) else f"{text}\n"

    def _trouble(self, number: int, error: csv.Error) -> str:
        to = f", up to line {self._read}" if self._read > number else ""
        match str(error):
            case "unexpected end of data":
                return f"a quotation mark is opened and never closed{to}"
            case said if said.startswith("field larger"):
                return f"a cell is far too long, or a quotation mark in it is never closed{to}"
            case said:
                return f"it is not well-formed{to}: {said}"

    def _check(self, mapping: ReportMapping) -> None:
        for name, column in mapping.columns.items():
            found = self._columns.count(column)
            if found == 0:
                have = ", ".join(f"“{shown(each, 40)}”" for each in self._columns[:40])
                raise BadMapping(
                    f"the file has no column “{shown(column)}” for {name}; it has {have or 'none'}. Are delimiter and"
                    " encoding under [file] right?"
                )
            if found > 1:
                raise BadMapping(f"the file has {found} columns “{shown(column)}”, and {name} can be only one of them")


def told_report(row: Row, mapping: ReportMapping, now: datetime) -> ToldReport:
    """The report that a row tells. Raises BadRow with everything that is wrong with its fields."""
    if row.trouble:
        raise BadRow(row.trouble)
    said = {name: mapping.read(name, row.cells[column]) for name, column in mapping.columns.items()}
    said |= mapping.constants
    if any("\ud800" <= char <= "\udfff" for value in said.values() for char in value):
        raise BadRow("it is not written in the encoding that the mapping states: try latin-1 or cp1252 under [file]")
    for name in ("id", "reporter", "reported"):
        if not said[name]:
            raise BadRow(f"{name}: the cell is empty")
    try:
        created_at = mapping.moment(said["created_at"])
    except BadCell as error:
        raise BadRow(f"created_at: {error}") from error
    conversation = said.get("conversation", "")
    parts = said.get("messages", "").split(mapping.separator) if mapping.separator else [said.get("messages", "")]
    report = ToldReport(
        id=mapping.with_prefix("id", said["id"]),
        reporter=mapping.with_prefix("reporter", said["reporter"]),
        reported=mapping.with_prefix("reported", said["reported"]),
        reason=_reason(said["reason"]),
        text=said.get("text", ""),
        created_at=created_at,
        conversation=mapping.with_prefix("conversation", conversation) if conversation else None,
        messages=tuple(mapping.with_prefix("messages", part.strip()) for part in parts if part.strip()),
        channel=said.get("channel", ""),
    )
    if faults := _faults(report, now):
        raise BadRow("; ".join(f"{fault.field}: {fault.detail.rstrip('.')}" for fault in faults))
    return report


def _reason(word: str) -> Ground:
    try:
        return Ground(word)
    except ValueError as error:
        known = ", ".join(Ground)
        raise BadRow(
            f"reason: “{shown(word)}” is none of {known}; translate it under [values.reason], or everything else by"
            f' "{OTHERWISE}" = "other"'
        ) from error


def _faults(report: ToldReport, now: datetime) -> list[domain.Fault]:
    faults = [
        domain.id_fault("id", report.id),
        domain.id_fault("reporter", report.reporter),
        domain.id_fault("reported", report.reported),
        domain.id_fault("conversation", report.conversation) if report.conversation is not None else None,
        *(domain.id_fault("messages", message) for message in report.messages),
        domain.text_fault("text", report.text, domain.LONGEST_TEXT),
        domain.text_fault("channel", report.channel, domain.LONGEST_CHANNEL),
        domain.time_fault("created_at", report.created_at, now),
    ]
    if len(report.messages) > MOST_MESSAGES:
        detail = f"{len(report.messages):,} are too many: at most {MOST_MESSAGES:,} are taken."
        faults.append(domain.Fault(domain.FaultKind.TOO_LONG, "messages", detail))
    return [fault for fault in faults if fault]
