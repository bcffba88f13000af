"""Who may take a case, keep it, lose it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, User
from accounts.operations import save_preferences
from accounts.preferences import Preferences
from moderation.domain.refusals import Held, Missing, NotPermitted, Stale, WrongMove
from moderation.domain.vocabulary import Lane
from moderation.models import Case, Skip, clock
from moderation.operations import leases
from tests import making

pytestmark = pytest.mark.django_db


def _run_out(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(lease_expires_at=making.NOON)


def test_an_auditor_may_not_claim() -> None:
    case = making.case()
    with pytest.raises(NotPermitted):
        leases.claim_case(case.pk, actor=making.auditor())
    with pytest.raises(NotPermitted):
        leases.claim_next(actor=making.auditor())


def test_an_unknown_case_is_missing() -> None:
    with pytest.raises(Missing):
        leases.claim_case(making.NOBODYS_ID, actor=making.moderator())


def test_a_case_held_by_another_is_refused_by_name() -> None:
    case, first = making.case(), making.moderator(name="Robin")
    leases.claim_case(case.pk, actor=first)
    with pytest.raises(Held, match="Robin is working on this case"):
        leases.claim_case(case.pk, actor=making.moderator())


def test_a_closed_case_cannot_be_claimed() -> None:
    case = making.case()
    making.decided(case)
    with pytest.raises(WrongMove):
        leases.claim_case(case.pk, actor=making.moderator())


def test_claiming_again_renews_and_keeps_the_token() -> None:
    case, me = making.case(), making.moderator()
    first = leases.claim_case(case.pk, actor=me)
    again = leases.claim_case(case.pk, actor=me)
    assert again.lease_token == first.lease_token
    assert AuditEntry.objects.filter(verb="case.claimed").count() == 1


def test_a_lease_that_ran_out_goes_to_whoever_comes_next_with_a_new_token() -> None:
    case = making.case()
    first = leases.claim_case(case.pk, actor=making.moderator())
    _run_out(case)
    second = leases.claim_case(case.pk, actor=making.moderator())
    assert second.lease_token == first.lease_token + 1


def test_renewing_a_lost_lease_is_stale() -> None:
    case, first, second = making.case(), making.moderator(), making.moderator(name="Robin")
    token = leases.claim_case(case.pk, actor=first).lease_token
    leases.take_over(case.pk, actor=second)
    with pytest.raises(Stale, match="Robin has this case now"):
        leases.renew_lease(case.pk, actor=first, token=token)


def test_renewing_prolongs() -> None:
    case, me = making.case(), making.moderator()
    held = leases.claim_case(case.pk, actor=me)
    _run_out(case)
    renewed = leases.renew_lease(case.pk, actor=me, token=held.lease_token)
    assert renewed.lease_expires_at is not None
    assert renewed.lease_expires_at > making.NOON


def _left(case: Case) -> timedelta:
    case.refresh_from_db()
    assert case.lease_expires_at is not None
    return case.lease_expires_at - clock.now()


def test_a_lease_lasts_from_when_the_person_last_did_something() -> None:
    case, me = making.case(), making.moderator()
    held = leases.claim_case(case.pk, actor=me)
    Case.objects.filter(pk=case.pk).update(lease_expires_at=clock.now() + timedelta(seconds=60))

    leases.renew_lease(case.pk, actor=me, token=held.lease_token, idle=timedelta(seconds=100))

    assert timedelta(seconds=130) < _left(case) <= timedelta(seconds=140)


@pytest.mark.parametrize("idle", [timedelta(seconds=200), timedelta(days=1), timedelta(seconds=10**9)])
def test_renewing_never_shortens(idle: timedelta) -> None:
    case, me = making.case(), making.moderator()
    held = leases.claim_case(case.pk, actor=me)

    kept = leases.renew_lease(case.pk, actor=me, token=held.lease_token, idle=idle)

    assert kept.lease_expires_at == held.lease_expires_at


def test_whoever_was_away_for_four_minutes_gets_nothing_back() -> None:
    case, me = making.case(), making.moderator()
    held = leases.claim_case(case.pk, actor=me)
    _run_out(case)
    with pytest.raises(Stale, match="ran out"):
        leases.renew_lease(case.pk, actor=me, token=held.lease_token, idle=timedelta(seconds=240))
    assert leases.renew_lease(case.pk, actor=me, token=held.lease_token, idle=timedelta(seconds=200)).holder == me


def test_releasing_gives_back_only_ones_own() -> None:
    case, first, second = making.case(), making.moderator(), making.moderator()
    token = leases.claim_case(case.pk, actor=first).lease_token
    assert leases.release_case(case.pk, actor=second, token=token).holder == first
    assert leases.release_case(case.pk, actor=first, token=token).holder is None


def test_what_was_released_is_not_renewed_by_a_page_that_was_just_asking() -> None:
    case, me = making.case(), making.moderator()
    token = leases.claim_case(case.pk, actor=me).lease_token
    leases.release_case(case.pk, actor=me, token=token)
    with pytest.raises(Stale):
        leases.renew_lease(case.pk, actor=me, token=token)


def test_when_one_of_two_windows_goes_the_other_keeps_the_case() -> None:
    case, me = making.case(), making.moderator()
    token = leases.claim_case(case.pk, actor=me).lease_token
    assert leases.release_case(case.pk, actor=me, token=token, leaving=True).holder is None
    assert leases.renew_lease(case.pk, actor=me, token=token).holder == me


def test_taking_over_is_recorded_with_whom_it_was_taken_from() -> None:
    case, first, second = making.case(), making.moderator(), making.moderator()
    leases.claim_case(case.pk, actor=first)
    leases.take_over(case.pk, actor=second)
    assert AuditEntry.objects.get(verb="case.taken_over").details == {"taken_from": first.pk}


def test_next_is_the_most_urgent_that_nobody_holds() -> None:
    making.case(score=0.6)
    urgent = making.case(actor=making.listener(), other=making.teen())
    assert leases.claim_next(actor=making.moderator()) == urgent
    second = leases.claim_next(actor=making.moderator())
    assert second is not None
    assert second != urgent
    assert leases.claim_next(actor=making.moderator()) is None


def next_of(person: User) -> Case | None:
    return leases.claim_next(actor=person)


def urgent(**given: Any) -> Case:
    """A critical case."""
    made = making.case(actor=making.listener(), other=making.teen())
    Case.objects.filter(pk=made.pk).update(**given)
    return made


def test_next_is_nothing_put_off_handed_to_another_or_raised_to_others() -> None:
    ahead = clock.now() + timedelta(hours=1)
    put_off = urgent(waits_until=ahead)
    robin = making.moderator()
    theirs = urgent(handed_to=robin)
    raised = [urgent(lane=lane) for lane in (Lane.SENIOR, Lane.CRISIS, Lane.SAFEGUARDING)]
    mine = making.case(score=0.6)
    me, boss, chief = making.moderator(), making.senior(), making.admin()

    assert (next_of(me), next_of(me)) == (mine, None)
    assert [next_of(boss), next_of(chief), next_of(boss), next_of(boss)] == [*raised, None]

    Case.objects.filter(pk=put_off.pk).update(waits_until=clock.now())
    assert next_of(me) == put_off
    assert [next_of(robin), next_of(robin)] == [theirs, None]


def test_what_was_handed_to_one_comes_first() -> None:
    urgent()
    me = making.moderator()
    calm = making.case(score=0.6)
    Case.objects.filter(pk=calm.pk).update(handed_to=me)

    assert next_of(me) == calm


def test_after_three_critical_cases_comes_another_if_there_is_one() -> None:
    hard = [urgent() for _ in range(5)]
    me = making.moderator()
    taken = [next_of(me) for _ in range(3)]
    calm, calmer = making.case(score=0.9), making.case(score=0.6)

    assert taken == hard[:3]
    assert [next_of(me), next_of(me)] == [calm, hard[3]]
    assert next_of(making.moderator()) == hard[4]
    assert next_of(me) == calmer


@pytest.mark.parametrize(("most", "third"), [(1, "calm"), (2, "calm"), (0, "hard")])
def test_everybody_says_how_many_critical_cases_in_a_row_they_bear(most: int, third: str) -> None:
    hard = [urgent() for _ in range(3)]
    me = making.moderator()
    save_preferences(me.pk, actor=me, wanted=Preferences(most_critical_in_a_row=most))
    me.refresh_from_db()
    taken = [next_of(me) for _ in range(most or 2)]
    calm = making.case(score=0.6)

    assert taken == hard[: most or 2]
    assert next_of(me) == {"calm": calm, "hard": hard[2]}[third]


def test_what_was_handed_to_somebody_else_is_anybodys_once_it_is_past_due() -> None:
    me, robin = making.moderator(), making.moderator()
    case = urgent(handed_to=robin)

    assert next_of(me) is None
    Case.objects.filter(pk=case.pk).update(due_at=clock.now())
    assert next_of(me) == case


def test_without_another_the_critical_ones_go_on() -> None:
    hard = [urgent() for _ in range(4)]
    me = making.moderator()

    assert [next_of(me) for _ in range(4)] == hard


def test_choosing_costs_the_same_however_many_wait() -> None:
    me = making.moderator()
    for _ in range(3):
        urgent()
        next_of(me)
    urgent()
    with CaptureQueriesContext(connection) as few:
        next_of(me)
    for _ in range(20):
        urgent()
    with CaptureQueriesContext(connection) as many:
        next_of(me)

    assert len(few) == len(many)


def test_an_auditor_may_not_skip() -> None:
    with pytest.raises(NotPermitted):
        leases.skip_case(making.case().pk, actor=making.auditor(), token=0)


def test_what_is_not_there_cannot_be_skipped() -> None:
    with pytest.raises(Missing):
        leases.skip_case(making.NOBODYS_ID, actor=making.moderator(), token=0)


def test_skipping_with_a_lost_lease_takes_the_case_from_nobody() -> None:
    case, first, second = making.case(), making.moderator(), making.moderator()
    token = leases.claim_case(case.pk, actor=first).lease_token
    leases.take_over(case.pk, actor=second)

    leases.skip_case(case.pk, actor=first, token=token)

    case.refresh_from_db()
    assert case.holder == second


def test_a_skipped_case_goes_to_others_and_never_comes_back() -> None:
    hard, calm = urgent(), making.case(score=0.6)
    me = making.moderator()
    held = next_of(me)
    assert held == hard

    assert leases.skip_case(hard.pk, actor=me, token=held.lease_token) == calm
    assert leases.skip_case(hard.pk, actor=me, token=held.lease_token) is None
    assert next_of(making.moderator()) == hard

    assert Skip.objects.get().case == hard
    verbs = AuditEntry.objects.filter(actor_id=me.pk).order_by("pk").values_list("verb", "target_id")
    assert list(verbs)[:3] == [
        ("case.claimed", str(hard.pk)),
        ("case.skipped", str(hard.pk)),
        ("case.claimed", str(calm.pk)),
    ]


def test_skipping_what_was_handed_to_one_gives_it_to_everybody() -> None:
    case, me = making.case(), making.moderator()
    Case.objects.filter(pk=case.pk).update(handed_to=me)
    token = leases.claim_case(case.pk, actor=me).lease_token

    assert leases.skip_case(case.pk, actor=me, token=token) is None
    assert next_of(making.moderator()) == case


def test_expired_leases_are_given_back() -> None:
    case, kept = making.case(), making.case()
    for one in (case, kept):
        leases.claim_case(one.pk, actor=making.moderator())
    _run_out(case)
    assert leases.release_expired() == 1
    assert list(Case.objects.unheld()) == [case]
