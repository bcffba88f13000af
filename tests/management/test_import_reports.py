"""Reports from a CSV file by a mapping: what cannot be taken is said and kept, the rest goes in once."""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from moderation.management.report_mapping import BadCell, BadMapping, read_mapping
from moderation.models import Report
from tests import making

MAPPING = """
[columns]
id = "Ticket"
reporter = "From"
reported = "About"
reason = "Category"
text = "What happened"
created_at = "Date"
messages = "Messages"

[constants]
channel = "desk"

[values.reason]
"Spam / ads" = "other"
"Asked for my number" = "contact_requested"

[prefixes]
id = "desk-"

[time]
formats = ["%d.%m.%Y %H:%M", "rfc3339"]
zone = "Europe/Berlin"
"""
HEADER = "Ticket,From,About,Category,What happened,Date,Messages\n"
GOOD = "1,ann,bob,Spam / ads,he posts ads,01.03.2026 18:00,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return tmp_path


def _import(folder: Path, content: str | bytes = "", **options: Any) -> tuple[str, str]:
    file = folder / "reports.csv"
    if content:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    out, err = io.StringIO(), io.StringIO()
    options.setdefault("mapping", str(folder / "mapping.toml"))
    call_command("import_reports", str(file), stdout=out, stderr=err, **options)
    return out.getvalue().strip(), err.getvalue()


# The mapping

BAD_MAPPINGS = {
    "not TOML": ("[columns", "it is not TOML"),
    "strange section": ("[colums]\nid = 'x'", "the mapping cannot hold “colums”: it knows file, columns"),
    "strange field": (MAPPING.replace("channel =", "chanel ="), "[constants] cannot hold “chanel”"),
    "section as text": ("columns = 'x'", "“columns” is no section"),
    "missing": ("[columns]\nid = 'x'", "where reporter, reported, reason, created_at come from"),
    "twice": (MAPPING.replace("channel =", "text ="), "“text” stands under [columns] and under [constants]"),
    "constant id": (MAPPING.replace('id = "Ticket"', "").replace("channel =", "id ="), "“id” cannot be a constant"),
    "not text": (MAPPING.replace('"desk"', "5"), "“channel” under [constants] is not text"),
    "encoding": (MAPPING + "[file]\nencoding = 'klingon'", "there is no encoding “klingon”"),
    "encoding of bytes": (MAPPING + "[file]\nencoding = 'base64'", "there is no encoding “base64”"),
    "delimiter": (MAPPING + "[file]\ndelimiter = '::'", "“delimiter” under [file] is one character"),
    "zone": (MAPPING.replace("Europe/Berlin", "Mars/Base"), "there is no time zone “Mars/Base”"),
    "zone as path": (MAPPING.replace("Europe/Berlin", "../etc"), "there is no time zone"),
    "formats": (MAPPING.replace('"rfc3339"', '"yesterday"'), "“yesterday” under [time] is no format"),
    "no formats": (MAPPING.replace('["%d.%m.%Y %H:%M", "rfc3339"]', "[]"), "“formats” under [time] is a list"),
}


@pytest.mark.parametrize(("content", "why"), BAD_MAPPINGS.values(), ids=BAD_MAPPINGS)
def test_a_mapping_that_cannot_be_used_says_what_to_mend(tmp_path: Path, content: str, why: str) -> None:
    file = tmp_path / "mapping.toml"
    file.write_text(content)
    with pytest.raises(BadMapping) as refusal:
        read_mapping(file)
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("soon", "fits none of the formats"),
        ("29.03.2026 02:30", "clocks were put forward"),
        ("2026-03-01T18:00:00", "The offset is missing"),
        ("\x1b[31m", "“�[31m”"),
    ],
)
def test_times_that_cannot_be_read(folder: Path, cell: str, why: str) -> None:
    with pytest.raises(BadCell) as refusal:
        read_mapping(folder / "mapping.toml").moment(cell)
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    ("form", "cell", "hour"),
    [
        ('["%d.%m.%Y %H:%M"]', "01.07.2026 18:00", 16),
        ('["rfc3339"]', "2026-07-01T18:00:00+01:00", 17),
        ('["unix"]', "1782928800", 18),
        ('["unix_ms"]', "1782928800000", 18),
        ('["%Y-%m-%d %H:%M %z"]', "2026-07-01 18:00 -0200", 20),
    ],
)
def test_times_are_read_in_their_zone(folder: Path, form: str, cell: str, hour: int) -> None:
    file = folder / "mapping.toml"
    file.write_text(MAPPING.replace('["%d.%m.%Y %H:%M", "rfc3339"]', form))
    assert read_mapping(file).moment(cell).astimezone(UTC) == datetime(2026, 7, 1, hour, tzinfo=UTC)


def test_a_mapping_or_a_file_that_is_not_there(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.toml cannot be read: No such file"):
        _import(folder, mapping="nowhere.toml")
    with pytest.raises(CommandError, match=r"reports\.csv cannot be read: No such file"):
        _import(folder)


# The file


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("Ticket;From\n", "the file has no column “Ticket” for id; it has “Ticket;From”"),
        (HEADER.replace("From", "Ticket"), "the file has 2 columns “Ticket”"),
        ("\n", "it has none"),
    ],
)
def test_a_header_that_does_not_fit(folder: Path, content: str, why: str) -> None:
    with pytest.raises(CommandError) as refusal:
        _import(folder, content)
    assert why in str(refusal.value)


def test_a_file_in_another_encoding_than_stated_is_refused_as_a_whole_where_it_must(folder: Path) -> None:
    (folder / "mapping.toml").write_text(MAPPING + "[file]\nencoding = 'utf-16'")
    with pytest.raises(CommandError, match="cannot be read as CSV in utf-16"):
        _import(folder, HEADER + GOOD)


BAD_ROWS = {
    "too few cells": ("2,ann\n", "it has 2 cells where the header has 7"),
    "too many cells": (GOOD.replace("\n", ",more\n"), "it has 8 cells"),
    "no id": (GOOD.replace("1,", " ,", 1), "id: the cell is empty"),
    "no such reason": (GOOD.replace("Spam / ads", "Rude\x1b[2J"), "reason: “Rude�[2J” is none of contact_shared"),
    "bad time": (GOOD.replace("01.03.2026", "31.02.2026"), "created_at: “31.02.2026 18:00” fits none"),
    "future": (GOOD.replace("2026", "2999"), "created_at: This lies more than 5 minutes in the future"),
    "NUL": (GOOD.replace("ads,he", "ads,\0he"), "text: It holds a NUL"),
    "two faults": (GOOD.replace("he", "\0").replace("ann", "a" * 300), "reporter: 300 characters are too many"),
    "long text": (GOOD.replace("he posts", "x" * 20_001), "text: 20,005 characters are too many"),
    "long cell": (GOOD.replace("he posts", "x" * 200_000), "a cell is far too long"),
    "after a quote": (GOOD.replace("he posts", '"he" posts'), "it is not well-formed"),
    "not UTF-8": (GOOD.replace("he", "\udce9"), "it is not written in the encoding that the mapping states"),
}


@pytest.mark.django_db
def test_bad_rows_are_said_and_kept_and_the_rest_goes_in(folder: Path) -> None:
    rows = "".join(row for row, _ in BAD_ROWS.values())
    content = (HEADER + rows + GOOD).encode(errors="surrogateescape")
    out, err = _import(folder, content)

    assert out == f"Reports: 1 taken, 0 here already, {len(BAD_ROWS)} refused."
    said = err.splitlines()
    for number, (_, why) in enumerate(BAD_ROWS.values(), start=2):
        assert said[number - 2].startswith(f"Line {number}: ")
        assert why in said[number - 2]
    assert "\x1b" not in err
    kept = folder / "reports.refused.csv"
    assert kept.read_bytes() == b"\xef\xbb\xbf" + content.removesuffix(GOOD.encode())
    assert (folder / "reports.refused.txt").read_text().splitlines() == said[:-1]
    assert kept.stat().st_mode & 0o077 == 0
    assert not list(folder.glob("*.part*"))

    with pytest.raises(CommandError, match="is there already, from an earlier import"):
        _import(folder, content)
    kept.write_text(HEADER + GOOD.replace("1,", "2,", 1))
    assert _import(folder, kept.read_bytes(), refused=str(folder / "again.csv"))[0].startswith("Reports: 1 taken")


@pytest.mark.django_db
def test_a_quotation_mark_that_is_never_closed_is_said_where_it_stands(folder: Path) -> None:
    out, err = _import(folder, HEADER + GOOD + '3,"ann,bob\n' + GOOD.replace("1,", "4,", 1))
    assert out == "Reports: 1 taken, 0 here already, 1 refused."
    assert err.startswith("Line 3: a quotation mark is opened and never closed, up to line 4.")
    assert '3,"ann' in (folder / "reports.refused.csv").read_text()


@pytest.mark.django_db
def test_a_report_that_the_operation_refuses_is_kept_too(folder: Path) -> None:
    ann = making.account()
    elsewhere = [making.message(ann, "hello", within=making.conversation(ann)) for _ in range(2)]
    row = GOOD.replace(",\n", f',"{elsewhere[0].ext_id}, {elsewhere[1].ext_id}"\n')
    out, _ = _import(folder, HEADER + row)
    assert out == "Reports: 0 taken, 0 here already, 1 refused."
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_a_dry_run_says_what_would_happen_and_never_what_was_written(folder: Path) -> None:
    _import(folder, HEADER + GOOD)
    out, err = _import(folder, HEADER + GOOD + GOOD.replace("1,", "2,", 1) + "short\n", dry_run=True)
    first, second, summary = out.splitlines()
    assert first.startswith("Line 2: here already, 'desk-1': 'bob', told by 'ann', other, 2026-03-01T18:00:00+01:00")
    assert second.startswith("Line 3: new, 'desk-2'")
    assert "posts ads" not in out
    assert summary == "Reports: 1 would be taken, 1 here already, 1 refused. Nothing was stored."
    assert err == "Line 4: it has 1 cells where the header has 7.\n"
    assert Report.objects.count() == 1
    assert not (folder / "reports.refused.csv").exists()


@pytest.mark.django_db
def test_what_a_row_tells_goes_in_once(folder: Path) -> None:
    message = making.message(making.account(), "hello", within=making.conversation())
    row = f'7,ann,bob,Asked for my number,"=HYPERLINK(""http://x"")\r\nand more",01.03.2026 18:00,{message.ext_id}\r\n'
    content = HEADER + row + row
    assert _import(folder, b"\xef\xbb\xbf" + content.encode())[0] == "Reports: 1 taken, 1 here already, 0 refused."
    assert _import(folder)[0] == "Reports: 0 taken, 2 here already, 0 refused."

    report = Report.objects.get()
    assert (report.ext_id, report.reporter.ext_id, report.reported.ext_id) == ("desk-7", "ann", "bob")
    assert (report.reason, report.channel) == ("contact_requested", "desk")
    assert report.text == '=HYPERLINK("http://x")\r\nand more'
    assert report.created_at == datetime(2026, 3, 1, 17, tzinfo=UTC)
    assert report.conversation == message.conversation
    assert list(report.messages.all()) == [message]


@pytest.mark.django_db
def test_other_encodings_delimiters_and_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more = "[file]\nencoding = 'latin-1'\ndelimiter = 'tab'\nquote = \"'\""
    (folder / "mapping.toml").write_text(MAPPING.replace("[values.reason]", "[values.reason]\n'*' = 'other'") + more)
    content = HEADER.replace(",", "\t") + GOOD.replace(",", "\t").replace("he posts ads", "'Zoë\tposts ads'")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.replace("Spam", "Any").encode("latin-1"))))
    out = io.StringIO()
    call_command("import_reports", "-", mapping=str(folder / "mapping.toml"), stdout=out)
    assert out.getvalue().startswith("Reports: 1 taken")
    assert Report.objects.get().text == "Zoë\tposts ads"
