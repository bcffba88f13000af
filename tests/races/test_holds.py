"""Holds and proposals under several hands at once. Real threads."""

from collections.abc import Callable

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import TEEN_BADGE, HoldState
from moderation.models import Account, Decision, Hold, OutboxEvent, Sanction, clock
from moderation.operations import leases
from moderation.operations.approvals import approve_decision, escalate_proposals, refuse_decision
from moderation.operations.decisions import decide_case
from moderation.operations.holds import confirm_hold, escalate_holds, lift_hold
from moderation.operations.screening import screen_batch
from tests import making
from tests.races.test_cases import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def is_held(account: Account) -> bool:
    account.refresh_from_db()
    return account.badges_held == [TEEN_BADGE]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_workers_that_screen_one_listener_hold_once_a_case(_round: int) -> None:
    """Three conversations of the same listener, screened by several workers in small batches."""
    ann = making.listener(badges=[TEEN_BADGE])
    for number in range(3):
        kim = making.teen()
        where = making.conversation(ann, kim)
        making.message(kim, "the nights are the worst", within=where)
        for more in range(4):
            making.message(ann, f"text me on +44 7700 9001{number}{more}", within=where)

    results = at_once(*[lambda: [screen_batch(limit=4) for _ in range(5)]] * 3)

    assert all(isinstance(result, list) for result in results)
    assert Hold.objects.count() == Sanction.objects.count() == OutboxEvent.objects.count() == 3
    assert is_held(ann)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_confirming_against_lifting(_round: int) -> None:
    """Whoever comes second is told; only lifting what has just been confirmed is still possible."""
    hold = making.held_badge()
    one, other = making.moderator(), making.senior()

    confirmed, lifted = at_once(
        lambda: confirm_hold(hold.pk, actor=one), lambda: lift_hold(hold.pk, actor=other, reason="x")
    )

    assert not isinstance(lifted, Refused)
    hold.refresh_from_db()
    assert hold.state == HoldState.LIFTED
    assert (hold.confirmed_at is None) is isinstance(confirmed, Refused)
    assert not is_held(hold.account)
    assert OutboxEvent.objects.filter(topic="badge.restored").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
@pytest.mark.parametrize("answer", [confirm_hold, lambda pk, actor: lift_hold(pk, actor=actor, reason="x")])
def test_two_who_answer_the_same(_round: int, answer: Callable[..., object]) -> None:
    hold = making.held_badge()
    people = [making.moderator(), making.moderator()]
    results = at_once(*(lambda who=who: answer(hold.pk, actor=who) for who in people))
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert AuditEntry.objects.filter(verb__in=["hold.confirmed", "hold.lifted"]).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_running_out_against_confirming(_round: int) -> None:
    hold = making.run_out(making.held_badge())
    person = making.moderator()
    at_once(lambda: confirm_hold(hold.pk, actor=person), escalate_holds, escalate_holds)
    hold.refresh_from_db()
    assert hold.state == HoldState.CONFIRMED
    assert AuditEntry.objects.filter(verb="hold.escalated").count() == (hold.escalated_at is not None)
    assert is_held(hold.account)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_deciding_against_lifting(_round: int) -> None:
    """A proposal of removal and a lift never both stand: the badge comes back, or the removal waits."""
    hold = making.held_badge()
    me, other = making.moderator(), making.senior()
    held = leases.claim_case(hold.case_id, actor=me)
    said = making.verdict(held, making.measured(hold.account, "teen_badge_removal"))

    decided, lifted = at_once(
        lambda: decide_case(held.pk, actor=me, verdict=said),
        lambda: lift_hold(hold.pk, actor=other, reason="x"),
    )

    assert isinstance(decided, Decision)
    assert is_held(hold.account), "by the hold, or by the proposal"
    hold.refresh_from_db()
    assert hold.state == (HoldState.CONFIRMED if isinstance(lifted, Refused) else HoldState.LIFTED)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_escalating_against_answering_a_proposal(_round: int) -> None:
    proposal = making.decided(
        making.case(actor=making.listener(badges=[TEEN_BADGE]), other=making.teen()), "teen_badge_removal"
    )
    Decision.objects.update(answer_by=clock.now())
    one, other = making.senior(), making.senior()
    results = at_once(
        lambda: approve_decision(proposal.pk, actor=one),
        lambda: refuse_decision(proposal.pk, actor=other, note="no"),
        escalate_proposals,
        escalate_proposals,
    )
    assert sum(isinstance(result, Refused) for result in results[:2]) == 1
    assert results[2] + results[3] == AuditEntry.objects.filter(verb="decision.escalated").count() <= 1
