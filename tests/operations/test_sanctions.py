"""Lifting and expiring: one sanction ends, and the account's standing follows from those that are left."""

from datetime import timedelta

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import EndedBy, SanctionState
from moderation.models import OutboxEvent, Sanction, clock
from moderation.operations.sanctions import expire_sanctions, lift_sanction
from tests import making

pytestmark = pytest.mark.django_db


def _suspension(account=None, code: str = "suspension:7") -> Sanction:
    making.decided(making.case(actor=account), code)
    return Sanction.objects.latest("id")


def _run_out(sanction: Sanction) -> None:
    now = clock.now()
    Sanction.objects.filter(pk=sanction.pk).update(
        starts_at=now - timedelta(days=8), ends_at=now - timedelta(seconds=1)
    )


def test_an_unknown_sanction_is_missing() -> None:
    with pytest.raises(Missing):
        lift_sanction(making.NOBODYS_ID, actor=making.admin(), reason="x")


def test_a_moderator_may_not_lift() -> None:
    with pytest.raises(NotPermitted):
        lift_sanction(_suspension().pk, actor=making.moderator(), reason="x")


def test_lifting_needs_a_reason() -> None:
    with pytest.raises(Refused, match="Say why"):
        lift_sanction(_suspension().pk, actor=making.admin(), reason=" ")


def test_what_has_ended_cannot_be_lifted() -> None:
    sanction = _suspension()
    lift_sanction(sanction.pk, actor=making.admin(), reason="a mistake")
    with pytest.raises(WrongMove):
        lift_sanction(sanction.pk, actor=making.admin(), reason="again")


def test_lifting_frees_the_account_and_tells_the_platform() -> None:
    sanction = _suspension()
    boss = making.admin()
    lift_sanction(sanction.pk, actor=boss, reason="a mistake")

    sanction.refresh_from_db()
    assert (sanction.state, sanction.ended_how, sanction.ended_by) == (SanctionState.ENDED, EndedBy.LIFTING, boss)
    assert not sanction.account.suspended
    assert OutboxEvent.objects.latest("id").topic == "sanction.lifted"


def test_another_suspension_still_suspends() -> None:
    account = making.account()
    first = _suspension(account)
    second = _suspension(account, "suspension:30")
    lift_sanction(first.pk, actor=making.admin(), reason="a mistake")
    account.refresh_from_db()
    assert (account.suspended, account.suspended_until) == (True, second.ends_at)


def test_only_what_has_run_out_expires_and_the_record_names_the_system() -> None:
    due, later = _suspension(), _suspension()
    _run_out(due)

    assert expire_sanctions() == 1

    due.refresh_from_db()
    later.refresh_from_db()
    assert (due.state, due.ended_how, due.ended_by) == (SanctionState.ENDED, EndedBy.EXPIRY, None)
    assert later.state == SanctionState.IN_FORCE
    assert not due.account.suspended
    assert AuditEntry.objects.get(verb="sanction.expired").actor_name == "Haven"
    assert expire_sanctions() == 0


def test_the_end_of_an_education_notice_is_told_to_nobody() -> None:
    notice = _suspension(code="education_notice")
    events = OutboxEvent.objects.count()
    _run_out(notice)
    expire_sanctions()
    assert OutboxEvent.objects.count() == events


def test_what_is_more_than_one_round_takes_is_ended_in_the_next() -> None:
    for _ in range(3):
        _run_out(_suspension())

    assert [expire_sanctions(limit=2) for _ in range(3)] == [2, 1, 0]
