"""Lessons for the pre-screen on the command line: what leaves Haven is on record, and is never left lying open."""

import io
import json
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from moderation.operations.labelling import mark_wrong
from moderation.prescreen import cases
from tests import making

pytestmark = pytest.mark.django_db


def judged() -> int:
    case = making.case()
    mark_wrong(case.pk, case.findings.get().pk, actor=making.moderator())
    return case.pk


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    judged()
    file = tmp_path / "lessons.jsonl"
    file.write_text("mine")
    with pytest.raises(CommandError, match="there already"):
        call_command("export_labels", str(file))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_labels", str(tmp_path / "nowhere" / "lessons.jsonl"))
    with pytest.raises(CommandError, match="0 to 20"):
        call_command("export_labels", "-", "--around", "500")
    assert file.read_text() == "mine"
    assert not AuditEntry.objects.filter(verb="labels.exported").exists()


def test_without_text_nothing_that_was_written_comes_out() -> None:
    case_id, out, err = judged(), io.StringIO(), io.StringIO()
    call_command("export_labels", "-", stdout=out, stderr=err)

    told = json.loads(out.getvalue())
    assert (told["id"], told["violations"]) == (f"case-{case_id}", [])
    assert "call me" not in out.getvalue()
    assert "1 labelled cases were written, without text." in err.getvalue()
    assert AuditEntry.objects.get(verb="labels.exported").details == {"cases": [case_id], "with_text": False}


def test_with_text_it_is_a_case_file_of_the_pre_screen(tmp_path: Path) -> None:
    case_id, file = judged(), tmp_path / "lessons.jsonl"
    call_command("export_labels", str(file), "--with-text", stderr=io.StringIO())

    (conversation,) = cases.read(file)
    assert [message.text for message in conversation.messages] == [f"call me on {making.PHONE}"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert AuditEntry.objects.get(verb="labels.exported").details == {"cases": [case_id], "with_text": True}
