"""Files of strangers, imported: whatever they hold, nothing in what a command prints moves the cursor or colours it."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from moderation.models import Account, Message, Report
from tests.hostile_doors import MAPPING, TEXTS, conversations_file, reports_file

pytestmark = pytest.mark.django_db(transaction=True)


def _run(command: str, *args: str, **options: Any) -> str:
    """Everything that it prints, its last word too."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(command, *args, stdout=out, stderr=err, **options)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue() + err.getvalue()


def _obeyed(printed: str) -> list[str]:
    return [line for line in printed.split("\n") if not line.isprintable()]


def test_conversations_are_stored_as_they_are_and_printed_plainly(tmp_path: Path) -> None:
    printed = _run("import_conversations", str(conversations_file(tmp_path)))

    assert _obeyed(printed) == []
    assert set(Message.objects.values_list("text", flat=True)) == set(TEXTS)
    assert Account.objects.count() == len(TEXTS)


def test_what_is_refused_of_them_is_told_plainly(tmp_path: Path) -> None:
    file = conversations_file(tmp_path, age_group="\x1b[31mred\n")
    file.write_text(file.read_text() + '{"id": "\\u001b[2J", "\\u202ewhat\\n": 1}\n\x1b[2J\n')

    printed = _run("import_conversations", str(file))

    assert "refused" in printed
    assert _obeyed(printed) == []


@pytest.mark.parametrize("dry_run", [True, False])
def test_reports_are_taken_or_refused_plainly(tmp_path: Path, dry_run: bool) -> None:
    file, mapping = reports_file(tmp_path)

    printed = _run("import_reports", str(file), mapping=str(mapping), dry_run=dry_run)

    assert "refused" in printed
    assert _obeyed(printed) == []
    assert Report.objects.exists() is not dry_run


@pytest.mark.parametrize("header", ["\x1b[2J,From", '"a\nb",From', "\u202eTicket,From"])
def test_a_header_is_told_plainly(tmp_path: Path, header: str) -> None:
    (tmp_path / "mapping.toml").write_text(MAPPING)
    (tmp_path / "reports.csv").write_text(f"{header}\n1,2\n")

    printed = _run("import_reports", str(tmp_path / "reports.csv"), mapping=str(tmp_path / "mapping.toml"))

    assert printed
    assert _obeyed(printed) == []
