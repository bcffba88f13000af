"""Reports join the case of their conversation, or open one; none is lost because something else is not there yet."""

from typing import Any

import pytest

from accounts.models import ApiKey, AuditEntry
from accounts.roles import Scope
from moderation.domain.refusals import NotPermitted, Refused, Stale
from moderation.domain.vocabulary import CaseState, Ground, Severity
from moderation.models import Case, Conversation, Evidence, Report
from moderation.operations.reports import MOST_TEXTS, SENT_AGAIN, ToldReport, take_report
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


def _with_case(**given: Any) -> tuple[ApiKey, Report]:
    key, _ = making.api_key()
    return key, take_report(_told(**given), actor=key)


def _close(report: Report) -> None:
    Case.objects.filter(pk=report.case_id).update(state=CaseState.CLOSED, closed_at=making.NOON)


@pytest.mark.parametrize("who", [{"reported": "reported-2"}, {"reporter": "reporter-2"}])
def test_the_same_id_about_somebody_else_is_another_report_and_not_lost_without_a_word(who: dict[str, str]) -> None:
    key, _ = _with_case()
    with pytest.raises(Stale, match="somebody else"):
        take_report(_told(**who), actor=key)


def test_once_it_has_been_looked_at_another_text_is_refused_and_the_same_is_not() -> None:
    key, report = _with_case()
    _close(report)
    with pytest.raises(Stale, match="id of its own"):
        take_report(_told(text="and my address"), actor=key)
    assert take_report(_told(), actor=key) == report


def test_a_text_that_retention_has_emptied_is_not_another_one() -> None:
    key, report = _with_case()
    _close(report)
    Report.objects.update(text="")
    assert take_report(_told(), actor=key).text == ""


def test_texts_do_not_pile_up_without_end() -> None:
    key, _ = _with_case(text="0")
    for number in range(1, MOST_TEXTS):
        take_report(_told(text=str(number)), actor=key)
    with pytest.raises(Stale, match="10 texts already"):
        take_report(_told(text="one more"), actor=key)
    assert take_report(_told(text="3"), actor=key).text.count(SENT_AGAIN) == MOST_TEXTS - 1


def test_another_text_is_kept_behind_the_first_and_the_case_says_there_is_news() -> None:
    key, report = _with_case()
    for text in ("and my address", "she gave me her number", "and my address"):
        take_report(_told(text=text), actor=key)
    report.refresh_from_db()
    assert report.text == f"she gave me her number{SENT_AGAIN}and my address"
    assert Case.objects.get().version == 2
    assert AuditEntry.objects.filter(verb="report.extended", target_id=str(report.pk)).count() == 1


def test_a_graver_reason_counts_in_whichever_order_it_comes() -> None:
    key, report = _with_case(reason=Ground.OTHER)
    take_report(_told(reason=Ground.OFFSITE_HARM), actor=key)
    take_report(_told(reason=Ground.OTHER), actor=key)
    report.refresh_from_db()
    assert (report.reason, Case.objects.get().ground) == (Ground.OFFSITE_HARM, Ground.OFFSITE_HARM)


def test_messages_that_have_come_since_are_joined_and_strays_are_not() -> None:
    key, report = _with_case(conversation="room 1", messages=["m1", "m2", "m3"])
    assert not Evidence.objects.exists()
    ann = report.reported
    here, elsewhere = Conversation.objects.get(ext_id="room 1"), making.conversation(ann)
    making.message(ann, "call me", within=here, ext_id="m1")
    making.message(ann, "hello", within=elsewhere, ext_id="m2")
    for _ in range(2):
        take_report(_told(conversation="room 1", messages=["m1", "m2", "m3"]), actor=key)
    assert [message.ext_id for message in report.messages.all()] == ["m1"]
    assert list(Evidence.objects.values_list("case", "text")) == [(report.case_id, "call me")]


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
