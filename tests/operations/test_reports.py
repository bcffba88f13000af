"""Reports join the case of their conversation, or open one; none is lost because something else is not there yet."""

from typing import Any

import pytest

from accounts.roles import Scope
from moderation.domain.refusals import NotPermitted, Refused
from moderation.domain.vocabulary import Ground, Severity
from moderation.models import Case, Evidence, Report
from moderation.operations.reports import ToldReport, take_report
from tests import making

pytestmark = pytest.mark.django_db


def _told(**given) -> ToldReport:
    known: dict[str, Any] = {
        "id": "r1",
        "reporter": "reporter-1",
        "reported": "reported-1",
        "reason": Ground.CONTACT_SHARED,
        "text": "she gave me her number",
        "created_at": making.NOON,
    }
    return ToldReport(**known | given)


def test_a_key_without_the_scope_is_refused() -> None:
    key, _ = making.api_key(Scope.MESSAGES_WRITE)
    with pytest.raises(NotPermitted):
        take_report(_told(), actor=key)
    assert not Report.objects.exists()


def test_messages_of_another_conversation_are_refused() -> None:
    ann = making.account()
    elsewhere = making.message(ann, "hello", within=making.conversation(ann))
    named = making.conversation(ann)
    with pytest.raises(Refused, match=elsewhere.ext_id):
        take_report(_told(conversation=named.ext_id, messages=[elsewhere.ext_id]), actor=making.api_key()[0])


def test_a_report_without_conversation_opens_a_case_about_the_account() -> None:
    report = take_report(_told(), actor=making.api_key()[0])
    case = report.case
    assert (case.conversation, case.subject.ext_id, case.ground) == (None, "reported-1", Ground.CONTACT_SHARED)
    assert (case.severity, case.reporters, case.screened) == (Severity.HIGH, 1, False)


def test_sent_again_it_is_one_report() -> None:
    key, _ = making.api_key()
    assert take_report(_told(), actor=key) == take_report(_told(), actor=key)
    assert Report.objects.count() == 1


def test_a_second_reporter_joins_the_case_and_makes_it_more_urgent() -> None:
    key, _ = making.api_key()
    first = take_report(_told(), actor=key).case
    second = take_report(_told(id="r2", reporter="reporter-2"), actor=key).case
    assert second == first
    assert second.priority > first.priority
    assert "reported by 2 people" in second.reasons


def test_a_report_corroborates_what_the_pre_screen_found() -> None:
    case = making.case()
    assert case.conversation is not None
    take_report(_told(reported=case.subject.ext_id, conversation=case.conversation.ext_id), actor=making.api_key()[0])
    assert Case.objects.count() == 1
    case.refresh_from_db()
    assert "found by the pre-screen and reported" in case.reasons
    assert case.version == 2


def test_reported_messages_become_evidence() -> None:
    ann = making.account()
    said = making.message(ann, "add me", within=making.conversation(ann))
    report = take_report(_told(reported=ann.ext_id, messages=[said.ext_id]), actor=making.api_key()[0])
    assert list(report.messages.all()) == [said]
    assert Evidence.objects.get().message_id == said.pk


def test_a_conversation_that_has_not_arrived_yet_does_not_hold_the_report_up() -> None:
    report = take_report(_told(conversation="later", messages=["not-here"]), actor=making.api_key()[0])
    assert report.conversation is not None
    assert report.conversation.ext_id == "later"


def test_a_report_ends_the_waiting_of_a_case_that_was_put_off() -> None:
    case = making.case()
    Case.objects.filter(pk=case.pk).update(waits_until=making.NOON.replace(year=2100))

    making.report(case)

    case.refresh_from_db()
    assert case.waits_until is None
