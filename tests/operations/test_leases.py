"""Who may take a case, keep it, lose it."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Held, Missing, NotPermitted, Stale, WrongMove
from moderation.models import Case, clock
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


def test_expired_leases_are_given_back() -> None:
    case, kept = making.case(), making.case()
    for one in (case, kept):
        leases.claim_case(one.pk, actor=making.moderator())
    _run_out(case)
    assert leases.release_expired() == 1
    assert list(Case.objects.unheld()) == [case]
