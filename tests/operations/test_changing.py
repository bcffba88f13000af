"""Changing a sanction in force: who may, what is refused, what becomes of it, and what the platform is told."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, User
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import TEEN_BADGE, ChangeState, Deed, EndedBy, SanctionState
from moderation.models import Account, Decision, OutboxEvent, Sanction, SanctionChange, clock
from moderation.operations.approvals import approve_decision
from moderation.operations.changing import (
    Wanted,
    approve_change,
    change_sanction,
    change_sanctions,
    refuse_change,
)
from moderation.operations.decisions import undo_decision
from moderation.operations.sanctions import expire_sanctions
from tests import making
from tests.operations.test_sanctions import _run_out as run_out

pytestmark = pytest.mark.django_db


def end_of(sanction: Sanction) -> datetime:
    assert sanction.ends_at is not None
    return sanction.ends_at


def suspension(account: Account | None = None, code: str = "suspension:7") -> Sanction:
    decision = making.decided(making.case(actor=account), code)
    if code.endswith("permanent"):
        approve_decision(decision.pk, actor=making.senior())
    found: Sanction = Sanction.objects.latest("id")
    return found


def badge_removal() -> Sanction:
    keeper = making.listener(badges=[TEEN_BADGE])
    decision = making.decided(making.case(actor=keeper, other=making.teen()), "teen_badge_removal")
    approve_decision(decision.pk, actor=making.senior())
    return Sanction.objects.get(account=keeper, kind="teen_badge_removal")


def wanted(deed: Deed, days: int | None = None, **given: Any) -> Wanted:
    known: dict[str, Any] = {"reason": "because", "key": uuid4(), "days": days}
    return Wanted(deed, **known | given)


def change(sanction: Sanction, deed: Deed, days: int | None = None, by: User | None = None) -> SanctionChange:
    return change_sanction(sanction.pk, actor=by or making.admin(), wanted=wanted(deed, days))


# Refusals


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
@pytest.mark.parametrize("deed", list(Deed))
def test_only_whoever_manages_sanctions_changes_one(who: Any, deed: Deed) -> None:
    with pytest.raises(NotPermitted):
        change(suspension(), deed, 7, by=who())


def test_an_unknown_sanction_is_missing() -> None:
    with pytest.raises(Missing):
        change_sanction(making.NOBODYS_ID, actor=making.admin(), wanted=wanted(Deed.LIFT))


def test_every_change_needs_a_reason() -> None:
    with pytest.raises(Refused, match="Say why"):
        change_sanction(suspension().pk, actor=making.admin(), wanted=wanted(Deed.EXTEND, 7, reason=" "))


@pytest.mark.parametrize("days", [None, 0, -1, 3651])
def test_days_are_a_number_that_a_person_can_mean(days: int | None) -> None:
    with pytest.raises(Refused, match="how many days"):
        change(suspension(), Deed.EXTEND, days)


def test_what_has_no_end_is_not_extended() -> None:
    with pytest.raises(Refused, match="no end"):
        change(suspension(code="suspension:open"), Deed.EXTEND, 7)


def test_nothing_is_shortened_into_the_past() -> None:
    with pytest.raises(Refused, match="in the past"):
        change(suspension(), Deed.SHORTEN, 7)


@pytest.mark.parametrize("deed", list(Deed))
def test_an_education_notice_has_nothing_to_change(deed: Deed) -> None:
    with pytest.raises(Refused, match="restricts nothing"):
        change(suspension(code="education_notice"), deed, 7)


def test_a_removed_badge_is_not_given_back_by_one_person() -> None:
    with pytest.raises(Refused, match="fresh application"):
        change(badge_removal(), Deed.LIFT)


def test_what_is_not_as_it_was_seen_is_left() -> None:
    sanction = suspension()
    before = sanction.seen
    change(sanction, Deed.EXTEND, 7)
    with pytest.raises(Stale):
        change_sanction(sanction.pk, actor=making.admin(), wanted=wanted(Deed.EXTEND, 7), seen=before)


def test_what_is_over_is_not_extended_before_the_clock_has_ended_it() -> None:
    sanction = suspension()
    run_out(sanction)
    with pytest.raises(WrongMove, match="time is over"):
        change(sanction, Deed.EXTEND, 7)


def test_nothing_else_is_changed_while_a_second_person_is_asked() -> None:
    sanction = suspension()
    change(sanction, Deed.PERMANENT)
    with pytest.raises(WrongMove, match="second person"):
        change(sanction, Deed.LIFT)


def test_a_proposal_is_not_answered_by_its_proposer() -> None:
    boss = making.admin()
    proposed = change(suspension(), Deed.PERMANENT, by=boss)
    with pytest.raises(NotPermitted):
        approve_change(proposed.pk, actor=boss)
    with pytest.raises(NotPermitted):
        refuse_change(proposed.pk, actor=boss, note="x")


def test_the_database_holds_proposer_and_approver_apart_and_knows_no_approval_by_nobody() -> None:
    boss = making.admin()
    proposed = change(suspension(), Deed.PERMANENT, by=boss)
    rows = SanctionChange.objects.filter(pk=proposed.pk)
    for values in ({"answered_by": boss}, {"state": ChangeState.DONE}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


def test_a_senior_signs_what_is_permanent_and_only_an_admin_a_badge() -> None:
    permanent, badge = change(suspension(), Deed.PERMANENT), change(badge_removal(), Deed.REGRANT)
    assert approve_change(permanent.pk, actor=making.senior()).state == ChangeState.DONE
    with pytest.raises(NotPermitted):
        approve_change(badge.pk, actor=making.senior())


def test_refusing_needs_a_note() -> None:
    proposed = change(suspension(), Deed.PERMANENT)
    with pytest.raises(Refused, match="Say why"):
        refuse_change(proposed.pk, actor=making.admin(), note=" ")


def test_a_decision_that_an_admin_has_changed_is_not_undone() -> None:
    by = making.moderator()
    decision = making.decided(making.case(), "suspension:7", by=by)
    change(decision.sanctions.get(), Deed.EXTEND, 1)
    with pytest.raises(WrongMove, match="An admin has changed"):
        undo_decision(decision.pk, actor=by)


# What they do


def test_extending_gives_a_later_end_to_sanction_account_and_platform() -> None:
    sanction, boss = suspension(), making.admin()
    end = end_of(sanction) + timedelta(days=10)

    made = change(sanction, Deed.EXTEND, 10, by=boss)

    sanction.refresh_from_db()
    assert (sanction.ends_at, sanction.account.suspended_until, sanction.state) == (end, end, SanctionState.IN_FORCE)
    event = OutboxEvent.objects.latest("id")
    assert (event.topic, event.sanction, event.payload["ends_at"]) == ("sanction.applied", sanction, end.isoformat())
    assert event.payload["notice"] == made.notice
    assert "has been extended" in made.notice
    entry = AuditEntry.objects.latest("id")
    assert (entry.verb, entry.actor_id, entry.details["days"]) == ("sanction.extended", boss.pk, 10)
    assert datetime.fromisoformat(entry.details["ends_at"]) == end
    assert end - datetime.fromisoformat(entry.details["ends_before"]) == timedelta(days=10)


def test_shortening_gives_an_earlier_end() -> None:
    sanction = suspension()
    end = end_of(sanction) - timedelta(days=3)
    change(sanction, Deed.SHORTEN, 3)
    sanction.refresh_from_db()
    assert (sanction.ends_at, sanction.account.suspended_until) == (end, end)


@pytest.mark.parametrize("code", ["suspension:open", "suspension:permanent"])
def test_shortening_gives_an_end_to_what_had_none(code: str) -> None:
    sanction = suspension(code=code)
    change(sanction, Deed.SHORTEN, 30)
    sanction.refresh_from_db()
    assert not sanction.permanent
    assert timedelta(days=29) < end_of(sanction) - clock.now() <= timedelta(days=30)


def test_another_suspension_that_lasts_longer_decides_the_standing() -> None:
    account = making.account()
    short, long = suspension(account), suspension(account, "suspension:30")
    change(short, Deed.EXTEND, 7)
    account.refresh_from_db()
    assert account.suspended_until == long.ends_at


def test_permanent_by_two_people_and_only_when_both_have_signed() -> None:
    sanction = suspension()
    proposed = change(sanction, Deed.PERMANENT)
    sanction.refresh_from_db()
    assert (sanction.permanent, proposed.state) == (False, ChangeState.PROPOSED)

    other = making.admin()
    approve_change(proposed.pk, actor=other, note="agreed")

    sanction.refresh_from_db()
    proposed.refresh_from_db()
    assert (sanction.permanent, sanction.ends_at, sanction.account.suspended_until) == (True, None, None)
    assert (proposed.state, proposed.answered_by, proposed.answer_note) == (ChangeState.DONE, other, "agreed")
    assert OutboxEvent.objects.latest("id").payload["ends_at"] is None


def test_a_refused_proposal_leaves_everything_as_it_is() -> None:
    sanction = suspension()
    events = OutboxEvent.objects.count()
    proposed = change(sanction, Deed.PERMANENT)
    refuse_change(proposed.pk, actor=making.senior(), note="too hard")
    assert Sanction.objects.get(pk=sanction.pk).seen == sanction.seen
    assert OutboxEvent.objects.count() == events
    with pytest.raises(WrongMove):
        approve_change(proposed.pk, actor=making.admin())


def test_a_proposal_lapses_when_its_sanction_ends() -> None:
    sanction = suspension()
    proposed = change(sanction, Deed.PERMANENT)
    run_out(sanction)
    expire_sanctions()
    proposed.refresh_from_db()
    assert proposed.state == ChangeState.LAPSED
    with pytest.raises(WrongMove):
        approve_change(proposed.pk, actor=making.senior())


def test_a_proposal_lapses_when_its_decision_is_undone() -> None:
    by = making.moderator()
    decision = making.decided(making.case(), "suspension:7", by=by)
    proposed = change(decision.sanctions.get(), Deed.PERMANENT)
    undo_decision(decision.pk, actor=by)
    proposed.refresh_from_db()
    assert (proposed.state, Decision.objects.get().state) == (ChangeState.LAPSED, "undone")


def test_the_same_form_sent_twice_changes_once() -> None:
    sanction, boss, form = suspension(), making.admin(), wanted(Deed.EXTEND, 7)
    first = change_sanction(sanction.pk, actor=boss, wanted=form)
    again = change_sanction(sanction.pk, actor=boss, wanted=form)
    assert first == again
    assert Sanction.objects.get(pk=sanction.pk).ends_at == end_of(sanction) + timedelta(days=7)


def test_the_end_is_told_to_the_person_in_words_of_its_own() -> None:
    account = making.account(username="ann")
    first, second = suspension(account), suspension(account)
    run_out(first)
    expire_sanctions()
    told = OutboxEvent.objects.get(topic="sanction.lifted").payload["notice"]
    assert "Hello ann" in told
    assert "has run out. Another suspension is still in force" in told
    change(second, Deed.LIFT)
    assert "You can use your account again." in OutboxEvent.objects.latest("id").payload["notice"]


# Several


def test_several_are_refused_whole_to_whoever_may_not() -> None:
    with pytest.raises(NotPermitted):
        change_sanctions({suspension().pk: "x"}, actor=making.senior(), wanted=wanted(Deed.LIFT))


def test_none_and_too_many_are_refused() -> None:
    for seen in ({}, dict.fromkeys(range(201), "x")):
        with pytest.raises(Refused, match=r"Tick|tick"):
            change_sanctions(seen, actor=making.admin(), wanted=wanted(Deed.LIFT))


def test_several_are_changed_and_what_cannot_be_is_left_with_its_reason() -> None:
    good, also, ended = suspension(), suspension(), suspension()
    change(ended, Deed.LIFT)
    seen = {one.pk: one.seen for one in (good, also, ended)}

    done = change_sanctions(seen, actor=making.admin(), wanted=wanted(Deed.EXTEND, 7))

    assert [made.sanction_id for made in done.changes] == [good.pk, also.pk]
    assert len(done.left) == 1
    assert f"Sanction {ended.pk}" in done.left[0]


def test_when_all_have_to_be_left_it_is_a_refusal() -> None:
    ended = suspension()
    change(ended, Deed.LIFT)
    with pytest.raises(Refused, match="only what is in force"):
        change_sanctions({ended.pk: ended.seen}, actor=making.admin(), wanted=wanted(Deed.LIFT))


# A badge


def test_a_badge_is_given_again_by_two_admins() -> None:
    removal = badge_removal()
    proposed = change(removal, Deed.REGRANT)
    assert Account.objects.get(pk=removal.account_id).badges_removed == [TEEN_BADGE]

    approve_change(proposed.pk, actor=making.admin())

    removal.refresh_from_db()
    assert (removal.state, removal.ended_how) == (SanctionState.ENDED, EndedBy.REGRANT)
    assert removal.account.badges_removed == []
    event = OutboxEvent.objects.latest("id")
    assert (event.topic, event.payload["badge"]) == ("badge.restored", TEEN_BADGE)
