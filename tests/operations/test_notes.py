"""Notes are kept as they were written, about an account, a case, or both."""

import pytest
from django.db import ProgrammingError, transaction

from accounts import SYSTEM
from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, Refused
from moderation.models import Note
from moderation.operations.notes import LONGEST, write_note
from tests import making

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("actor", [making.auditor, lambda: SYSTEM])
def test_only_people_who_work_on_cases_write_notes(actor) -> None:
    case = making.case()
    with pytest.raises(NotPermitted):
        write_note("calm", actor=actor(), case_id=case.pk)
    assert not Note.objects.exists()


def test_a_note_about_nothing_is_refused() -> None:
    with pytest.raises(Refused, match="which account or which case"):
        write_note("calm", actor=making.moderator())


def test_what_is_not_there_is_missing() -> None:
    with pytest.raises(Missing):
        write_note("calm", actor=making.moderator(), case_id=making.NOBODYS_ID)
    with pytest.raises(Missing):
        write_note("calm", actor=making.moderator(), account_id=making.NOBODYS_ID)


def test_an_account_that_has_no_part_in_the_case_is_missing() -> None:
    case, stranger = making.case(), making.account()
    with pytest.raises(Missing):
        write_note("calm", actor=making.moderator(), account_id=stranger.pk, case_id=case.pk)


@pytest.mark.parametrize("text", ["", " \n\t", "x" * (LONGEST + 1)])
def test_a_text_that_is_none_or_too_long_is_refused(text: str) -> None:
    case = making.case()
    with pytest.raises(Refused):
        write_note(text, actor=making.moderator(), case_id=case.pk)


def test_a_note_is_kept_with_its_writer_and_recorded_without_its_text() -> None:
    case, me = making.case(), making.moderator()
    note = write_note("  said sorry at once\n", actor=me, account_id=case.subject_id, case_id=case.pk)
    assert (note.text, note.written_by, note.account, note.case) == ("said sorry at once", me, case.subject, case)
    entry = AuditEntry.objects.get(verb="note.written")
    assert entry.details == {"account": case.subject_id, "case": case.pk}


def test_a_note_leaves_the_case_as_it_was_seen() -> None:
    case = making.case()
    write_note("calm", actor=making.moderator(), case_id=case.pk)
    version = case.version
    case.refresh_from_db()
    assert case.version == version


def test_a_note_is_never_overwritten() -> None:
    note = write_note("first thought", actor=making.moderator(), account_id=making.account().pk)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(text="second thought")
    note.refresh_from_db()
    assert note.text == "first thought"
