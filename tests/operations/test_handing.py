"""Putting a case off, handing it on, handing it over: who may not, what cannot be, then what becomes of the case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import Lane, Severity
from moderation.models import Case, Note, Skip, clock
from moderation.operations import handing, leases
from moderation.operations.escalating import raise_case
from tests import making

pytestmark = pytest.mark.django_db

Letting = Callable[..., Case]


def _put_off(case_id: int, **given: Any) -> Case:
    return handing.put_off(case_id, until=clock.now() + timedelta(hours=1), note="waits for an answer", **given)


def _hand_to(case_id: int, **given: Any) -> Case:
    return handing.hand_to(case_id, person_id=making.moderator().pk, note="you know them", **given)


def _hand_to_seniors(case_id: int, **given: Any) -> Case:
    return handing.hand_to_seniors(case_id, note="beyond me", **given)


EVERY = pytest.mark.parametrize("let_go", [_put_off, _hand_to, _hand_to_seniors, handing.hand_over])


@pytest.fixture
def me() -> User:
    return making.moderator(name="Robin")


@pytest.fixture
def held(me: User) -> Case:
    return leases.claim_case(making.case().pk, actor=me)


@EVERY
def test_an_auditor_may_not(let_go: Letting, held: Case) -> None:
    with pytest.raises(NotPermitted):
        let_go(held.pk, actor=making.auditor(), token=held.lease_token)


@EVERY
def test_an_unknown_case_is_missing(let_go: Letting, me: User) -> None:
    with pytest.raises(Missing):
        let_go(making.NOBODYS_ID, actor=me, token=1)


@EVERY
def test_only_whoever_holds_the_case_lets_it_go(let_go: Letting, held: Case, me: User) -> None:
    leases.take_over(held.pk, actor=making.senior(name="Ash"))

    with pytest.raises(Stale, match="Ash has this case now"):
        let_go(held.pk, actor=me, token=held.lease_token)
    held.refresh_from_db()
    assert held.holder is not None
    assert not Note.objects.exists()
    assert not Skip.objects.exists()


@EVERY
def test_a_lease_that_ran_out_lets_nothing_go(let_go: Letting, held: Case, me: User) -> None:
    Case.objects.filter(pk=held.pk).update(lease_expires_at=making.NOON)
    with pytest.raises(Stale, match="ran out"):
        let_go(held.pk, actor=me, token=held.lease_token)


@EVERY
def test_no_page_that_is_still_open_renews_what_was_let_go(let_go: Letting, held: Case, me: User) -> None:
    let_go(held.pk, actor=me, token=held.lease_token)

    with pytest.raises(Stale):
        leases.renew_lease(held.pk, actor=me, token=held.lease_token)
    held.refresh_from_db()
    assert held.holder is None
    assert held.lease_expires_at is None


@pytest.mark.parametrize("note", ["", " \n\t"])
def test_without_a_note_nothing_waits_and_nobody_gets_it(held: Case, me: User, note: str) -> None:
    given: Any = {"actor": me, "token": held.lease_token, "note": note}
    with pytest.raises(Refused, match="Write a note"):
        handing.put_off(held.pk, until=clock.now() + timedelta(hours=1), **given)
    with pytest.raises(Refused, match="Write a note"):
        handing.hand_to(held.pk, person_id=making.moderator().pk, **given)
    with pytest.raises(Refused, match="Write a note"):
        handing.hand_to_seniors(held.pk, **given)


def test_a_critical_case_does_not_wait_beyond_its_due_time(me: User) -> None:
    held = leases.claim_case(making.case(actor=making.listener(), other=making.teen()).pk, actor=me)
    assert held.severity == Severity.CRITICAL

    with pytest.raises(Refused, match="cannot wait longer"):
        _put_off(held.pk, actor=me, token=held.lease_token)
    until = held.due_at - timedelta(seconds=1)
    assert handing.put_off(held.pk, actor=me, token=held.lease_token, until=until, note="soon").waits_until == until


def test_what_is_put_off_is_free_and_waits_with_its_note(held: Case, me: User) -> None:
    until = clock.now() + timedelta(hours=3)

    handing.put_off(held.pk, actor=me, token=held.lease_token, until=until, note="  they answer at six ")

    held.refresh_from_db()
    assert (held.holder, held.waits_until, held.version) == (None, until, 1)
    note = Note.objects.get(case=held)
    assert (note.text, note.written_by) == ("they answer at six", me)
    assert AuditEntry.objects.get(verb="case.put_off").details == {"until": until.isoformat()}


def test_putting_off_keeps_for_whom_it_is(held: Case, me: User) -> None:
    Case.objects.filter(pk=held.pk).update(handed_to=me)
    assert _put_off(held.pk, actor=me, token=held.lease_token).handed_to == me


@pytest.mark.parametrize("is_active", [True, False])
def test_whoever_does_not_work_on_cases_gets_none(held: Case, me: User, is_active: bool) -> None:
    person = making.auditor() if is_active else making.moderator()
    User.objects.filter(pk=person.pk).update(is_active=is_active)

    with pytest.raises(Refused, match="choose somebody from the list"):
        handing.hand_to(held.pk, actor=me, token=held.lease_token, person_id=person.pk, note="yours")


@pytest.mark.parametrize("person_id", [0, making.NOBODYS_ID, 10**19])
def test_nobody_gets_no_case(held: Case, me: User, person_id: int) -> None:
    with pytest.raises(Refused, match="choose somebody from the list"):
        handing.hand_to(held.pk, actor=me, token=held.lease_token, person_id=person_id, note="yours")


def test_nobody_hands_a_case_to_themselves(held: Case, me: User) -> None:
    with pytest.raises(Refused, match="already"):
        handing.hand_to(held.pk, actor=me, token=held.lease_token, person_id=me.pk, note="mine")


def test_whoever_found_it_too_close_is_not_given_it(held: Case, me: User) -> None:
    other = making.moderator(name="Kim")
    Skip.objects.create(case=held, person=other, too_close=True)

    with pytest.raises(Refused, match="Kim cannot take this case") as refused:
        handing.hand_to(held.pk, actor=me, token=held.lease_token, person_id=other.pk, note="yours")
    assert "close" not in str(refused.value)


def test_a_skip_of_the_ordinary_kind_is_no_obstacle(held: Case, me: User) -> None:
    other = making.moderator()
    Skip.objects.create(case=held, person=other)

    given = handing.hand_to(held.pk, actor=me, token=held.lease_token, person_id=other.pk, note="yours")

    assert given.handed_to == other


def test_what_is_handed_to_a_person_waits_for_them_alone(held: Case, me: User) -> None:
    other = making.moderator()
    Case.objects.filter(pk=held.pk).update(lane=Lane.SENIOR, waits_until=clock.now() + timedelta(hours=1))

    handing.hand_to(held.pk, actor=me, token=held.lease_token, person_id=other.pk, note="you know them")

    held.refresh_from_db()
    assert (held.handed_to, held.holder, held.lane, held.waits_until) == (other, None, Lane.ORDINARY, None)
    assert Note.objects.get(case=held).text == "you know them"
    assert AuditEntry.objects.get(verb="case.handed_on").details == {"to": other.pk}


def test_what_is_handed_to_the_seniors_is_nobodys_in_person(held: Case, me: User) -> None:
    Case.objects.filter(pk=held.pk).update(handed_to=me)

    _hand_to_seniors(held.pk, actor=me, token=held.lease_token)

    held.refresh_from_db()
    assert (held.handed_to, held.holder, held.lane) == (None, None, Lane.SENIOR)


def test_what_is_raised_stays_in_its_lane(held: Case, me: User) -> None:
    raise_case(held.pk, actor=me, lane=Lane.CRISIS, note="means it")

    with pytest.raises(WrongMove, match="crisis"):
        _hand_to_seniors(held.pk, actor=me, token=held.lease_token)
    assert _hand_to(held.pk, actor=me, token=held.lease_token).lane == Lane.CRISIS


def test_what_is_too_close_goes_back_without_a_word(held: Case, me: User) -> None:
    Case.objects.filter(pk=held.pk).update(handed_to=me)
    Skip.objects.create(case=held, person=me)  # was skipped before: still one row

    handing.hand_over(held.pk, actor=me, token=held.lease_token)

    held.refresh_from_db()
    assert (held.holder, held.handed_to) == (None, None)
    assert Skip.objects.get().too_close
    assert not Note.objects.exists()
    assert AuditEntry.objects.get(verb="case.handed_over").details == {}
