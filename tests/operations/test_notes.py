"""Notes are kept as they were written, about an account, a case, or both."""

from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from accounts import SYSTEM
from accounts.models import AuditEntry, User
from moderation.domain.persons import NoteKind
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale
from moderation.models import Note, Pin
from moderation.operations.notes import LONGEST, MOST_PINNED, Manner, pin_note, write_note
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
    about = {"account": case.subject_id, "case": case.pk}
    assert entry.details == about | {"kind": "general", "corrects": None}


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


@pytest.fixture
def me() -> User:
    return making.moderator(name="Robin")


@pytest.fixture
def note(me: User) -> Note:
    return write_note("was at ease", actor=me, account_id=making.account().pk)


def corrected(note: Note, text: str, *, actor: User, **manner: Any) -> Note:
    return write_note(
        text, actor=actor, account_id=note.account_id, case_id=note.case_id, manner=Manner(corrects=note.pk, **manner)
    )


def test_a_note_that_is_about_something_else_cannot_be_corrected_here(note: Note, me: User) -> None:
    other, case = making.account(), making.case()
    for about in ({"account_id": other.pk}, {"case_id": case.pk}):
        with pytest.raises(Missing):
            write_note("x", actor=me, manner=Manner(corrects=note.pk), **about)
    with pytest.raises(Missing):
        write_note("x", actor=me, account_id=other.pk, manner=Manner(corrects=making.NOBODYS_ID))


def test_a_note_is_corrected_once(note: Note, me: User) -> None:
    first = corrected(note, "was not at ease", actor=making.moderator(name="Ash"))
    with pytest.raises(Stale, match=f"Ash has corrected this note meanwhile, in note {first.pk}"):
        corrected(note, "was asleep", actor=me)
    with pytest.raises(IntegrityError, match="corrects"), transaction.atomic():
        Note.objects.create(account_id=note.account_id, text="x", corrects=note, written_by=me)

    corrected(first, "was asleep", actor=me)
    assert list(Note.objects.order_by("pk").values_list("text", flat=True)) == [
        "was at ease",
        "was not at ease",
        "was asleep",
    ]


def test_a_note_about_a_case_is_corrected_too(me: User) -> None:
    note = write_note("x", actor=me, case_id=making.case().pk)
    assert corrected(note, "y", actor=me, kind=NoteKind.CONTEXT).corrects == note


@pytest.mark.parametrize("actor", [making.auditor, lambda: SYSTEM])
def test_only_people_who_work_on_cases_pin(note: Note, actor: Any) -> None:
    with pytest.raises(NotPermitted):
        pin_note(note.pk, actor=actor(), is_pinned=True, seen_version=0)
    assert not Pin.objects.exists()


def test_what_is_not_there_is_not_pinned(me: User) -> None:
    with pytest.raises(Missing):
        pin_note(making.NOBODYS_ID, actor=me, is_pinned=True, seen_version=0)


def test_a_note_about_a_case_alone_cannot_be_pinned(me: User) -> None:
    case = making.case()
    with pytest.raises(Refused, match="about an account"):
        write_note("x", actor=me, case_id=case.pk, manner=Manner(is_pinned=True))
    note = write_note("x", actor=me, case_id=case.pk)
    with pytest.raises(Refused, match="about an account"):
        pin_note(note.pk, actor=me, is_pinned=True, seen_version=0)


def test_a_pin_is_not_changed_by_whoever_saw_another(note: Note, me: User) -> None:
    pin_note(note.pk, actor=me, is_pinned=True, seen_version=0)
    with pytest.raises(Stale, match="Robin has pinned this note meanwhile"):
        pin_note(note.pk, actor=making.moderator(), is_pinned=True, seen_version=0)
    pin_note(note.pk, actor=me, is_pinned=False, seen_version=1)
    with pytest.raises(Stale, match="Robin has unpinned"):
        pin_note(note.pk, actor=making.moderator(), is_pinned=False, seen_version=1)
    with pytest.raises(Stale):
        pin_note(note.pk, actor=me, is_pinned=True, seen_version=7)
    pin = Pin.objects.get()
    assert (pin.is_pinned, pin.version) == (False, 2)
    assert list(AuditEntry.objects.filter(verb__startswith="note.").order_by("pk").values_list("verb", flat=True)) == [
        "note.written",
        "note.pinned",
        "note.unpinned",
    ]


def test_no_more_is_pinned_than_can_be_read(note: Note, me: User) -> None:
    for _ in range(MOST_PINNED):
        write_note("x", actor=me, account_id=note.account_id, manner=Manner(is_pinned=True))
    with pytest.raises(Refused, match="pinned already"):
        pin_note(note.pk, actor=me, is_pinned=True, seen_version=0)
    with pytest.raises(Refused, match="pinned already"):
        write_note("x", actor=me, account_id=note.account_id, manner=Manner(is_pinned=True))


def test_the_pin_goes_over_to_the_correction(note: Note, me: User) -> None:
    pin_note(note.pk, actor=me, is_pinned=True, seen_version=0)
    newer = corrected(note, "was not at ease", actor=me)
    assert [(pin.note, pin.is_pinned) for pin in Pin.objects.order_by("pk")] == [(note, False), (newer, True)]
