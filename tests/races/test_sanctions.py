"""Admins, the clock and whoever decided, all at one sanction. Real threads."""

from datetime import timedelta
from uuid import uuid4

import pytest

from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import ChangeState, Deed, SanctionState
from moderation.models import Account, Decision, OutboxEvent, Sanction, SanctionChange, clock
from moderation.operations.changing import Wanted, approve_change, change_sanction, refuse_change
from moderation.operations.decisions import undo_decision
from moderation.operations.sanctions import expire_sanction
from tests import making
from tests.operations.test_changing import change, end_of, suspension, wanted
from tests.operations.test_sanctions import _run_out as run_out
from tests.races.test_cases import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_form_sent_many_times_extends_once(_round: int) -> None:
    sanction, boss, form = suspension(), making.admin(), Wanted(Deed.EXTEND, "x", uuid4(), 7)

    at_once(*(lambda: change_sanction(sanction.pk, actor=boss, wanted=form) for _ in range(3)))

    assert Sanction.objects.get().ends_at == end_of(sanction) + timedelta(days=7)
    assert SanctionChange.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_admins_on_what_both_have_seen_change_it_once(_round: int) -> None:
    sanction = suspension()
    seen, people = sanction.seen, [making.admin(), making.admin()]

    results = at_once(
        *(
            lambda who=who: change_sanction(sanction.pk, actor=who, wanted=wanted(Deed.EXTEND, 7), seen=seen)
            for who in people
        )
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Sanction.objects.get().ends_at == end_of(sanction) + timedelta(days=7)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_extending_against_expiry_is_one_or_the_other(_round: int) -> None:
    sanction, boss = suspension(), making.admin()
    run_out(sanction)

    at_once(
        lambda: change_sanction(sanction.pk, actor=boss, wanted=wanted(Deed.EXTEND, 7)),
        lambda: expire_sanction(sanction.pk),
    )

    assert Sanction.objects.get().state == SanctionState.ENDED
    assert not Account.objects.get(pk=sanction.account_id).suspended
    assert OutboxEvent.objects.filter(topic="sanction.lifted").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_proposal_gets_one_answer(_round: int) -> None:
    proposed = change(suspension(), Deed.PERMANENT)
    one, two = making.senior(), making.admin()

    results = at_once(
        lambda: approve_change(proposed.pk, actor=one), lambda: refuse_change(proposed.pk, actor=two, note="no")
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    proposed.refresh_from_db()
    assert Sanction.objects.get().permanent is (proposed.state == ChangeState.DONE)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_lifting_against_undoing_leaves_nothing_half_done(_round: int) -> None:
    by, boss = making.moderator(), making.admin()
    decision = making.decided(making.case(), "suspension:7", by=by)
    Decision.objects.filter(pk=decision.pk).update(undo_until=clock.now() + timedelta(hours=1))
    sanction = decision.sanctions.get()

    results = at_once(
        lambda: change_sanction(sanction.pk, actor=boss, wanted=wanted(Deed.LIFT)),
        lambda: undo_decision(decision.pk, actor=by),
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert not Account.objects.get(pk=sanction.account_id).suspended
    undone = Decision.objects.get().state == "undone"
    topics = OutboxEvent.objects.filter(sanction=sanction).exclude(state="cancelled").values_list("topic", flat=True)
    assert list(topics.order_by("id")) == ([] if undone else ["sanction.applied", "sanction.lifted"])
