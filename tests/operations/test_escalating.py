"""Raising a case and answering: who may not, what cannot be, then the lanes."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry, User
from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import CaseState, Lane
from moderation.models import Case, Escalation, OutboxEvent, clock
from moderation.operations import leases
from moderation.operations.decisions import decide_case
from moderation.operations.escalating import answer_escalation, raise_case
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def me() -> User:
    return making.moderator(name="Robin")


@pytest.fixture
def raised(me: User) -> Escalation:
    return raise_case(making.case().pk, actor=me, lane=Lane.CRISIS, note="speaks of tonight")


def lane_of(case: Case) -> str:
    case.refresh_from_db()
    return str(case.lane)


def test_an_auditor_may_not_raise() -> None:
    with pytest.raises(NotPermitted):
        raise_case(making.case().pk, actor=making.auditor(), lane=Lane.CRISIS, note="x")


def test_an_unknown_case_is_missing(me: User) -> None:
    with pytest.raises(Missing):
        raise_case(making.NOBODYS_ID, actor=me, lane=Lane.CRISIS, note="x")


@pytest.mark.parametrize("lane", [Lane.ORDINARY, Lane.SENIOR])
def test_the_other_lanes_are_not_for_raising(me: User, lane: Lane) -> None:
    with pytest.raises(Refused, match="crisis or for safeguarding"):
        raise_case(making.case().pk, actor=me, lane=lane, note="x")


@pytest.mark.parametrize("note", ["", " \n"])
def test_nothing_is_raised_without_a_sentence(me: User, note: str) -> None:
    with pytest.raises(Refused, match="in a sentence"):
        raise_case(making.case().pk, actor=me, lane=Lane.CRISIS, note=note)


def test_a_case_is_raised_once_a_lane(raised: Escalation, me: User) -> None:
    with pytest.raises(WrongMove, match="Robin has raised this case already"):
        raise_case(raised.case_id, actor=making.moderator(), lane=Lane.CRISIS, note="me too")
    raise_case(raised.case_id, actor=me, lane=Lane.SAFEGUARDING, note="and a child")
    assert Escalation.objects.count() == 2


@pytest.mark.parametrize("role", [making.moderator, making.auditor])
def test_moderators_and_auditors_do_not_answer(raised: Escalation, role: type) -> None:
    with pytest.raises(NotPermitted):
        answer_escalation(raised.pk, actor=role(), answer="done")


def test_what_was_never_raised_is_missing() -> None:
    with pytest.raises(Missing):
        answer_escalation(making.NOBODYS_ID, actor=making.senior(), answer="done")


def test_nothing_is_answered_without_a_sentence(raised: Escalation) -> None:
    with pytest.raises(Refused, match="what was done"):
        answer_escalation(raised.pk, actor=making.senior(), answer=" ")


def test_an_answer_is_given_once(raised: Escalation) -> None:
    answer_escalation(raised.pk, actor=making.senior(name="Ash"), answer="called the line")
    with pytest.raises(WrongMove, match="Ash has answered this meanwhile: “called the line”"):
        answer_escalation(raised.pk, actor=making.admin(), answer="done")


def test_raising_sets_the_lane_and_tells_nobody_outside(raised: Escalation, me: User) -> None:
    assert lane_of(raised.case) == Lane.CRISIS
    assert (raised.note, raised.raised_by) == ("speaks of tonight", me)
    assert not OutboxEvent.objects.exists()
    entry = AuditEntry.objects.get(verb="case.raised")
    assert entry.details == {"lane": "crisis", "escalation": raised.pk}


def test_what_is_raised_waits_no_longer(me: User) -> None:
    case = making.case()
    Case.objects.filter(pk=case.pk).update(waits_until=clock.now() + timedelta(days=1))

    raise_case(case.pk, actor=me, lane=Lane.CRISIS, note="now")

    case.refresh_from_db()
    assert case.waits_until is None


def test_whoever_holds_the_case_goes_on_and_decides_it(me: User) -> None:
    held = leases.claim_case(making.case().pk, actor=me)
    raised = raise_case(held.pk, actor=making.moderator(), lane=Lane.SAFEGUARDING, note="a child")

    decide_case(held.pk, actor=me, verdict=making.verdict(held))

    assert lane_of(held) == Lane.SAFEGUARDING
    assert held.state == CaseState.CLOSED
    answer_escalation(raised.pk, actor=making.admin(), answer="told the parents")
    assert lane_of(held) == Lane.ORDINARY


def test_the_answer_takes_the_case_back_to_the_ordinary_lane(raised: Escalation) -> None:
    senior = making.senior()

    answer_escalation(raised.pk, actor=senior, answer=" called the line ")

    assert lane_of(raised.case) == Lane.ORDINARY
    raised.refresh_from_db()
    assert (raised.answer, raised.answered_by) == ("called the line", senior)
    assert raised.answered_at is not None
    assert AuditEntry.objects.get(verb="escalation.answered").details == {"case": raised.case_id, "lane": "crisis"}


def test_with_two_raised_the_case_stays_until_both_are_answered(raised: Escalation, me: User) -> None:
    other = raise_case(raised.case_id, actor=me, lane=Lane.SAFEGUARDING, note="and a child")
    assert lane_of(raised.case) == Lane.CRISIS

    answer_escalation(raised.pk, actor=making.senior(), answer="called")
    assert lane_of(raised.case) == Lane.SAFEGUARDING
    answer_escalation(other.pk, actor=making.senior(), answer="told")
    assert lane_of(raised.case) == Lane.ORDINARY
    raise_case(raised.case_id, actor=me, lane=Lane.CRISIS, note="again")
    assert lane_of(raised.case) == Lane.CRISIS
