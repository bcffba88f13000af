"""Taking all open cases of one person at once."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Held, Missing, NotPermitted, WrongMove
from moderation.domain.vocabulary import Ground
from moderation.models import Case, clock
from moderation.operations.leases import claim_case
from moderation.operations.together import claim_together
from moderation.queries.cases import own_case
from moderation.queries.together import MOST_TOGETHER
from tests import making

pytestmark = pytest.mark.django_db


def test_an_unknown_account_is_missing() -> None:
    with pytest.raises(Missing):
        claim_together(making.NOBODYS_ID, actor=making.moderator())


def test_an_auditor_takes_nothing() -> None:
    case = making.case()
    with pytest.raises(NotPermitted):
        claim_together(case.subject_id, actor=making.auditor())
    case.refresh_from_db()
    assert case.holder is None


def test_without_an_open_case_there_is_nothing_to_take() -> None:
    case = making.case()
    making.decided(case)
    with pytest.raises(WrongMove, match="No case of this person is open"):
        claim_together(case.subject_id, actor=making.moderator())


def test_when_others_hold_them_all_it_is_refused() -> None:
    case = making.case()
    claim_case(case.pk, actor=making.moderator())
    with pytest.raises(Held):
        claim_together(case.subject_id, actor=making.moderator())


def test_what_another_holds_stays_with_them_and_the_rest_is_taken() -> None:
    actor, me, colleague = making.account(), making.moderator(), making.moderator()
    calm, urgent, held = (
        making.case(actor=actor, ground=Ground.CONTACT_REQUESTED),
        making.case(actor=actor),
        making.case(actor=actor),
    )
    claim_case(held.pk, actor=colleague)

    claimed = claim_together(actor.pk, actor=me)

    assert (claimed.taken, claimed.held) == ((urgent, calm), (held,))
    held.refresh_from_db()
    assert held.holder == colleague
    assert AuditEntry.objects.filter(verb="case.claimed", details={"together_for": actor.pk}).count() == 2


def test_what_was_handed_to_another_stays_with_them() -> None:
    actor, me, colleague = making.account(), making.moderator(), making.moderator()
    handed, mine = making.case(actor=actor), making.case(actor=actor)
    Case.objects.filter(pk=handed.pk).update(handed_to=colleague)
    Case.objects.filter(pk=mine.pk).update(handed_to=me)

    assert claim_together(actor.pk, actor=me).taken == (mine,)


def test_a_case_where_the_account_was_only_there_is_left_alone() -> None:
    actor = making.account()
    making.case(other=actor)
    mine = making.case(actor=actor)

    assert claim_together(actor.pk, actor=making.moderator()).taken == (mine,)


def test_ones_own_lease_keeps_its_token_and_others_get_a_new_one() -> None:
    actor, me = making.account(), making.moderator()
    mine, free = making.case(actor=actor), making.case(actor=actor)
    token = claim_case(mine.pk, actor=me).lease_token

    taken = {case.pk: case for case in claim_together(actor.pk, actor=me).taken}

    assert (taken[mine.pk].lease_token, taken[free.pk].lease_token) == (token, 1)


def test_a_lease_that_ran_out_does_not_stand_in_the_way() -> None:
    case = making.case()
    claim_case(case.pk, actor=making.moderator())
    Case.objects.update(lease_expires_at=making.NOON)

    assert claim_together(case.subject_id, actor=making.moderator()).taken == (case,)


def test_the_last_case_is_still_ones_own_when_its_turn_comes() -> None:
    actor, me = making.account(), making.moderator()
    for _ in range(3):
        making.case(actor=actor)

    taken = claim_together(actor.pk, actor=me).taken

    now = clock.now()
    left = [case.lease_expires_at - now for case in taken if case.lease_expires_at]
    assert [round(one / timedelta(minutes=1)) for one in left] == [4, 8, 12]
    assert own_case(me, besides=taken[0].pk) == taken[1].pk


def test_nobody_takes_more_than_they_can_keep_in_mind() -> None:
    actor = making.account()
    for _ in range(MOST_TOGETHER + 1):
        making.case(actor=actor)

    assert len(claim_together(actor.pk, actor=making.moderator()).taken) == MOST_TOGETHER


def test_other_accounts_of_the_person_are_reached_by_whoever_may_know_of_them_only() -> None:
    one, other = making.account(person="p"), making.account(person="p")
    first, second = making.case(actor=one), making.case(actor=other)

    assert claim_together(one.pk, actor=making.moderator()).taken == (first,)
    Case.objects.update(holder=None, lease_expires_at=None)
    assert set(claim_together(one.pk, actor=making.admin()).taken) == {first, second}


def test_accounts_without_a_person_are_not_one_person() -> None:
    one, other = making.account(), making.account()
    first = making.case(actor=one)
    making.case(actor=other)

    assert claim_together(one.pk, actor=making.admin()).taken == (first,)
