"""Asking a reporter for what is missing."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import OutboxState
from moderation.models import OutboxEvent, PolicyVersion, Report, clock
from moderation.operations.questions import ask_reporter, withdraw_question
from tests import making

pytestmark = pytest.mark.django_db


def test_an_auditor_asks_nobody() -> None:
    report = making.report(making.case())
    with pytest.raises(NotPermitted):
        ask_reporter(report.pk, actor=making.auditor(), text="which messages?")
    with pytest.raises(NotPermitted):
        withdraw_question(report.pk, actor=making.auditor())
    assert not OutboxEvent.objects.exists()


def test_a_report_that_is_not_there_is_missing() -> None:
    with pytest.raises(Missing):
        ask_reporter(making.NOBODYS_ID, actor=making.moderator(), text="which messages?")
    with pytest.raises(Missing):
        withdraw_question(making.NOBODYS_ID, actor=making.moderator())


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001])
def test_a_text_that_is_none_or_too_long_is_refused(text: str) -> None:
    report = making.report(making.case())
    with pytest.raises(Refused):
        ask_reporter(report.pk, actor=making.moderator(), text=text)


def test_the_reporter_of_a_closed_report_is_not_asked() -> None:
    case = making.case()
    report = making.report(case)
    case.refresh_from_db()
    making.decided(case)
    with pytest.raises(WrongMove, match="has heard"):
        ask_reporter(report.pk, actor=making.moderator(), text="which messages?")


def test_a_reporter_is_asked_once_an_hour_whatever_the_report() -> None:
    case = making.case()
    first = making.report(case)
    second = making.report(case, reporter=first.reporter.ext_id)
    other = making.report(case)
    ask_reporter(first.pk, actor=making.moderator(), text="which messages?")
    for report in (first, second):
        with pytest.raises(Refused, match="was asked at"):
            ask_reporter(report.pk, actor=making.moderator(), text="and when?")
    ask_reporter(other.pk, actor=making.moderator(), text="which messages?")
    Report.objects.update(asked_at=clock.now() - timedelta(hours=1, seconds=1))
    ask_reporter(second.pk, actor=making.moderator(), text="and when?")
    assert OutboxEvent.objects.count() == 3


def test_the_notice_goes_to_the_reporter_when_the_time_to_take_it_back_is_over() -> None:
    report, me = making.report(making.case()), making.moderator()
    asked = ask_reporter(report.pk, actor=me, text=" which messages? ")
    event = OutboxEvent.objects.get()
    assert (event.topic, event.account) == ("notice.sent", report.reporter)
    assert event.payload == {"account": report.reporter.ext_id, "text": "which messages?"}
    assert asked.asked_at is not None
    assert event.not_before == asked.asked_at + PolicyVersion.objects.in_force().policy.undo_window
    entry = AuditEntry.objects.get(verb="report.reporter_asked")
    assert (entry.actor_id, entry.details) == (me.pk, {"case": report.case_id})


def test_a_question_that_was_never_asked_cannot_be_taken_back() -> None:
    with pytest.raises(WrongMove, match="has not been asked"):
        withdraw_question(making.report(making.case()).pk, actor=making.moderator())


def test_a_question_that_has_left_cannot_be_taken_back() -> None:
    report = making.report(making.case())
    ask_reporter(report.pk, actor=making.moderator(), text="which messages?")
    OutboxEvent.objects.update(state=OutboxState.DELIVERED)
    with pytest.raises(WrongMove, match="sent already"):
        withdraw_question(report.pk, actor=making.moderator())
    report.refresh_from_db()
    assert report.asked_at is not None


def test_a_question_taken_back_is_not_sent_and_can_be_asked_again() -> None:
    report = making.report(making.case())
    ask_reporter(report.pk, actor=making.moderator(), text="which messages?")
    withdrawn = withdraw_question(report.pk, actor=making.moderator())
    assert withdrawn.asked_at is None
    assert OutboxEvent.objects.get().state == OutboxState.CANCELLED
    ask_reporter(report.pk, actor=making.moderator(), text="which messages do you mean?")
    assert OutboxEvent.objects.filter(state=OutboxState.PENDING).count() == 1
