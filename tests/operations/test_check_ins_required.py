"""A suspension that ends only after a check-in: what cannot be, what the platform hears, waiting, ending, waiving."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import CheckInState, EndedBy, Ground, SanctionState
from moderation.hosted_links import HOLDER, Purpose, read_token
from moderation.models import CheckIn, OutboxEvent, Sanction, clock
from moderation.operations import asking
from moderation.operations.approvals import approve_decision
from moderation.operations.check_ins import answer_check_in, waive_check_in
from moderation.operations.decisions import decide_case
from moderation.operations.leases import claim_case
from moderation.operations.sanctions import expire_sanctions, lift_sanction
from moderation.queries.standing import account_standing
from tests import making

pytestmark = pytest.mark.django_db


def answer(sanction: Sanction) -> CheckIn:
    return answer_check_in(sanction.check_in.pk, actor=HOLDER, texts=[""] * 6, is_confirmed=True)


def fresh(sanction: Sanction) -> Sanction:
    return Sanction.objects.select_related("account", "check_in").get(pk=sanction.pk)


@pytest.mark.parametrize("code", ["education_notice", "suspension:open", "suspension:permanent"])
def test_only_a_suspension_with_an_end_can_wait(code: str) -> None:
    by = making.moderator()
    held = claim_case(making.case().pk, actor=by)
    said = replace(making.measured(held.subject, code), after_check_in=True)

    with pytest.raises(Refused, match="with an end"):
        decide_case(held.pk, actor=by, verdict=making.verdict(held, said))


@pytest.mark.parametrize("change", [{"needs_check_in": True}, {"check_in_done_at": making.NOON}])
def test_the_database_knows_it_too(change: dict[str, Any]) -> None:
    notice = making.education()

    with pytest.raises(IntegrityError), transaction.atomic():
        Sanction.objects.filter(pk=notice.pk).update(**change)


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_others_may_not_waive(who: type) -> None:
    with pytest.raises(NotPermitted):
        waive_check_in(making.until_check_in().check_in.pk, actor=who(), reason="x")


def test_waiving_what_does_not_exist() -> None:
    with pytest.raises(Missing):
        waive_check_in(making.NOBODYS_ID, actor=making.admin(), reason="x")


def test_waiving_needs_a_reason() -> None:
    with pytest.raises(Refused, match="Say why"):
        waive_check_in(making.until_check_in().check_in.pk, actor=making.admin(), reason=" \n")


def test_one_by_rhythm_cannot_be_waived() -> None:
    making.listener(checked_in_at=clock.now() - timedelta(days=300))
    asking.plan_batch()

    with pytest.raises(WrongMove, match="No suspension"):
        waive_check_in(CheckIn.objects.get().pk, actor=making.admin(), reason="x")


def test_what_was_answered_or_lifted_is_not_waived() -> None:
    answered, lifted = making.until_check_in(), making.until_check_in()
    answer(answered)
    lift_sanction(lifted.pk, actor=making.admin(), reason="a mistake")

    for sanction in (answered, lifted):
        with pytest.raises(WrongMove):
            waive_check_in(sanction.check_in.pk, actor=making.admin(), reason="x")


def test_its_time_alone_does_not_end_it() -> None:
    sanction = making.time_over(making.until_check_in())

    assert expire_sanctions() == 0

    sanction = fresh(sanction)
    assert sanction.state == SanctionState.IN_FORCE
    assert (sanction.account.suspended, sanction.account.suspended_until) == (True, None)
    assert not OutboxEvent.objects.filter(topic="sanction.lifted").exists()


def test_a_platform_that_asks_hears_the_same() -> None:
    sanction = making.time_over(making.until_check_in())
    ext_id = sanction.account.ext_id

    waiting = account_standing(ext_id)
    assert (waiting.standing.suspended, waiting.standing.suspended_until) == (True, None)
    assert [one.pk for one in waiting.sanctions] == [sanction.pk]

    answer(sanction)
    assert not account_standing(ext_id).standing.suspended


def test_the_platform_hears_no_end_and_the_person_gets_the_link() -> None:
    sanction = making.until_check_in()

    said = OutboxEvent.objects.get(topic="sanction.applied").payload

    assert (said["ends_at"], said["ends_after_check_in"]) == (None, True)
    ends_at = fresh(sanction).ends_at
    assert ends_at is not None
    assert said["not_before"] == ends_at.isoformat()
    token = said["notice"].split("/check-in/")[1].split("/")[0]
    assert read_token(token, Purpose.CHECK_IN, now=clock.now()) == sanction.check_in.pk


def test_answered_before_its_end_it_ends_in_its_time() -> None:
    sanction = making.until_check_in()
    answer(sanction)

    sanction = fresh(sanction)
    assert sanction.account.suspended_until == sanction.ends_at
    assert expire_sanctions() == 0
    making.time_over(sanction)
    assert expire_sanctions() == 1
    assert not fresh(sanction).account.suspended


def test_answered_after_its_end_it_ends_at_the_next_look() -> None:
    sanction = making.time_over(making.until_check_in())
    answer(sanction)

    assert expire_sanctions() == 1

    sanction = fresh(sanction)
    assert (sanction.state, sanction.ended_how) == (SanctionState.ENDED, EndedBy.EXPIRY)
    assert not sanction.account.suspended
    assert OutboxEvent.objects.filter(topic="sanction.lifted").count() == 1


def test_waived_it_ends_in_its_time_with_the_reason_on_record() -> None:
    sanction, boss = making.time_over(making.until_check_in()), making.admin()

    waived = waive_check_in(sanction.check_in.pk, actor=boss, reason=" cannot read it ")

    assert (waived.state, waived.waived_by, waived.waive_reason) == (CheckInState.WAIVED, boss, "cannot read it")
    assert AuditEntry.objects.get(verb="check_in.waived").actor_id == boss.pk
    assert expire_sanctions() == 1
    sanction = fresh(sanction)
    assert sanction.account.checked_in_at is None
    assert not sanction.account.suspended


def test_one_answer_is_for_all_that_waits() -> None:
    account = making.listener(checked_in_at=clock.now() - timedelta(days=300))
    asking.plan_batch()
    one, other = making.until_check_in(account), making.until_check_in(account)

    answer(one)

    assert {check_in.state for check_in in CheckIn.objects.all()} == {CheckInState.ANSWERED}
    assert not fresh(other).awaits_check_in
    assert AuditEntry.objects.filter(verb="check_in.answered").count() == 1


def test_another_suspension_still_suspends() -> None:
    account = making.account()
    making.time_over(making.until_check_in(account))
    plain = making.decided(making.case(actor=account), "suspension:30").sanctions.get()
    answer(Sanction.objects.get(needs_check_in=True))

    expire_sanctions()

    account.refresh_from_db()
    assert (account.suspended, account.suspended_until) == (True, plain.ends_at)


def test_it_is_reminded_of_when_its_time_is_over_and_from_then_on() -> None:
    sanction = making.until_check_in()
    assert asking.tell_due() == 0
    making.time_over(sanction)

    assert asking.tell_due() == 1

    text = OutboxEvent.objects.latest("id").payload["text"]
    assert "the time of your suspension is over" in text
    assert "/check-in/" in text
    following = fresh(sanction).check_in.next_notice_at
    assert following is not None
    assert following > clock.now()


def test_an_extended_suspension_is_not_reminded_of_at_its_old_end() -> None:
    sanction = making.time_over(making.until_check_in())
    later = clock.now() + timedelta(days=3)
    Sanction.objects.filter(pk=sanction.pk).update(ends_at=later)

    assert asking.tell_due() == 0
    assert fresh(sanction).check_in.next_notice_at == later


def test_nobody_is_reminded_of_what_was_lifted() -> None:
    sanction = making.time_over(making.until_check_in())
    lift_sanction(sanction.pk, actor=making.admin(), reason="a mistake")

    assert asking.tell_due() == 0
    assert fresh(sanction).check_in.state == CheckInState.DROPPED


def test_with_a_second_signature_it_begins_with_that() -> None:
    by = making.moderator()
    held = claim_case(making.case(ground=Ground.OFFSITE_HARM).pk, actor=by)
    said = replace(making.measured(held.subject, ground=Ground.OFFSITE_HARM), after_check_in=True)
    decision = decide_case(held.pk, actor=by, verdict=making.verdict(held, said))
    assert not CheckIn.objects.exists()

    approve_decision(decision.pk, actor=making.senior())

    assert CheckIn.objects.get().sanction == decision.sanctions.get()


def test_undoing_takes_the_link_back() -> None:
    sanction = making.until_check_in()
    making.undone(sanction)

    with pytest.raises(WrongMove, match="not needed"):
        answer(fresh(sanction))
