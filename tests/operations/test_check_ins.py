"""Check-ins: what is refused, answering once, the nightly stretch over all accounts, asking and reminding."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from moderation.domain.check_ins import MOST_REMINDERS
from moderation.domain.refusals import Missing, Refused, WrongMove
from moderation.domain.vocabulary import AccountStatus, CheckInState
from moderation.hosted_links import HOLDER, Purpose, read_token
from moderation.models import Account, CheckIn, OutboxEvent, PolicyVersion, Reflection, clock
from moderation.operations import asking
from moderation.operations.asking import plan_batch, tell_check_in, tell_due
from moderation.operations.check_ins import answer_check_in, save_check_in
from tests import making

pytestmark = pytest.mark.django_db

EMPTY = [""] * 6


def ago(**given: float) -> datetime:
    return clock.now() - timedelta(**given)


def due_listener(**given: Any) -> Account:
    return making.listener(**{"checked_in_at": ago(days=300)} | given)


def planned(**given: Any) -> CheckIn:
    account = due_listener(**given)
    plan_batch()
    return CheckIn.objects.get(account=account)


def answer(check_in: CheckIn, *, is_confirmed: bool = True) -> CheckIn:
    return answer_check_in(check_in.pk, actor=HOLDER, texts=EMPTY, is_confirmed=is_confirmed)


def told_later(check_in: CheckIn) -> bool:
    """Told of again, as if the time for it had come."""
    CheckIn.objects.filter(pk=check_in.pk).exclude(next_notice_at=None).update(next_notice_at=ago(seconds=1))
    return tell_check_in(check_in.pk)


def test_what_does_not_exist_is_missing() -> None:
    for act in (
        lambda: answer_check_in(making.NOBODYS_ID, actor=HOLDER, texts=EMPTY, is_confirmed=True),
        lambda: save_check_in(making.NOBODYS_ID, actor=HOLDER, texts=EMPTY),
        lambda: tell_check_in(making.NOBODYS_ID),
    ):
        with pytest.raises(Missing):
            act()


def test_without_the_confirmation_nothing_is_answered() -> None:
    check_in = planned()

    with pytest.raises(Refused, match="tick the box"):
        answer(check_in, is_confirmed=False)

    check_in.refresh_from_db()
    assert check_in.state == CheckInState.WAITING
    assert not Reflection.objects.exists()


def test_what_was_dropped_is_not_answered() -> None:
    check_in = planned()
    CheckIn.objects.filter(pk=check_in.pk).update(state=CheckInState.DROPPED, next_notice_at=None)

    with pytest.raises(WrongMove, match="not needed"):
        answer(check_in)
    with pytest.raises(WrongMove, match="not needed"):
        save_check_in(check_in.pk, actor=HOLDER, texts=EMPTY)


def test_the_database_holds_one_that_waits_an_account() -> None:
    check_in = planned()
    check_in.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        check_in.save(force_insert=True)


def test_answering_counts_once() -> None:
    check_in = planned()
    save_check_in(check_in.pk, actor=HOLDER, texts=["a draft", *EMPTY[1:]])

    first = answer(check_in)
    again = answer(check_in)

    account = Account.objects.get(pk=check_in.account_id)
    assert (first.state, first.next_notice_at) == (CheckInState.ANSWERED, None)
    assert account.checked_in_at == first.answered_at == again.answered_at
    assert AuditEntry.objects.filter(verb="check_in.answered").count() == 1
    assert Reflection.objects.get().handed_in_at == first.answered_at


def test_after_an_answer_the_next_one_is_due_in_its_time() -> None:
    check_in = planned()
    answer(check_in)
    plan_batch()
    assert CheckIn.objects.count() == 1

    Account.objects.filter(pk=check_in.account_id).update(checked_in_at=ago(days=280))
    plan_batch()

    assert CheckIn.objects.waiting().get().account_id == check_in.account_id


@pytest.mark.parametrize(
    "given",
    [
        {"checked_in_at": ...},
        {"role": "member"},
        {"role": "unknown"},
        {"status": AccountStatus.CLOSED},
    ],
)
def test_nobody_else_is_asked(given: dict[str, Any]) -> None:
    due_listener(**{name: ago(days=200) if value is ... else value for name, value in given.items()})

    plan_batch()

    assert not CheckIn.objects.exists()


def test_a_break_is_no_exception() -> None:
    assert planned(status=AccountStatus.SELF_CARE_BREAK)


@pytest.mark.parametrize(("days", "is_due"), [(100, False), (300, True)])
def test_whoever_never_had_one_is_counted_from_joining(days: int, is_due: bool) -> None:
    making.listener(joined_at=ago(days=days))

    plan_batch()

    found = CheckIn.objects.first()
    assert (found is not None) is is_due
    assert found is None or found.last_at is None


def test_the_policy_says_how_often_and_who() -> None:
    body = PolicyVersion.objects.in_force().body
    PolicyVersion.objects.create(number=2, body=body | {"check_in_days": {"member": 200}}, published_at=clock.now())
    member = making.account(checked_in_at=ago(days=210))
    due_listener()

    plan_batch()

    assert CheckIn.objects.get().account == member


def test_every_account_is_looked_at_in_stretches() -> None:
    made = {due_listener().pk for _ in range(7)}
    after: int | None = 0
    stretches = 0
    while after is not None:
        after = plan_batch(after, limit=3)
        stretches += 1

    assert {check_in.account_id for check_in in CheckIn.objects.all()} == made
    assert stretches == 4
    assert plan_batch() is not None
    assert CheckIn.objects.count() == 7


def test_a_stretch_takes_the_same_queries_however_many_are_due() -> None:
    due_listener()
    with CaptureQueriesContext(connection) as one:
        plan_batch()
    for _ in range(5):
        due_listener()
    with CaptureQueriesContext(connection) as more:
        plan_batch()

    assert len(one) == len(more)


def test_asking_sends_a_link_that_works() -> None:
    check_in = planned(username="Ash")

    assert tell_due() == 1
    assert tell_due() == 0

    check_in.refresh_from_db()
    event = OutboxEvent.objects.get()
    assert (event.topic, event.payload["account"]) == ("check_in.due", check_in.account.ext_id)
    assert event.payload["text"].startswith("Hello Ash,")
    assert event.payload["due_at"] == check_in.due_at.isoformat()
    assert event.payload["url"] in event.payload["text"]
    token = event.payload["url"].split("/check-in/")[1].split("/")[0]
    assert read_token(token, Purpose.CHECK_IN, now=clock.now()) == check_in.pk
    assert check_in.asked_at is not None
    assert check_in.reminders == 0


def test_reminders_come_a_few_times_and_stop_with_the_answer() -> None:
    check_in, answered = planned(), planned()
    for one in (check_in, answered):
        tell_check_in(one.pk)
    answer(answered)

    told = [told_later(check_in) for _ in range(MOST_REMINDERS + 2)]

    assert told == [True] * MOST_REMINDERS + [False] * 2
    assert not told_later(answered)
    check_in.refresh_from_db()
    assert (check_in.reminders, check_in.next_notice_at, check_in.state) == (MOST_REMINDERS, None, "waiting")
    assert len({event.key for event in OutboxEvent.objects.all()}) == MOST_REMINDERS + 2


@pytest.mark.parametrize("change", [{"status": AccountStatus.CLOSED}, {"role": "member"}, {"checked_in_at": ...}])
def test_nobody_is_asked_in_vain(change: dict[str, Any]) -> None:
    check_in = planned()
    now = clock.now()
    Account.objects.filter(pk=check_in.account_id).update(**{k: now if v is ... else v for k, v in change.items()})

    assert tell_due() == 0

    check_in.refresh_from_db()
    assert check_in.state == CheckInState.DROPPED
    assert not OutboxEvent.objects.exists()


def test_one_run_tells_a_limited_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        due_listener()
    plan_batch()

    assert tell_due(limit=3) == 3
    assert asking.tell_due(limit=3) == 1
