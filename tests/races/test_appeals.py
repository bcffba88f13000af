"""Appeals at the same moment as each other, as lifting and as running out. Real threads on real connections."""

from datetime import timedelta

import pytest

from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import AppealState, EndedBy, SanctionState
from moderation.models import Account, Appeal, OutboxEvent, Sanction, clock
from moderation.operations.hearing import hear_appeal, undo_hearing, write_first_view
from moderation.operations.sanctions import expire_sanction, lift_sanction
from tests import making
from tests.operations.test_appeals import VIEW, ruling, viewed
from tests.races.test_cases import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def told_end(sanction: Sanction) -> int:
    return OutboxEvent.objects.filter(topic="sanction.lifted", account=sanction.account_id).count()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_appeals_against_one_sanction(_round: int) -> None:
    sanction = making.sanction()
    results = at_once(*(lambda: making.appeal(sanction) for _ in range(3)))
    assert sum(isinstance(result, Refused) for result in results) == 2
    assert Appeal.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_hear_one_appeal(_round: int) -> None:
    appeal, first = viewed()
    _, second = viewed(appeal)
    results = at_once(
        lambda: hear_appeal(appeal.pk, actor=first, ruling=ruling(AppealState.OVERTURNED), seen=appeal.stamp),
        lambda: hear_appeal(appeal.pk, actor=second, ruling=ruling(), seen=appeal.stamp),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert OutboxEvent.objects.filter(topic="appeal.decided").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_first_view_however_often_it_is_sent(_round: int) -> None:
    appeal, person = making.appeal(), making.senior()
    results = at_once(*(lambda: write_first_view(appeal.pk, actor=person, text=VIEW) for _ in range(3)))
    assert len({view.pk for view in results}) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_overturning_while_an_admin_lifts(_round: int) -> None:
    appeal, person = viewed()
    at_once(
        lambda: hear_appeal(appeal.pk, actor=person, ruling=ruling(AppealState.OVERTURNED), seen=appeal.stamp),
        lambda: lift_sanction(appeal.sanction_id, actor=making.admin(), reason="a mistake"),
    )
    sanction = Sanction.objects.get(pk=appeal.sanction_id)
    decided = Appeal.objects.get(pk=appeal.pk).state == AppealState.OVERTURNED
    assert (sanction.state, told_end(sanction)) == (SanctionState.ENDED, 1)
    assert sanction.ended_how == (EndedBy.APPEAL if decided else EndedBy.LIFTING)
    assert not Account.objects.get(pk=sanction.account_id).suspended


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_overturning_while_it_runs_out(_round: int) -> None:
    now = clock.now()
    sanction = making.sanction()
    begun = now - timedelta(days=8)
    Sanction.objects.filter(pk=sanction.pk).update(starts_at=begun, ends_at=now - timedelta(seconds=1))
    appeal, person = viewed(making.appeal(sanction))
    appeal = Appeal.objects.get(pk=appeal.pk)
    at_once(
        lambda: hear_appeal(appeal.pk, actor=person, ruling=ruling(AppealState.OVERTURNED), seen=appeal.stamp),
        lambda: expire_sanction(sanction.pk),
    )
    assert (Sanction.objects.get(pk=sanction.pk).state, told_end(sanction)) == (SanctionState.ENDED, 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_appealing_while_it_is_lifted(_round: int) -> None:
    sanction = making.sanction()
    appeal, _ = at_once(
        lambda: making.appeal(sanction), lambda: lift_sanction(sanction.pk, actor=making.admin(), reason="a mistake")
    )
    assert appeal.state == AppealState.OPEN
    assert not Account.objects.get(pk=sanction.account_id).suspended


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_undoing_twice(_round: int) -> None:
    appeal, person = viewed()
    hear_appeal(appeal.pk, actor=person, ruling=ruling(AppealState.OVERTURNED), seen=appeal.stamp)
    results = at_once(*(lambda: undo_hearing(appeal.pk, actor=person) for _ in range(2)))
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Account.objects.get(pk=appeal.sanction.account_id).suspended
