"""Texts at rest: nobody reads one in the database, keys can be changed, and nothing of it is seen above the models."""

import io
import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunPython
from hypothesis import given
from hypothesis import strategies as st

from accounts import SYSTEM
from accounts.encryption import UnreadableError, keys, opened, sealed
from accounts.second_factor import Factors
from moderation.domain.appeals import Ruling
from moderation.domain.persons import Topic
from moderation.domain.told import ToldMessage
from moderation.domain.vocabulary import AppealState, Lane, Room
from moderation.models import (
    Appeal,
    Evidence,
    Message,
    MessageEdit,
    Note,
    OutboxEvent,
    Reflection,
    Report,
    Sanction,
    clock,
)
from moderation.models.secret_text import mark
from moderation.operations.escalating import raise_case
from moderation.operations.hearing import hear_appeal, write_first_view
from moderation.operations.intake import Batch, take_messages
from moderation.operations.notes import write_note
from moderation.operations.resealing import left
from moderation.operations.sanctions import lift_sanction
from moderation.operations.screening import screen_batch
from moderation.queries.person_timeline import timeline
from tests import making

PLANTED = "+44 7700 900142"


def everything_stored() -> str:
    """Every row of every table, as a stolen dump would show it."""
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names() if table.startswith("moderation_")]
        dump = []
        for table in tables:
            cursor.execute(f"SELECT to_jsonb(stored)::text FROM {table} AS stored")
            dump += [row for (row,) in cursor.fetchall()]
    return "\n".join(dump)


@given(st.text(alphabet=st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"])))
def test_whatever_is_written_is_read_again(text: str) -> None:
    assert opened(sealed(text)) == text


@pytest.mark.parametrize("text", ["hello", "\x02", "\x02abc.", "\x02abc.not base64 at all, not in any way whatsoever"])
def test_what_was_stored_before_is_read_as_it_is(text: str) -> None:
    assert opened(text) == text


def test_equal_texts_look_different_and_empty_ones_stay_empty() -> None:
    assert sealed("same") != sealed("same")
    assert sealed("") == ""


def test_a_changed_column_is_never_taken_for_a_text() -> None:
    stored = sealed("a text")
    broken = stored[:-6] + ("AAAAAA" if not stored.endswith("AAAAAA") else "BBBBBB")
    with pytest.raises(UnreadableError, match="does not fit"):
        opened(broken)


def test_without_its_key_a_text_says_which_key_is_missing(settings: Any) -> None:
    settings.TEXT_KEYS = ["k1:" + "a" * 40]
    stored = sealed("a text")
    settings.TEXT_KEYS = ["k2:" + "b" * 40]
    with pytest.raises(UnreadableError, match="“k1” is not in TEXT_KEYS"):
        opened(stored)
    settings.TEXT_KEYS = ["k2:" + "b" * 40, "k1:" + "a" * 40]
    assert opened(stored) == "a text"


def test_a_former_secret_key_still_reads(settings: Any) -> None:
    settings.TEXT_KEYS = []
    settings.SECRET_KEY_FALLBACKS = []
    stored, before = sealed("a text"), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "x" * 60, [before]
    assert opened(stored) == "a text"


@pytest.mark.django_db
def test_nobody_searches_by_an_encrypted_text() -> None:
    for lookup in ("text", "text__contains", "text__in"):
        with pytest.raises(FieldError):
            Message.objects.filter(**{lookup: ["x"] if lookup.endswith("in") else "x"}).exists()
    assert not Report.objects.filter(text="").exists()


@pytest.mark.django_db
def test_a_stolen_dump_shows_no_contact_and_no_word() -> None:
    case = making.case(text=f"call me on {PLANTED} please-do")
    making.report(case, text=f"they gave {PLANTED} reported-so")
    appeal = making.appeal(text=f"{PLANTED} was mine appealed-so")
    Reflection.objects.create(
        account=case.subject,
        sanction=making.education(),
        answers=[f"answered-so {PLANTED}", *[""] * 5],
        saved_at=clock.now(),
    )
    MessageEdit.objects.create(message=Message.objects.latest("pk"), text=f"before-so {PLANTED}")

    dump = everything_stored()

    for planted in (PLANTED, "please-do", "07700", "900142", "reported-so", "appealed-so", "answered-so", "before-so"):
        assert planted not in dump
    assert Evidence.objects.get(case=case).text == f"call me on {PLANTED} please-do"
    assert Appeal.objects.get(pk=appeal.pk).text == f"{PLANTED} was mine appealed-so"
    assert Reflection.objects.get().answers[0] == f"answered-so {PLANTED}"


@pytest.mark.django_db
def test_a_stolen_dump_shows_nothing_of_what_staff_wrote_nor_of_what_people_were_sent() -> None:
    staff, sanction = making.moderator(), making.sanction()
    write_note(f"noted-so {PLANTED}", actor=staff, account_id=sanction.account_id)
    raise_case(making.case().pk, actor=staff, lane=Lane.CRISIS, note=f"raised-so {PLANTED}")
    appeal = making.appeal(sanction)
    senior = making.senior()
    write_first_view(appeal.pk, actor=senior, text=f"viewed-so {PLANTED}")
    ruling = Ruling(AppealState.OVERTURNED, f"replied-so {PLANTED}")
    hear_appeal(appeal.pk, actor=senior, ruling=ruling, seen=Appeal.objects.get().stamp)
    other = making.sanction()
    Sanction.objects.filter(pk=other.pk).update(notice=f"sent-so {PLANTED}")
    lift_sanction(other.pk, actor=making.admin(), reason=f"lifted-so {PLANTED}")
    told = OutboxEvent.objects.exclude(payload={}).get(topic="appeal.decided")

    dump = everything_stored()

    written = ("noted-so", "raised-so", "viewed-so", "replied-so", "sent-so", "lifted-so", "gave the number at once")
    for planted in (PLANTED, "900142", *written):
        assert planted not in dump
    assert Note.objects.get().text == f"noted-so {PLANTED}"
    assert told.payload["text"] == Appeal.objects.get().reply == f"replied-so {PLANTED}"
    assert "notice" in Appeal.objects.get().before
    [event] = timeline(sanction.account_id, viewer=staff, topic=Topic.NOTES).events
    assert event.quoted[0].text == "noted-so "


@pytest.mark.django_db
def test_nobody_searches_by_an_encrypted_object() -> None:
    for lookup in ({"payload": {"a": 1}}, {"payload__notice": "x"}, {"payload__contains": {"a": 1}}):
        with pytest.raises(FieldError):
            OutboxEvent.objects.filter(**lookup).exists()
    assert not OutboxEvent.objects.filter(payload={}).exists()


def told(name: str, text: str) -> ToldMessage:
    return ToldMessage(name, "talk", Room.ONE_TO_ONE, "somebody", making.NOON, text)


@pytest.mark.django_db
def test_intake_and_screening_work_on_the_texts_themselves() -> None:
    first = [told("m1", "hello there"), told("m2", f"text me on {PLANTED} tonight")]
    assert take_messages(Batch(first), actor=SYSTEM).accepted == 2
    again = take_messages(Batch([*first, told("m1", "hello you")]), actor=SYSTEM)
    assert (again.accepted, again.duplicates, again.edited) == (0, 2, 1)
    assert Message.objects.get(ext_id="m1").text == "hello you"
    assert MessageEdit.objects.get().text == "hello there"
    screen_batch()
    assert Evidence.objects.get().text == f"text me on {PLANTED} tonight"
    assert "hello" not in everything_stored()


@pytest.mark.django_db
def test_a_mark_tells_equal_texts_and_nothing_else(settings: Any) -> None:
    assert mark("a") == mark("a") != mark("b")
    before = mark("a")
    settings.CONTACT_KEY = "another key of at least thirty-two characters"
    assert mark("a") != before


@pytest.mark.django_db(transaction=True)
def test_a_new_key_takes_over_every_text_and_the_old_one_may_go(settings: Any) -> None:
    settings.TEXT_KEYS = ["k1:" + "a" * 40]
    case = making.case(text=f"call {PLANTED}")
    making.report(case, text="a report")
    Reflection.objects.create(
        account=case.subject,
        sanction=making.education(),
        answers=["one", "", "three", "", "", ""],
        saved_at=clock.now(),
    )
    with connection.cursor() as cursor:  # as it was stored before texts were encrypted
        cursor.execute("UPDATE moderation_report SET text = 'stored plainly'")
    factors, person = Factors(), making.moderator()
    app = Authenticator.objects.create(user=person, type="totp", data={"secret": factors.encrypt("JBSWY3DP")})
    data = {"seed": factors.encrypt("feed"), "used_mask": 1}
    codes = Authenticator.objects.create(user=person, type="recovery_codes", data=data)
    note = write_note("a note", actor=person, account_id=case.subject_id)
    appeal = making.appeal()
    view = write_first_view(appeal.pk, actor=making.senior(), text="the number is plainly there, so it stays")
    with connection.cursor() as cursor:
        cursor.execute('UPDATE moderation_outboxevent SET payload = \'{"notice": "sent plainly"}\'')
    settings.TEXT_KEYS = ["k2:" + "b" * 40, "k1:" + "a" * 40]
    assert left() > 0

    out = io.StringIO()
    call_command("rotate_texts", "--now", stdout=out)

    assert "0 texts are not under the key “k2”." in out.getvalue()
    settings.TEXT_KEYS = ["k2:" + "b" * 40]
    assert keys().current == "k2"
    assert Evidence.objects.get(case=case).text == f"call {PLANTED}"
    assert Report.objects.get().text == "stored plainly"
    assert Reflection.objects.get().answers == ["one", "", "three", "", "", ""]
    app.refresh_from_db()
    codes.refresh_from_db()
    assert app.data["secret"].startswith("\x02k2.")
    assert (factors.decrypt(app.data["secret"]), factors.decrypt(codes.data["seed"])) == ("JBSWY3DP", "feed")
    assert codes.data["used_mask"] == 1
    for kept, text in ((note, "a note"), (view, "the number is plainly there, so it stays")):
        kept.refresh_from_db()
        assert kept.text == text
    assert {event.payload["notice"] for event in OutboxEvent.objects.all()} == {"sent plainly"}
    assert not re.search("stored plainly|sent plainly|a note", everything_stored())


@pytest.mark.django_db
def test_encrypting_locks_no_table() -> None:
    out = io.StringIO()
    call_command("sqlmigrate", "moderation", "0008", stdout=out)
    assert {line for line in out.getvalue().splitlines() if not line.startswith("--")} <= {""}


@pytest.mark.django_db(transaction=True)
def test_on_the_way_back_texts_stand_plainly_again() -> None:
    case = making.case(text=f"call {PLANTED}")
    write_note("a note", actor=making.moderator(), account_id=case.subject_id)
    making.decided(case, "education_notice")
    asked, sanction = ["one", "", "three", "", "", ""], Sanction.objects.get()
    Reflection.objects.create(account=case.subject, sanction=sanction, answers=asked, saved_at=clock.now())
    told = OutboxEvent.objects.latest("pk").payload

    for name in ("0008_texts_of_staff", "0007_keep"):
        operations = import_module(f"moderation.migrations.{name}").Migration.operations
        [back] = [one for one in operations if isinstance(one, RunPython)]
        assert back.reverse_code is not None
        back.reverse_code(apps, SimpleNamespace(connection=connection))  # type: ignore[arg-type]

    dump = everything_stored()
    assert "\\u0002" not in dump
    assert f"call {PLANTED}" in dump
    assert Note.objects.get().text == "a note"
    assert Sanction.objects.get().notice == sanction.notice
    assert OutboxEvent.objects.latest("pk").payload == told
    assert Reflection.objects.get().answers == asked


@pytest.mark.django_db(transaction=True)
def test_evidence_from_before_that_was_kept_again_is_one_afterwards() -> None:
    case = making.case(text="a word or two")
    kept = case.evidence.get()
    with connection.cursor() as cursor:  # as it was stored before texts were encrypted
        cursor.execute(
            "INSERT INTO moderation_evidence (case_id, message_id, sender_id, sent_at, text, digest)"
            " VALUES (%s, %s, %s, %s, 'a word or two', 'made otherwise')",
            [case.pk, kept.message_id, kept.sender_id, kept.sent_at],
        )
    call_command("rotate_texts", "--now", stdout=io.StringIO())
    assert [(one.pk, one.text) for one in case.evidence.all()] == [(kept.pk, "a word or two")]
    assert left() == 0
