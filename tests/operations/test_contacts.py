"""A contact that was given before is known again, and nowhere stored."""

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import AuditEntry
from accounts.roles import Scope
from moderation.domain.vocabulary import Ground, Kind
from moderation.models import Account, Case, Contact, Message
from moderation.operations import contacts
from moderation.operations.reports import ToldReport, take_report
from moderation.operations.rescreening import rescreen_batch
from moderation.operations.screening import screen_batch
from tests import making

pytestmark = pytest.mark.django_db


def gives(text: str, *, by: Account | None = None) -> Case:
    ann = by or making.account()
    where = making.conversation(ann, making.account())
    making.message(ann, text, within=where)
    screen_batch()
    return Case.objects.get(conversation=where)


def is_seen(case: Case) -> bool:
    return Case.objects.get(pk=case.pk).seen_before


def test_different_contacts_have_nothing_to_do_with_each_other() -> None:
    first, second = gives(f"text me on {making.PHONE}"), gives("mail me: someone.else@gmail.com")

    assert not is_seen(first)
    assert not is_seen(second)
    assert Contact.objects.count() == 2


def test_one_contact_twice_in_one_case_has_not_been_seen_before() -> None:
    case = gives(f"text me on {making.PHONE}, i mean it, {making.PHONE}")
    assert case.conversation is not None
    making.message(making.account(), f"so text me on {making.PHONE}?", within=case.conversation)
    screen_batch()

    assert not is_seen(case)


@pytest.mark.parametrize(
    "again", ["call 07700 900142 tonight", "whatsapp me +447700900142", "text me on (07700) 900-142"]
)
def test_the_same_contact_however_it_is_written_marks_both_cases(again: str) -> None:
    first, second = gives(f"text me on {making.PHONE}"), gives(again)

    assert is_seen(first)
    assert is_seen(second)
    marked = AuditEntry.objects.filter(verb="case.contact_seen_before").values_list("target_id", flat=True)
    assert sorted(marked) == sorted([str(first.pk), str(second.pk)])


def test_a_case_that_was_closed_is_remembered() -> None:
    first = gives("my snap is Rowan_Vale")
    making.decided(first, "suspension:7")

    assert is_seen(gives("add me on snapchat: rowan_vale"))
    assert is_seen(first)


def test_no_contact_is_stored_readable() -> None:
    case = gives("my snap is Rowan_Vale, or text +44 7700 900142, or mail rowan.vale@gmail.com")

    with connection.cursor() as cursor:
        cursor.execute("SELECT moderation_contact::text FROM moderation_contact")
        rows = " ".join(row for (row,) in cursor.fetchall()).casefold()
    assert case.contacts.count() == 3
    assert not any(part in rows for part in ("rowan", "7700", "900142", "gmail"))
    assert "contact" not in case.findings.get().spans[0]


def test_without_its_key_a_fingerprint_says_nothing(settings: Settings) -> None:
    settings.CONTACT_KEY = ""
    settings.SECRET_KEY = "one" * 20
    derived = contacts.fingerprint("+447700900142")
    settings.SECRET_KEY = "two" * 20
    other = contacts.fingerprint("+447700900142")
    settings.CONTACT_KEY = "three" * 10
    own = contacts.fingerprint("+447700900142")
    settings.SECRET_KEY = "four" * 20

    assert len({derived, other, own}) == 3
    assert own == contacts.fingerprint("+447700900142")
    assert own != contacts.fingerprint("+447700900143")


def test_a_reported_message_counts_and_what_the_reporter_wrote_does_not() -> None:
    first = gives(f"text me on {making.PHONE}")
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    said = making.message(ann, f"or on {making.PHONE}", within=where, screened_at=making.NOON)
    key, _ = making.api_key(Scope.REPORTS_WRITE)
    told = {
        "reporter": ben.ext_id, "reported": ann.ext_id, "reason": Ground.CONTACT_SHARED, "created_at": making.NOON,
    }  # fmt: skip
    silent = take_report(ToldReport(id="r1", text=f"call me back on {making.PHONE}", **told), actor=key)  # type: ignore[arg-type]
    assert not is_seen(silent.case)

    named = ToldReport(id="r2", text="", conversation=where.ext_id, messages=[said.ext_id], **told)  # type: ignore[arg-type]
    report = take_report(named, actor=key)

    assert is_seen(report.case)
    assert is_seen(first)
    assert report.case.contacts.get().actor == ann


def test_screening_history_again_remembers_contacts_once() -> None:
    first, second = gives(f"text me on {making.PHONE}"), gives(f"text me on {making.PHONE}")
    Contact.objects.all().delete()
    Case.objects.update(seen_before=False)
    for _ in range(2):
        Message.objects.update(engine="0.0.1")
        rescreen_batch()

    assert Contact.objects.count() == 2
    assert is_seen(first)
    assert is_seen(second)


def test_what_was_passed_over_is_marked_later() -> None:
    first, second = gives(f"text me on {making.PHONE}"), gives(f"text me on {making.PHONE}")
    alone = gives("mail me: someone.else@gmail.com")
    Case.objects.update(seen_before=False)

    assert contacts.mark_seen_lately() == 2
    assert contacts.mark_seen_lately() == 0
    assert [is_seen(case) for case in (first, second, alone)] == [True, True, False]


def test_however_often_a_contact_was_given_only_the_latest_cases_are_marked() -> None:
    cases = [making.case() for _ in range(contacts.MOST_MARKED + 2)]
    given = contacts.Given(cases[0].subject_id, Kind.PHONE, "+447700900142")
    for case in cases:
        fingerprints = contacts.keep(case, [given])

    assert contacts.mark_seen(fingerprints) == contacts.MOST_MARKED
    assert [is_seen(case) for case in cases[:3]] == [False, False, True]


@pytest.mark.parametrize(("status", "on_break"), [("active", False), ("self_care_break", True)])
def test_a_case_says_whether_an_actor_is_on_a_break_and_in_which_language(status: str, on_break: bool) -> None:
    case = gives(f"text me on {making.PHONE} whenever you want", by=making.account(status=status))

    assert (case.on_break, case.language) == (on_break, "en")


def test_the_language_follows_the_evidence() -> None:
    case = gives(f"text me on {making.PHONE} whenever you want")
    assert case.conversation is not None
    said = (
        "escríbeme cuando quieras, mi número es el mismo y no se lo digas a nadie, que te conozco muy bien: 5035550118"
    )
    making.message(case.subject, said, within=case.conversation)
    screen_batch()

    assert Case.objects.get(pk=case.pk).language == "es"
