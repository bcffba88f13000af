"""Placing interim holds: when a badge is not held, when it is, and how often."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from moderation.domain.vocabulary import TEEN_BADGE, AccountRole, AgeGroup, HoldState, SanctionKind
from moderation.models import Case, Hold, Message, OutboxEvent, PolicyVersion, Sanction, clock
from moderation.operations.holds import lift_hold
from moderation.operations.labelling import mark_wrong
from moderation.operations.screening import screen_batch
from tests import making
from tests.operations.holds.badges import LIFTED, WAITING, screened, state_of, topics

pytestmark = pytest.mark.django_db

# When nothing is held.


def switch(**rule: Any) -> None:
    version = PolicyVersion.objects.in_force()
    version.body["interim_hold"] |= rule
    version.save(update_fields=["body"])


def test_a_badge_is_not_held_towards_an_adult() -> None:
    screened(making.listener(badges=[TEEN_BADGE]), making.account())
    assert Case.objects.exists()
    assert not Hold.objects.exists()


def test_whoever_has_no_badge_is_not_held() -> None:
    screened(making.listener(), making.teen())
    assert Case.objects.exists()
    assert not Hold.objects.exists()


def test_a_teen_member_is_not_held_whatever_their_badges() -> None:
    screened(making.teen(badges=[TEEN_BADGE]), making.teen())
    assert not Hold.objects.exists()


def test_asking_is_not_sharing() -> None:
    screened(making.listener(badges=[TEEN_BADGE]), making.teen(), "can i have your phone number please?")
    assert Case.objects.exists()
    assert not Hold.objects.exists()


def test_a_score_below_the_policys_does_not_hold() -> None:
    switch(above=1.0)
    screened(making.listener(badges=[TEEN_BADGE]), making.teen())
    assert Case.objects.get().score < 1
    assert not Hold.objects.exists()


def test_the_switch_turns_it_off() -> None:
    switch(on=False)
    screened(making.listener(badges=[TEEN_BADGE]), making.teen())
    assert not Hold.objects.exists()


# When it is.


@pytest.mark.parametrize(
    ("role", "age"),
    [
        (AccountRole.LISTENER, AgeGroup.ADULT),
        (AccountRole.LISTENER, AgeGroup.TEEN),
        (AccountRole.MEMBER, AgeGroup.ADULT),
        (AccountRole.UNKNOWN, AgeGroup.UNKNOWN),
    ],
)
def test_whoever_holds_the_badge_is_held_by_haven_itself(role: AccountRole, age: AgeGroup) -> None:
    hold = making.held_badge(making.account(role=role, age_group=age, badges=[TEEN_BADGE]))

    sanction = hold.sanction
    assert state_of(hold) == WAITING
    assert (sanction.kind, sanction.decision, sanction.proposer) == (SanctionKind.TEEN_BADGE_HOLD, None, None)
    assert sanction.clause == "teen"
    assert hold.confirm_by - hold.held_at == timedelta(hours=1)
    entry = AuditEntry.objects.get(verb="hold.placed")
    assert (entry.actor_name, entry.policy_version) == ("Haven", 1)


def test_the_platform_is_told_at_once_with_a_notice(hold: Hold) -> None:
    (event,) = OutboxEvent.objects.all()
    assert (event.topic, event.account, event.payload["badge"]) == ("badge.held", hold.account, TEEN_BADGE)
    assert event.not_before <= clock.now()
    assert "an automatic check" in event.payload["notice"]
    assert making.PHONE not in str(event.payload)


def test_the_case_stands_before_all_others_and_says_why(hold: Hold) -> None:
    for _ in range(3):
        making.report(making.case(actor=making.listener(), other=making.teen(), score=1.0))

    first = Case.objects.open().most_urgent_first()[0]

    assert first == hold.case
    assert first.reasons[1] == f"badge held: confirm by {hold.confirm_by:%H:%M} UTC"


def test_screening_the_same_batch_again_holds_once(hold: Hold) -> None:
    Message.objects.update(screened_at=None)
    screen_batch()
    assert Hold.objects.count() == 1
    assert topics() == ["badge.held"]
    hold.case.refresh_from_db()
    assert sum("badge held" in reason for reason in hold.case.reasons) == 1


def test_what_was_lifted_is_not_held_again_for_what_was_known(hold: Hold, me: User) -> None:
    lift_hold(hold.pk, actor=me, reason="a helpline")
    Message.objects.update(screened_at=None)
    screen_batch()
    assert state_of(hold) == LIFTED
    assert Hold.objects.count() == 1


def test_what_is_new_holds_again(hold: Hold, me: User) -> None:
    lift_hold(hold.pk, actor=me, reason="a helpline")
    where = hold.case.conversation
    assert where
    making.message(hold.account, "or mail me: someone.else@gmail.com", within=where)
    screen_batch()
    assert [each.state for each in Hold.objects.order_by("pk")] == [HoldState.LIFTED, HoldState.WAITING]
    assert topics() == ["badge.held", "badge.restored", "badge.held"]


def test_a_finding_that_was_marked_as_wrong_holds_nothing(hold: Hold, me: User) -> None:
    mark_wrong(hold.case_id, hold.case.findings.get().pk, actor=me)
    lift_hold(hold.pk, actor=me, reason="a helpline")
    Hold.objects.update(state=HoldState.REPLACED)
    where = hold.case.conversation
    assert where
    making.message(hold.account, "how are you?", within=where)
    screen_batch()
    assert Hold.objects.count() == 1


def test_a_badge_held_in_two_cases_comes_back_with_the_second(hold: Hold, me: User) -> None:
    second = making.held_badge(hold.account)
    assert second.case != hold.case

    lift_hold(hold.pk, actor=me, reason="a helpline")
    assert state_of(second) == WAITING
    assert "badge.restored" not in topics()

    lift_hold(second.pk, actor=me, reason="that one too")
    assert state_of(second) == LIFTED
    assert topics() == ["badge.held", "badge.held", "badge.restored"]


def test_a_hold_is_no_earlier_sanction(hold: Hold) -> None:
    assert not Sanction.objects.that_counted().exists()


def test_a_teen_who_wrote_long_before_is_still_the_other_one() -> None:
    ann, kim = making.listener(badges=[TEEN_BADGE]), making.teen()
    where = making.conversation(ann, kim)
    making.message(kim, "the nights are the worst", within=where)
    for _ in range(30):
        making.message(ann, "are you still there?", within=where)
    screen_batch()
    making.message(ann, f"text me on {making.PHONE} whenever", within=where)
    screen_batch()
    assert Hold.objects.get().account == ann
