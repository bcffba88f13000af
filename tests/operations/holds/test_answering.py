"""Answering interim holds: who confirms and lifts, what follows, and that running out ends none of them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from moderation.domain.refusals import Held, Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import CaseState, EndedBy, Lane, SanctionKind
from moderation.models import Case, Hold, Sanction, clock
from moderation.operations.escalating import answer_escalation, raise_case
from moderation.operations.holds import confirm_hold, escalate_hold, escalate_holds, lift_hold
from moderation.operations.leases import claim_case
from moderation.operations.sanctions import lift_sanction
from tests import making
from tests.operations.holds.badges import CONFIRMED, LIFTED, WAITING, state_of, topics

pytestmark = pytest.mark.django_db

# Confirming and lifting.

ANSWERS: list[Callable[[int, User], Hold]] = [
    lambda pk, who: confirm_hold(pk, actor=who),
    lambda pk, who: lift_hold(pk, actor=who, reason="x"),
]
both = pytest.mark.parametrize("answer", ANSWERS, ids=["confirm", "lift"])


@both
def test_an_unknown_hold_is_missing(answer: Any, me: User) -> None:
    with pytest.raises(Missing):
        answer(making.NOBODYS_ID, me)


@both
def test_an_auditor_does_not_answer(answer: Any, hold: Hold) -> None:
    with pytest.raises(NotPermitted):
        answer(hold.pk, making.auditor())
    assert state_of(hold) == WAITING


@both
def test_whoever_works_on_the_case_answers_and_no_other_moderator(answer: Any, hold: Hold, me: User) -> None:
    claim_case(hold.case_id, actor=me)
    with pytest.raises(Held, match="Robin is working on this case"):
        answer(hold.pk, making.moderator())
    assert state_of(hold) == WAITING
    answer(hold.pk, me)


@both
@pytest.mark.parametrize("role", [making.senior, making.admin])
def test_seniors_and_admins_answer_at_any_time(answer: Any, role: Any, hold: Hold, me: User) -> None:
    claim_case(hold.case_id, actor=me)
    answer(hold.pk, role())
    assert state_of(hold) != WAITING


def test_lifting_needs_a_reason(hold: Hold, me: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        lift_hold(hold.pk, actor=me, reason=" \n")


@both
def test_what_was_lifted_is_not_answered_again(answer: Any, hold: Hold, me: User) -> None:
    lift_hold(hold.pk, actor=me, reason="a helpline")
    with pytest.raises(WrongMove, match="Robin has lifted this hold meanwhile"):
        answer(hold.pk, making.moderator())


def test_it_is_confirmed_once(hold: Hold, me: User) -> None:
    confirm_hold(hold.pk, actor=me)
    with pytest.raises(WrongMove, match="Robin has confirmed this hold meanwhile"):
        confirm_hold(hold.pk, actor=making.moderator())


def test_the_sanctions_page_does_not_lift_what_the_case_has_to_answer(hold: Hold) -> None:
    with pytest.raises(Refused, match="on the page of its case"):
        lift_sanction(hold.sanction_id, actor=making.admin(), reason="x")
    assert state_of(hold) == WAITING


def test_confirming_keeps_the_badge_held_and_tells_nobody(hold: Hold, me: User) -> None:
    confirm_hold(hold.pk, actor=me)

    assert state_of(hold) == CONFIRMED
    assert topics() == ["badge.held"]
    case = Case.objects.get()
    assert (case.state, case.reasons[1]) == (CaseState.OPEN, "badge held until this is decided")
    assert AuditEntry.objects.get(verb="hold.confirmed").actor_id == me.pk


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_lifting_gives_the_badge_back_and_leaves_the_case(hold: Hold, me: User, is_confirmed: bool) -> None:
    if is_confirmed:
        confirm_hold(hold.pk, actor=me)
    lift_hold(hold.pk, actor=me, reason=" a helpline ")

    assert state_of(hold) == LIFTED
    sanction = Sanction.objects.get()
    assert (sanction.ended_how, sanction.ended_by, sanction.end_reason) == (EndedBy.LIFTING, me, "a helpline")
    assert topics() == ["badge.held", "badge.restored"]
    case = Case.objects.get()
    assert case.state == CaseState.OPEN
    assert not any("badge held" in reason for reason in case.reasons)


# Running out.


def test_what_has_time_left_does_not_escalate(hold: Hold) -> None:
    assert escalate_holds() == 0
    assert not escalate_hold(hold.pk)


@both
def test_what_was_answered_does_not_escalate(answer: Any, hold: Hold, me: User) -> None:
    answer(hold.pk, me)
    making.run_out(hold)
    assert not escalate_hold(hold.pk)
    assert escalate_holds() == 0


def test_running_out_tells_the_seniors_once_and_the_badge_stays_held(hold: Hold) -> None:
    making.run_out(hold)
    Case.objects.update(waits_until=clock.now() + timedelta(hours=1), handed_to=making.moderator())

    assert (escalate_holds(), escalate_holds()) == (1, 0)

    assert state_of(hold) == WAITING
    case = Case.objects.get()
    assert (case.lane, case.waits_until, case.handed_to) == (Lane.SENIOR, None, None)
    assert case.reasons[1].startswith("badge held: nobody answered by")
    assert AuditEntry.objects.filter(verb="hold.escalated").count() == 1
    assert topics() == ["badge.held"]
    assert not Sanction.objects.filter(kind=SanctionKind.TEEN_BADGE_REMOVAL).exists()


def test_a_case_that_was_raised_stays_in_its_lane_and_goes_back_to_the_seniors(hold: Hold, me: User) -> None:
    raised = raise_case(hold.case_id, actor=me, lane=Lane.CRISIS, note="speaks of tonight")
    escalate_hold(making.run_out(hold).pk)
    assert Case.objects.get().lane == Lane.CRISIS

    answer_escalation(raised.pk, actor=making.senior(), answer="called the line")
    assert Case.objects.get().lane == Lane.SENIOR


@both
def test_after_running_out_a_person_still_answers(answer: Any, hold: Hold) -> None:
    escalate_hold(making.run_out(hold).pk)
    answer(hold.pk, making.senior())
    assert state_of(hold) != WAITING
