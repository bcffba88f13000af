"""Deciding a case of which a badge is held: the decision says what becomes of it, and undoing puts it back."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from moderation.domain.refusals import Refused, WrongMove
from moderation.domain.vocabulary import TEEN_BADGE, CaseState, EndedBy, HoldState, SanctionKind, SanctionState
from moderation.models import Account, Case, Decision, Hold, OutboxEvent, Sanction, clock
from moderation.operations.approvals import approve_decision, refuse_decision
from moderation.operations.decisions import decide_case, undo_decision
from moderation.operations.holds import confirm_hold, escalate_hold, escalate_holds, lift_hold
from moderation.operations.leases import claim_case
from moderation.operations.screening import screen_batch
from tests import making
from tests.operations.holds.badges import CONFIRMED, LIFTED, WAITING, screened, state_of, topics

pytestmark = pytest.mark.django_db


def decided(hold: Hold, *codes: str, by: User | None = None, **given: Any) -> Decision:
    by = by or making.moderator()
    held = claim_case(hold.case_id, actor=by)
    said = making.verdict(held, *(making.measured(hold.account, code) for code in codes), **given)
    return decide_case(held.pk, actor=by, verdict=said)


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
