"""Interim holds: when a badge is not held, when it is, who answers, and that only a person ends it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from moderation.domain.refusals import Held, Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import (
    TEEN_BADGE,
    AccountRole,
    AgeGroup,
    CaseState,
    EndedBy,
    HoldState,
    Lane,
    OutboxState,
    SanctionKind,
    SanctionState,
)
from moderation.models import Account, Case, Decision, Hold, Message, OutboxEvent, PolicyVersion, Sanction, clock
from moderation.operations.approvals import approve_decision, refuse_decision
from moderation.operations.decisions import decide_case, undo_decision
from moderation.operations.escalating import answer_escalation, raise_case
from moderation.operations.holds import confirm_hold, escalate_hold, escalate_holds, lift_hold
from moderation.operations.labelling import mark_wrong
from moderation.operations.leases import claim_case
from moderation.operations.sanctions import lift_sanction
from moderation.operations.screening import screen_batch
from tests import making

pytestmark = pytest.mark.django_db

KINDS = SanctionKind.TEEN_BADGE_HOLD, SanctionKind.TEEN_BADGE_REMOVAL


@pytest.fixture
def hold() -> Hold:
    return making.held_badge()


@pytest.fixture
def me() -> User:
    return making.moderator(name="Robin")


def topics() -> list[str]:
    live = OutboxEvent.objects.exclude(state=OutboxState.CANCELLED).order_by("pk")
    return list(live.values_list("topic", flat=True))


def state_of(hold: Hold) -> tuple[str, str, bool]:
    """The hold, its sanction, and whether the badge is held."""
    found = Hold.objects.select_related("sanction", "account").get(pk=hold.pk)
    return found.state, found.sanction.state, TEEN_BADGE in found.account.badges_held


WAITING = (HoldState.WAITING, SanctionState.IN_FORCE, True)
CONFIRMED = (HoldState.CONFIRMED, SanctionState.IN_FORCE, True)
LIFTED = (HoldState.LIFTED, SanctionState.ENDED, False)


def decided(hold: Hold, *codes: str, by: User | None = None, **given: Any) -> Decision:
    by = by or making.moderator()
    held = claim_case(hold.case_id, actor=by)
    said = making.verdict(held, *(making.measured(hold.account, code) for code in codes), **given)
    return decide_case(held.pk, actor=by, verdict=said)


# When nothing is held.


def screened(actor: Account, other: Account, text: str = f"text me on {making.PHONE} whenever") -> None:
    where = making.conversation(actor, other)
    making.message(other, "the nights are the worst", within=where)
    making.message(actor, text, within=where)
    screen_batch()


def switch(**rule: Any) -> None:
    version = PolicyVersion.objects.in_force()
    version.body["interim_hold"] |= rule
    version.save(update_fields=["body"])


def test_a_badge_is_not_held_towards_an_adult() -> None:
    screened(making.listener(badges=[TEEN_BADGE]), making.account())
    assert Case.objects.exists()
    assert not Hold.objects.exists()


def test_whoever_has_no_badge_is_not_held() -> None:
    screened(making.listener(), making.teen())
    assert Case.objects.exists()
    assert not Hold.objects.exists()


def test_a_teen_member_is_not_held_whatever_their_badges() -> None:
    screened(making.teen(badges=[TEEN_BADGE]), making.teen())
    assert not Hold.objects.exists()


def test_asking_is_not_sharing() -> None:
    screened(making.listener(badges=[TEEN_BADGE]), making.teen(), "can i have your phone number please?")
    assert Case.objects.exists()
    assert not Hold.objects.exists()


def test_a_score_below_the_policys_does_not_hold() -> None:
    switch(above=1.0)
    screened(making.listener(badges=[TEEN_BADGE]), making.teen())
    assert Case.objects.get().score < 1
    assert not Hold.objects.exists()


def test_the_switch_turns_it_off() -> None:
    switch(on=False)
    screened(making.listener(badges=[TEEN_BADGE]), making.teen())
    assert not Hold.objects.exists()


# When it is.


@pytest.mark.parametrize(
    ("role", "age"),
    [
        (AccountRole.LISTENER, AgeGroup.ADULT),
        (AccountRole.LISTENER, AgeGroup.TEEN),
        (AccountRole.MEMBER, AgeGroup.ADULT),
        (AccountRole.UNKNOWN, AgeGroup.UNKNOWN),
    ],
)
def test_whoever_holds_the_badge_is_held_by_haven_itself(role: AccountRole, age: AgeGroup) -> None:
    hold = making.held_badge(making.account(role=role, age_group=age, badges=[TEEN_BADGE]))

    sanction = hold.sanction
    assert state_of(hold) == WAITING
    assert (sanction.kind, sanction.decision, sanction.proposer) == (SanctionKind.TEEN_BADGE_HOLD, None, None)
    assert sanction.clause == "teen"
    assert hold.confirm_by - hold.held_at == timedelta(hours=1)
    entry = AuditEntry.objects.get(verb="hold.placed")
    assert (entry.actor_name, entry.policy_version) == ("Haven", 1)


def test_the_platform_is_told_at_once_with_a_notice(hold: Hold) -> None:
    (event,) = OutboxEvent.objects.all()
    assert (event.topic, event.account, event.payload["badge"]) == ("badge.held", hold.account, TEEN_BADGE)
    assert event.not_before <= clock.now()
    assert "an automatic check" in event.payload["notice"]
    assert making.PHONE not in str(event.payload)


def test_the_case_stands_before_all_others_and_says_why(hold: Hold) -> None:
    for _ in range(3):
        making.report(making.case(actor=making.listener(), other=making.teen(), score=1.0))

    first = Case.objects.open().most_urgent_first()[0]

    assert first == hold.case
    assert first.reasons[1] == f"badge held: confirm by {hold.confirm_by:%H:%M} UTC"


def test_screening_the_same_batch_again_holds_once(hold: Hold) -> None:
    Message.objects.update(screened_at=None)
    screen_batch()
    assert Hold.objects.count() == 1
    assert topics() == ["badge.held"]
    hold.case.refresh_from_db()
    assert sum("badge held" in reason for reason in hold.case.reasons) == 1


def test_what_was_lifted_is_not_held_again_for_what_was_known(hold: Hold, me: User) -> None:
    lift_hold(hold.pk, actor=me, reason="a helpline")
    Message.objects.update(screened_at=None)
    screen_batch()
    assert state_of(hold) == LIFTED
    assert Hold.objects.count() == 1


def test_what_is_new_holds_again(hold: Hold, me: User) -> None:
    lift_hold(hold.pk, actor=me, reason="a helpline")
    where = hold.case.conversation
    assert where
    making.message(hold.account, "or mail me: someone.else@gmail.com", within=where)
    screen_batch()
    assert [each.state for each in Hold.objects.order_by("pk")] == [HoldState.LIFTED, HoldState.WAITING]
    assert topics() == ["badge.held", "badge.restored", "badge.held"]


def test_a_finding_that_was_marked_as_wrong_holds_nothing(hold: Hold, me: User) -> None:
    mark_wrong(hold.case_id, hold.case.findings.get().pk, actor=me)
    lift_hold(hold.pk, actor=me, reason="a helpline")
    Hold.objects.update(state=HoldState.REPLACED)
    where = hold.case.conversation
    assert where
    making.message(hold.account, "how are you?", within=where)
    screen_batch()
    assert Hold.objects.count() == 1


def test_a_badge_held_in_two_cases_comes_back_with_the_second(hold: Hold, me: User) -> None:
    second = making.held_badge(hold.account)
    assert second.case != hold.case

    lift_hold(hold.pk, actor=me, reason="a helpline")
    assert state_of(second) == WAITING
    assert "badge.restored" not in topics()

    lift_hold(second.pk, actor=me, reason="that one too")
    assert state_of(second) == LIFTED
    assert topics() == ["badge.held", "badge.held", "badge.restored"]


def test_a_hold_is_no_earlier_sanction(hold: Hold) -> None:
    assert not Sanction.objects.that_counted().exists()


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


# Deciding.


def test_a_decision_has_to_say_what_becomes_of_the_badge(hold: Hold) -> None:
    with pytest.raises(Refused, match=f"badge of {hold.account} is held. Say what becomes of it"):
        decided(hold, "suspension:7")
    assert state_of(hold) == WAITING


def test_a_badge_is_not_removed_and_given_back(hold: Hold) -> None:
    with pytest.raises(Refused, match="removed and given back"):
        decided(hold, "teen_badge_removal", gives_back=(hold.account_id,))


def test_no_violation_lifts_the_hold(hold: Hold) -> None:
    decision = decided(hold)

    assert state_of(hold) == LIFTED
    assert decision.gives_back == [hold.account_id]
    restored = OutboxEvent.objects.get(topic="badge.restored")
    assert restored.not_before == decision.undo_until


def test_undoing_no_violation_holds_as_before_and_the_platform_hears_nothing(hold: Hold, me: User) -> None:
    confirm_hold(hold.pk, actor=me)
    decision = decided(hold, by=me)
    undo_decision(decision.pk, actor=me)

    assert state_of(hold) == CONFIRMED
    assert topics() == ["badge.held"]
    assert Case.objects.get().reasons[1] == "badge held until this is decided"

    decided(hold, by=me)
    assert state_of(hold) == LIFTED
    assert topics() == ["badge.held", "badge.restored"]


def test_an_education_notice_with_the_badge_given_back_is_in_force_at_once(hold: Hold) -> None:
    decided(hold, "education_notice", gives_back=(hold.account_id,))
    assert state_of(hold) == LIFTED
    assert topics() == ["badge.held", "badge.restored", "sanction.applied"]


def test_the_removal_replaces_the_hold_when_it_is_approved(hold: Hold) -> None:
    decision = decided(hold, "teen_badge_removal")
    assert state_of(hold) == CONFIRMED
    assert Sanction.objects.filter(kind=SanctionKind.TEEN_BADGE_HOLD).count() == 1, "it is not held twice"

    approve_decision(decision.pk, actor=making.senior())

    assert state_of(hold) == (HoldState.REPLACED, SanctionState.ENDED, False)
    assert Sanction.objects.get(kind=SanctionKind.TEEN_BADGE_HOLD).ended_how == EndedBy.REPLACEMENT
    assert topics() == ["badge.held", "badge.removed"]
    assert Account.objects.get(pk=hold.account_id).badges_removed == [TEEN_BADGE]


def test_while_the_removal_is_proposed_the_hold_is_not_lifted(hold: Hold) -> None:
    decided(hold, "teen_badge_removal")
    with pytest.raises(WrongMove, match="removal of this badge is proposed"):
        lift_hold(hold.pk, actor=making.senior(), reason="x")


def test_undoing_the_proposal_lets_the_hold_wait_for_the_same_time(hold: Hold, me: User) -> None:
    decision = decided(hold, "teen_badge_removal", by=me)
    undo_decision(decision.pk, actor=me)
    assert state_of(hold) == WAITING
    assert Hold.objects.get().confirm_by == hold.confirm_by
    assert topics() == ["badge.held"]


def test_a_proposal_gives_the_badge_back_only_once_it_is_approved(hold: Hold) -> None:
    decision = decided(hold, "suspension:7", gives_back=(hold.account_id,))
    assert state_of(hold) == CONFIRMED

    approve_decision(decision.pk, actor=making.senior())

    assert state_of(hold) == LIFTED
    assert topics() == ["badge.held", "badge.restored", "sanction.applied"]


def test_a_refusal_keeps_the_badge_held_and_asks_anew(hold: Hold) -> None:
    decision = decided(hold, "teen_badge_removal")
    escalate_hold(hold.pk)
    before = clock.now()
    refuse_decision(decision.pk, actor=making.senior(), note="the number is a helpline")

    assert state_of(hold) == WAITING
    assert Hold.objects.get().confirm_by >= before + timedelta(hours=1)
    assert topics() == ["badge.held"]
    assert Case.objects.get().reasons[1].startswith("badge held: confirm by")
    making.run_out(hold)
    assert escalate_holds() == 1


def test_a_badge_held_after_the_proposal_keeps_it_from_being_approved() -> None:
    ann, kim = making.listener(), making.teen()
    screened(ann, kim)
    case = Case.objects.get()
    decision = making.decided(case, "suspension:7")
    Account.objects.filter(pk=ann.pk).update(badges=[TEEN_BADGE])
    assert case.conversation
    making.message(ann, "or mail me: someone.else@gmail.com", within=case.conversation)
    screen_batch()

    with pytest.raises(Refused, match="has been held since this was proposed"):
        approve_decision(decision.pk, actor=making.senior())

    lift_hold(Hold.objects.get().pk, actor=making.senior(), reason="it is given back")
    approve_decision(decision.pk, actor=making.senior())
    assert Case.objects.get().state == CaseState.CLOSED
    assert not Hold.objects.open().exists()


def test_a_teen_who_wrote_long_before_is_still_the_other_one() -> None:
    ann, kim = making.listener(badges=[TEEN_BADGE]), making.teen()
    where = making.conversation(ann, kim)
    making.message(kim, "the nights are the worst", within=where)
    for _ in range(30):
        making.message(ann, "are you still there?", within=where)
    screen_batch()
    making.message(ann, f"text me on {making.PHONE} whenever", within=where)
    screen_batch()
    assert Hold.objects.get().account == ann
