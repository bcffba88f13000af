"""The second signature."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import (
    TEEN_BADGE,
    CaseState,
    DecisionState,
    EndedBy,
    Lane,
    SanctionKind,
    SanctionState,
)
from moderation.models import Decision, OutboxEvent, Sanction, Skip, clock
from moderation.operations.approvals import (
    approve_decision,
    escalate_proposal,
    escalate_proposals,
    refuse_decision,
)
from moderation.operations.decisions import undo_decision
from moderation.operations.leases import claim_next
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def proposal() -> Decision:
    ann = making.listener(badges=[TEEN_BADGE])
    case = making.case(actor=ann, other=making.teen())
    decision = making.decided(case, "teen_badge_removal", "suspension:30", by=making.senior())
    assert isinstance(decision, Decision)
    return decision


def test_an_unknown_decision_is_missing() -> None:
    with pytest.raises(Missing):
        approve_decision(making.NOBODYS_ID, actor=making.senior())


def test_a_moderator_may_not_sign(proposal: Decision) -> None:
    with pytest.raises(NotPermitted):
        approve_decision(proposal.pk, actor=making.moderator())


def test_the_proposer_may_not_sign_though_a_senior(proposal: Decision) -> None:
    with pytest.raises(NotPermitted, match="second person"):
        approve_decision(proposal.pk, actor=proposal.decided_by)
    with pytest.raises(NotPermitted, match="second person"):
        refuse_decision(proposal.pk, actor=proposal.decided_by, note="no")


def test_refusing_needs_a_note(proposal: Decision) -> None:
    with pytest.raises(Refused, match="Say why"):
        refuse_decision(proposal.pk, actor=making.senior(), note="  ")


def test_what_was_answered_cannot_be_answered_again(proposal: Decision) -> None:
    approve_decision(proposal.pk, actor=making.senior())
    with pytest.raises(WrongMove):
        refuse_decision(proposal.pk, actor=making.senior(), note="too late")


def test_approving_puts_everything_in_force_and_ends_the_hold(proposal: Decision) -> None:
    signer = making.senior()
    approve_decision(proposal.pk, actor=signer)

    by_kind = {sanction.kind: sanction for sanction in Sanction.objects.all()}
    hold = by_kind[SanctionKind.TEEN_BADGE_HOLD]
    assert (hold.state, hold.ended_how) == (SanctionState.ENDED, EndedBy.REPLACEMENT)
    for kind in (SanctionKind.TEEN_BADGE_REMOVAL, SanctionKind.SUSPENSION):
        assert (by_kind[kind].state, by_kind[kind].approver) == (SanctionState.IN_FORCE, signer)
    account = proposal.case.subject
    account.refresh_from_db()
    assert (account.badges_removed, account.badges_held, account.suspended) == ([TEEN_BADGE], [], True)
    proposal.case.refresh_from_db()
    assert proposal.case.state == CaseState.CLOSED
    assert list(OutboxEvent.objects.order_by("id").values_list("topic", flat=True)) == [
        "badge.held",
        "badge.removed",
        "sanction.applied",
    ]


def test_refusing_gives_the_badge_back_and_the_case_to_the_queue(proposal: Decision) -> None:
    refuse_decision(proposal.pk, actor=making.senior(), note="the number is a helpline")

    proposal.refresh_from_db()
    proposal.case.refresh_from_db()
    assert (proposal.state, proposal.answer_note) == (DecisionState.REFUSED, "the number is a helpline")
    assert proposal.case.state == CaseState.OPEN
    account = proposal.case.subject
    account.refresh_from_db()
    assert (account.badges_removed, account.badges_held, account.suspended) == ([], [], False)
    assert list(OutboxEvent.objects.order_by("id").values_list("topic", flat=True)) == ["badge.held", "badge.restored"]


def test_refusing_offers_the_case_first_to_whoever_proposed_it(proposal: Decision) -> None:
    refuse_decision(proposal.pk, actor=making.senior(), note="the number is a helpline")

    taken = claim_next(actor=proposal.decided_by)
    assert taken == proposal.case
    assert taken.handed_to == proposal.decided_by


def test_whoever_found_the_case_too_close_is_not_offered_it_again(proposal: Decision) -> None:
    Skip.objects.create(case=proposal.case, person=proposal.decided_by, too_close=True)
    refuse_decision(proposal.pk, actor=making.senior(), note="no")
    proposal.case.refresh_from_db()
    assert proposal.case.handed_to is None


def overdue(proposal: Decision) -> Decision:
    Decision.objects.filter(pk=proposal.pk).update(answer_by=clock.now() - timedelta(seconds=1))
    return proposal


def test_a_proposal_says_by_when_it_is_to_be_answered(proposal: Decision) -> None:
    assert proposal.answer_by == proposal.decided_at + timedelta(minutes=240)


def test_a_proposal_with_time_left_does_not_escalate(proposal: Decision) -> None:
    assert escalate_proposals() == 0
    assert not escalate_proposal(proposal.pk)


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_proposal_that_was_answered_does_not_escalate(proposal: Decision, is_approved: bool) -> None:
    overdue(proposal)
    if is_approved:
        approve_decision(proposal.pk, actor=making.senior())
    else:
        refuse_decision(proposal.pk, actor=making.senior(), note="no")
    assert not escalate_proposal(proposal.pk)


def test_a_proposal_without_an_answer_escalates_once_and_keeps_waiting(proposal: Decision) -> None:
    overdue(proposal)

    assert (escalate_proposals(), escalate_proposals()) == (1, 0)

    proposal.refresh_from_db()
    proposal.case.refresh_from_db()
    assert (proposal.state, proposal.case.state) == (DecisionState.PROPOSED, CaseState.PROPOSED)
    assert proposal.case.lane == Lane.SENIOR
    assert AuditEntry.objects.get(verb="decision.escalated").actor_name == "Haven"
    assert list(OutboxEvent.objects.values_list("topic", flat=True)) == ["badge.held"]

    approve_decision(proposal.pk, actor=making.senior())
    assert Sanction.objects.in_force().count() == 2


def test_a_refusal_answers_the_escalation_and_the_case_is_anybodys(proposal: Decision) -> None:
    escalate_proposal(overdue(proposal).pk)
    refuse_decision(proposal.pk, actor=making.senior(), note="no")
    proposal.case.refresh_from_db()
    assert proposal.case.lane == Lane.ORDINARY


def test_a_refused_or_approved_proposal_takes_nothing_else(proposal: Decision) -> None:
    refuse_decision(proposal.pk, actor=making.senior(), note="no")
    for act in (
        lambda: approve_decision(proposal.pk, actor=making.senior()),
        lambda: refuse_decision(proposal.pk, actor=making.senior(), note="again"),
        lambda: undo_decision(proposal.pk, actor=proposal.decided_by),
    ):
        with pytest.raises(WrongMove):
            act()
