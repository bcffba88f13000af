"""Retention lets go what nothing needs any more, and never anything else."""

import io
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as thorough
from hypothesis import strategies as st

from accounts import SYSTEM
from accounts.models import AuditEntry
from moderation.domain.refusals import NotPermitted
from moderation.domain.retention import Kept
from moderation.domain.vocabulary import Kind, OutboxState
from moderation.models import (
    Appeal,
    Attempt,
    Case,
    Contact,
    Decision,
    Evidence,
    Message,
    MessageEdit,
    Note,
    OutboxEvent,
    Participant,
    Pin,
    PolicyVersion,
    Reflection,
    Report,
    Sanction,
    ScreeningFailure,
    clock,
)
from moderation.operations.contacts import Given, keep
from moderation.operations.retention import let_go, plan
from tests import making

pytestmark = pytest.mark.django_db

LONG = timedelta(days=1000)


def aged(case: Case, by: timedelta = LONG) -> Case:
    """As if everything about the case had happened that much earlier."""
    then = clock.now() - by
    Message.objects.filter(conversation=case.conversation).update(received_at=then, screened_at=then)
    Sanction.objects.filter(case=case).update(appeal_until=then)
    Decision.objects.filter(case=case).update(decided_at=then, undo_until=None)
    Case.objects.filter(pk=case.pk, closed_at__isnull=False).update(closed_at=then)
    case.refresh_from_db()
    return case


def dismissed() -> Case:
    made = making.case()
    making.decided(made)
    made.refresh_from_db()
    return made


def everything() -> None:
    for kind in Kept:
        let_go(kind)


def left(case: Case) -> tuple[bool, bool]:
    """Whether the case has its evidence, and its conversation its messages."""
    return case.evidence.exists(), Message.objects.filter(conversation=case.conversation).exists()


def test_only_who_manages_the_policy_sees_what_would_go() -> None:
    with pytest.raises(NotPermitted):
        plan(actor=making.senior())
    assert {planned.kind for planned in plan(actor=making.admin())} == set(Kept)


def test_an_open_case_keeps_everything() -> None:
    made = aged(making.case())
    keep(made, [Given(made.subject_id, Kind.PHONE, making.PHONE)])
    everything()
    assert left(made) == (True, True)
    assert Contact.objects.filter(case=made).exists()


def test_a_closed_case_keeps_everything_while_its_time_is_not_over() -> None:
    made = aged(dismissed(), timedelta(days=300))
    everything()
    assert left(made) == (True, True)


def test_when_all_is_over_the_words_go_and_what_was_decided_stays() -> None:
    made = making.case()
    keep(made, [Given(made.subject_id, Kind.PHONE, making.PHONE)])
    MessageEdit.objects.create(message=Message.objects.get(conversation=made.conversation), text="before")
    making.decided(made)
    aged(made)
    everything()
    made.refresh_from_db()
    assert made.snippet == ""
    assert left(made) == (False, False)
    assert not Contact.objects.filter(case=made).exists()
    assert not MessageEdit.objects.exists()
    assert not Participant.objects.filter(conversation=made.conversation).exists()
    assert Decision.objects.filter(case=made).exists()


@pytest.mark.parametrize("code", ["suspension:permanent", "suspension:open", "teen_badge_removal"])
def test_a_sanction_in_force_keeps_its_evidence_for_ever(code: str) -> None:
    given_one = making.sanction("suspension:7")
    kind, _, length = code.partition(":")
    Sanction.objects.filter(pk=given_one.pk).update(
        kind=kind, permanent=length == "permanent", days=None, ends_at=None, approver=making.senior()
    )
    aged(given_one.case)
    everything()
    assert left(given_one.case) == (True, True)


def test_an_education_notice_keeps_nothing_once_it_cannot_be_appealed() -> None:
    notice = making.education()
    aged(notice.case)
    Sanction.objects.filter(pk=notice.pk).update(appeal_until=clock.now() + timedelta(days=1))
    everything()
    assert left(notice.case) == (True, True)
    aged(notice.case)
    everything()
    assert left(notice.case) == (False, False)


def test_an_open_appeal_keeps_its_evidence() -> None:
    appeal = making.appeal()
    aged(appeal.sanction.case)
    Sanction.objects.filter(pk=appeal.sanction_id).update(
        state="ended", ended_at=clock.now() - LONG, ended_how="expiry"
    )
    everything()
    assert left(appeal.sanction.case) == (True, True)
    appeal.refresh_from_db()
    assert appeal.text


def test_messages_of_no_case_go_by_their_age_alone() -> None:
    old, new, unscreened = (making.account() for _ in range(3))
    where = making.conversation(old, new, unscreened)
    then = clock.now() - timedelta(days=366)
    for sender in (old, new, unscreened):
        making.message(sender, "hello", within=where, screened_at=making.NOON)
    Message.objects.filter(sender__in=[old, unscreened]).update(received_at=then)
    Message.objects.filter(sender=unscreened).update(screened_at=None)
    assert let_go(Kept.MESSAGES) == 1
    assert set(Message.objects.values_list("sender", flat=True)) == {new.pk, unscreened.pk}


def test_a_pinned_note_stays_and_a_corrected_one_goes_with_its_correction() -> None:
    person, about = making.moderator(), making.account()
    first = Note.objects.create(account=about, text="wrong", written_by=person)
    Note.objects.create(account=about, text="right", written_by=person, corrects=first)
    pinned = Note.objects.create(account=about, text="mind this", written_by=person)
    Pin.objects.create(note=pinned, account=about, is_pinned=True, changed_by=person)
    with pgtrigger.ignore("moderation.Note:note_stays_as_it_was"):
        Note.objects.update(written_at=clock.now() - LONG)
    while let_go(Kept.NOTES):
        pass
    assert list(Note.objects.values_list("pk", flat=True)) == [pinned.pk]


def test_what_was_told_is_emptied_and_that_it_was_told_stays() -> None:
    making.sanction()
    OutboxEvent.objects.update(state="delivered", delivered_at=clock.now() - timedelta(days=91))
    waiting = OutboxEvent.objects.latest("pk")
    assert let_go(Kept.TOLD) == OutboxEvent.objects.count()
    waiting.refresh_from_db()
    assert waiting.payload == {}


def test_what_was_given_up_is_emptied_as_well() -> None:
    making.sanction()
    OutboxEvent.objects.update(state="dead", created_at=clock.now() - LONG, not_before=clock.now() - LONG)
    assert let_go(Kept.TOLD) == OutboxEvent.objects.filter(payload={}).count() > 0


def test_a_message_that_was_set_aside_goes_with_what_is_known_of_it() -> None:
    author = making.account()
    where = making.conversation(author)
    aside = making.message(author, "hello", within=where, attempts=3, received_at=clock.now() - LONG)
    ScreeningFailure.objects.create(message=aside, error="E", place="p", engine="1", failed_at=making.NOON)
    assert let_go(Kept.MESSAGES) == 1
    assert not ScreeningFailure.objects.exists()


def test_what_waits_to_be_told_is_never_emptied(settings: LazySettings) -> None:
    making.sanction()
    settings.WEBHOOK_URL = "https://chat.example.org/haven"
    OutboxEvent.objects.update(created_at=clock.now() - LONG, not_before=clock.now() - LONG)
    assert let_go(Kept.TOLD) == 0


def test_with_nobody_to_tell_what_waits_is_cancelled_and_emptied_in_the_end(settings: LazySettings) -> None:
    making.sanction()
    OutboxEvent.objects.update(created_at=clock.now() - LONG, not_before=clock.now() - LONG)
    settings.WEBHOOK_URL = ""
    assert let_go(Kept.TOLD) == OutboxEvent.objects.filter(state=OutboxState.CANCELLED, payload={}).count() > 0
    assert let_go(Kept.TOLD) == 0


def test_with_nobody_to_tell_what_is_new_waits(settings: LazySettings) -> None:
    making.sanction()
    settings.WEBHOOK_URL = ""
    assert let_go(Kept.TOLD) == 0
    assert not OutboxEvent.objects.exclude(state=OutboxState.PENDING).exists()


@pytest.mark.parametrize(("state", "left"), [("pending", 2), ("delivered", 1), ("dead", 1), ("cancelled", 1)])
def test_old_tries_go_unless_their_event_waits_for_another(state: str, left: int) -> None:
    making.sanction()
    event = OutboxEvent.objects.latest("pk")
    for days in (91, 89):
        Attempt.objects.create(event=event, at=clock.now() - timedelta(days=days), took_ms=10, status=500)
    OutboxEvent.objects.update(state=state)
    assert let_go(Kept.TRIES) == 2 - left
    assert Attempt.objects.count() == left
    assert OutboxEvent.objects.filter(pk=event.pk).exists()


def test_old_answers_go_unless_somebody_waits_for_them() -> None:
    notice = making.education()
    asked = Reflection.objects.create(
        account=notice.account, sanction=notice, answers=["a"] * 6, saved_at=clock.now() - LONG
    )
    assert let_go(Kept.ANSWERS) == 0  # it can still be appealed
    Sanction.objects.filter(pk=notice.pk).update(appeal_until=clock.now() - LONG)
    assert let_go(Kept.ANSWERS) == 1
    assert not Reflection.objects.filter(pk=asked.pk).exists()


def test_every_stretch_is_on_record_with_numbers_alone() -> None:
    aged(dismissed())
    let_go(Kept.EVIDENCE)
    entry = AuditEntry.objects.filter(verb="retention.applied").earliest("id")
    assert entry.details == {"kind": "evidence", "rows": 1}
    assert entry.actor_kind == SYSTEM.actor_kind


def test_the_command_shows_first_and_touches_nothing() -> None:
    made = aged(dismissed())
    out = io.StringIO()
    call_command("retention", "--dry-run", stdout=out)
    assert "Evidence, last needed before" in out.getvalue()
    assert "1 would go" in out.getvalue()
    assert left(made) == (True, True)
    call_command("retention", "--kind", "evidence", stdout=out)
    assert left(made) == (False, True)


# A case in any state it can get into, and what of it must stay, said a second time and in another way.

AGES = st.sampled_from([timedelta(days=-30), timedelta(days=0), timedelta(days=100), timedelta(days=2000)])
LIVES = st.fixed_dictionaries(
    {
        "closed": st.booleans(),
        "closed_ago": AGES.filter(lambda age: age >= timedelta()),
        "kind": st.sampled_from(["education_notice", "suspension", "teen_badge_removal"]),
        "state": st.sampled_from(["in_force", "ended", "undone", "refused"]),
        "ended_ago": AGES.filter(lambda age: age >= timedelta()),
        "appealable_ago": AGES,
        "appeal": st.sampled_from([None, "open", "upheld"]),
        "received_ago": AGES.filter(lambda age: age >= timedelta()),
    }
)


def _must_stay(life: dict[str, Any], keep_for: timedelta) -> bool:
    return (
        not life["closed"]
        or life["closed_ago"] <= keep_for
        or (life["state"] == "in_force" and life["kind"] != "education_notice")
        or life["appealable_ago"] <= keep_for
        or (life["state"] == "ended" and life["ended_ago"] <= keep_for)
        or life["appeal"] == "open"
    )


@thorough(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lives=st.lists(LIVES, min_size=1, max_size=3))
def test_nothing_that_is_needed_is_ever_touched(lives: list[dict[str, Any]]) -> None:
    before = transaction.savepoint()
    try:
        made = [(life, _lived(life)) for life in lives]
        everything()
        days = PolicyVersion.objects.in_force().policy.retention
        for life, case in made:
            has_evidence, has_messages = left(case)
            assert has_evidence is _must_stay(life, days["evidence"]), life
            stays = _must_stay(life, days["messages"]) or life["received_ago"] <= days["messages"]
            assert has_messages is stays, life
            texts = [appeal.text for appeal in Appeal.objects.filter(sanction__case=case)]
            assert all(bool(text) is has_evidence for text in texts), life
    finally:
        transaction.savepoint_rollback(before)


def _lived(life: dict[str, Any]) -> Case:
    now = clock.now()
    given_one = making.sanction("suspension:7")
    appeal = making.appeal(given_one) if life["appeal"] else None
    if appeal and life["appeal"] == "upheld":
        view = appeal.first_views.create(person=making.senior(), text="so it is")
        Appeal.objects.filter(pk=appeal.pk).update(
            state="upheld", heard_at=now - timedelta(days=5000), hearer=making.senior(), reply="no", first_view=view
        )
    ended = {"ended_at": now - life["ended_ago"], "ended_how": "expiry"} if life["state"] == "ended" else {}
    begun = {"starts_at": now - timedelta(days=6000), "ends_at": None, "days": None}
    Sanction.objects.filter(pk=given_one.pk).update(
        kind=life["kind"],
        state=life["state"],
        appeal_until=now - life["appealable_ago"],
        approver=making.senior(),
        **ended,
        **begun,
    )
    case = given_one.case
    Decision.objects.filter(case=case).update(decided_at=now - timedelta(days=6000))
    closed = {"state": "closed", "closed_at": now - life["closed_ago"]} if life["closed"] else {}
    reopened = {} if life["closed"] else {"state": "open", "closed_at": None}
    Case.objects.filter(pk=case.pk).update(**closed, **reopened)
    Message.objects.filter(conversation=case.conversation).update(received_at=now - life["received_ago"])
    return case


def test_a_report_is_emptied_and_stays() -> None:
    made = making.case()
    said = making.report(made)
    making.decided(made)
    aged(made)
    assert let_go(Kept.REPORTS) == 1
    said.refresh_from_db()
    assert (said.text, said.case_id) == ("", made.pk)
    assert Report.objects.filter(pk=said.pk).exists()
    assert Evidence.objects.filter(case=made).exists()


def test_sign_ins_that_ended_go_with_their_addresses_and_open_ones_stay() -> None:
    person = making.moderator()
    for key, ends in (("over", clock.now() - LONG), ("open", clock.now() + LONG)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
        UserSession.objects.create(user=person, ip="203.0.113.9", session_key=key, user_agent="")
    UserSession.objects.update(created_at=clock.now() - LONG)

    let_go(Kept.SESSIONS)

    assert list(Session.objects.values_list("session_key", flat=True)) == ["open"]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == ["open"]
