"""The second signature."""

import pytest

from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import (
    TEEN_BADGE,
    CaseState,
    DecisionState,
    EndedBy,
    SanctionKind,
    SanctionState,
)
from moderation.models import Decision, OutboxEvent, Sanction
from moderation.operations.approvals import approve_decision, refuse_decision
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
