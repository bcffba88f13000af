"""The command that writes anonymised statements."""

import io
import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from moderation.models import Decision
from tests import making

pytestmark = pytest.mark.django_db


def suspended() -> None:
    making.decided(making.case(actor=making.account(username="planted")), "suspension:7")
    Decision.objects.update(undo_until=None)


def test_what_cannot_be_done_is_said_before_anything_is_written(tmp_path: Path) -> None:
    suspended()
    file = tmp_path / "rows.jsonl"
    file.write_text("mine")
    with pytest.raises(CommandError, match="there already"):
        call_command("export_statements", str(file))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_statements", str(tmp_path / "nowhere" / "rows.jsonl"))
    with pytest.raises(CommandError, match="is before the first"):
        call_command("export_statements", "-", "--since", "2026-03-02", "--until", "2026-03-01")
    with pytest.raises(CommandError, match="is no day"):
        call_command("export_statements", "-", "--since", "yesterday")
    assert file.read_text() == "mine"
    assert not AuditEntry.objects.filter(verb="statements.exported").exists()


def test_rows_come_out_without_anything_personal_and_on_record() -> None:
    suspended()
    out, err = io.StringIO(), io.StringIO()
    call_command("export_statements", "-", stdout=out, stderr=err)
    told = json.loads(out.getvalue())
    assert told["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
    assert "planted" not in out.getvalue()
    assert "1 statements were written" in err.getvalue()
    assert AuditEntry.objects.get(verb="statements.exported").actor_name == "Haven"


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    suspended()
    file = tmp_path / "rows.csv"
    call_command("export_statements", str(file), "--format", "csv", stderr=io.StringIO())
    assert len(file.read_text().splitlines()) == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
