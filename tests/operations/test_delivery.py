"""What becomes of an event: delivered, tried again, dead, delivered by hand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction

from accounts import SYSTEM
from accounts.models import AuditEntry, User
from accounts.roles import Role
from moderation import outbox
from moderation.domain.backoff import DELAYS
from moderation.domain.refusals import Missing, NotPermitted, WrongMove
from moderation.domain.vocabulary import OutboxState
from moderation.models import OutboxEvent, clock
from moderation.operations import delivery
from moderation.operations.delivery import Answer, Send, deliver_batch, deliver_due
from moderation.operations.redelivery import redeliver
from tests import making
from tests.outbox_events import LATER, make_due, post

pytestmark = pytest.mark.django_db


class Platform:
    """A `send` that remembers what it was given and refuses what it is told to refuse."""

    def __init__(self, refuses: Callable[[OutboxEvent], bool] = lambda _: False) -> None:
        self.refuses = refuses
        self.got: list[str] = []

    def send(self, event: OutboxEvent) -> Answer:
        self.got.append(event.key)
        return Answer(500, "The platform answered 500.") if self.refuses(event) else Answer(200)


def refusing(*keys: str) -> Platform:
    return Platform(lambda event: event.key in keys or not keys)


def exhaust(event: OutboxEvent, send: Send) -> None:
    """Bring the event to its last try and make that."""
    OutboxEvent.objects.filter(pk=event.pk).update(attempts=len(DELAYS), not_before=clock.now())
    deliver_batch(send)


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


# What is not sent


def test_an_event_is_not_sent_before_its_time() -> None:
    post("a", "1", wait=LATER)
    platform = Platform()

    assert deliver_batch(platform.send) == 0
    assert platform.got == []


def test_a_cancelled_event_is_never_sent() -> None:
    event = post("a", "1", wait=LATER, cause="decision:1")
    with transaction.atomic():
        assert outbox.cancel("decision:1")
    OutboxEvent.objects.update(not_before=clock.now())
    platform = Platform()

    assert deliver_due(platform.send) == 0
    assert platform.got == []
    event.refresh_from_db()
    assert event.state == OutboxState.CANCELLED


def test_an_event_that_another_sender_has_claimed_is_not_sent() -> None:
    post("a", "1")
    outbox.claim_batch()

    assert deliver_batch(Platform().send) == 0


def test_what_was_tried_cannot_be_cancelled_because_it_may_have_arrived() -> None:
    post("a", "1", cause="decision:1")
    deliver_batch(refusing().send)

    with transaction.atomic():
        assert not outbox.cancel("decision:1")


def test_what_is_on_its_way_cannot_be_cancelled_nor_its_companions() -> None:
    post("a", "1", cause="decision:1")
    waiting = post("b", "1", wait=LATER, cause="decision:1")
    outbox.claim_batch()

    with transaction.atomic():
        assert not outbox.cancel("decision:1")
    waiting.refresh_from_db()
    assert waiting.state == OutboxState.PENDING


def test_nothing_is_sent_from_within_a_transaction() -> None:
    post("a", "1")
    platform = Platform()

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        deliver_batch(platform.send)
    assert platform.got == []


def test_an_event_whose_turn_comes_too_late_for_its_claim_is_handed_back_unsent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "LATEST_START", timedelta(seconds=-1))
    event = post("a", "1")
    platform = Platform()

    deliver_batch(platform.send)

    event.refresh_from_db()
    assert platform.got == []
    assert (event.state, event.attempts, event.claim) == (OutboxState.PENDING, 0, None)


def test_no_batch_is_begun_when_the_working_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "WORKING_TIME", timedelta())
    post("a", "1")
    platform = Platform()

    assert deliver_due(platform.send) == 0
    assert platform.got == []


def test_a_slow_answer_ends_before_its_claim_and_the_task_before_its_limit(
    settings: LazySettings,
) -> None:
    assert delivery.LATEST_START + delivery.LONGEST_TRY < outbox.CLAIM_FOR
    assert timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT) > delivery.WORKING_TIME + 2 * delivery.LONGEST_TRY


# Failure


def test_a_refused_event_waits_for_its_next_try() -> None:
    event = post("a", "1")
    before = clock.now()

    assert deliver_batch(refusing().send) == 1

    event.refresh_from_db()
    assert event.state == OutboxState.PENDING
    assert (event.attempts, event.last_status, event.last_error) == (1, 500, "The platform answered 500.")
    assert event.claim is None
    assert event.claimed_until is None
    assert before + timedelta(seconds=4) <= event.not_before <= clock.now() + timedelta(seconds=6)
    assert deliver_batch(refusing().send) == 0


def test_an_event_that_cannot_even_be_sent_counts_as_refused_and_holds_nobody_up() -> None:
    broken, fine = post("a", "1"), post("b", "1")

    def send(event: OutboxEvent) -> Answer:
        if event == broken:
            raise ValueError("payload")
        return Answer(200)

    deliver_batch(send)

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert broken.last_error == "Haven itself failed at sending this (ValueError); its log tells more."
    assert (broken.state, fine.state) == (OutboxState.PENDING, OutboxState.DELIVERED)


def test_a_long_complaint_is_cut() -> None:
    event = post("a", "1")

    deliver_batch(lambda _: Answer(trouble="x" * 1000))

    event.refresh_from_db()
    assert event.last_error == "x" * 300


def test_after_the_last_try_an_event_is_dead_and_that_is_recorded() -> None:
    event = post("a", "1")

    exhaust(event, refusing().send)

    event.refresh_from_db()
    assert event.state == OutboxState.DEAD
    assert event.attempts == len(DELAYS) + 1
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor_name, entry.target_id) == ("event.died", "Haven", str(event.pk))
    assert entry.details == {"topic": "notice.sent", "attempts": len(DELAYS) + 1}


def test_the_try_before_the_last_leaves_one_more() -> None:
    event = post("a", "1")
    OutboxEvent.objects.update(attempts=len(DELAYS) - 1)

    deliver_batch(refusing().send)

    event.refresh_from_db()
    assert event.state == OutboxState.PENDING


# Order


def test_an_account_hears_nothing_new_while_something_older_waits() -> None:
    post("a", "1")
    post("a", "2")
    platform = refusing("a:1")

    deliver_due(platform.send)

    assert platform.got == ["a:1"]


def test_an_older_event_with_a_later_time_holds_the_younger_back() -> None:
    post("a", "1", wait=LATER)
    post("a", "2")
    platform = Platform()

    assert deliver_due(platform.send) == 0

    make_due()
    deliver_due(platform.send)
    assert platform.got == ["a:1", "a:2"]


def test_the_failure_of_one_account_keeps_nothing_from_another() -> None:
    for account in ("a", "b"):
        for name in ("1", "2", "3"):
            post(account, name)
    platform = refusing("a:1")

    deliver_due(platform.send)

    assert sorted(platform.got) == ["a:1", "b:1", "b:2", "b:3"]


def test_order_is_kept_through_retries() -> None:
    for name in ("1", "2", "3"):
        post("a", name)
    tries = {"a:1": 2, "a:2": 1, "a:3": 0}  # failures before each is taken

    def refuses(event: OutboxEvent) -> bool:
        tries[event.key] -= 1
        return tries[event.key] >= 0

    platform = Platform(refuses)
    while OutboxEvent.objects.filter(state=OutboxState.PENDING).exists():
        make_due()
        deliver_due(platform.send)

    assert platform.got == ["a:1", "a:1", "a:1", "a:2", "a:2", "a:3"]


def test_a_dead_event_no_longer_holds_the_younger_back() -> None:
    dead = post("a", "1")
    post("a", "2")
    exhaust(dead, refusing("a:1").send)
    platform = Platform()

    deliver_due(platform.send)

    assert platform.got == ["a:2"]


# Success


def test_a_delivered_event_is_never_sent_again() -> None:
    event = post("a", "1")
    platform = Platform()

    assert deliver_due(platform.send) == 1
    assert deliver_due(platform.send) == 0

    event.refresh_from_db()
    assert platform.got == ["a:1"]
    assert (event.state, event.attempts, event.last_status, event.last_error) == (OutboxState.DELIVERED, 1, 200, "")
    assert event.delivered_at is not None
    assert event.claim is None
    assert verbs() == []


def test_everything_due_is_delivered_however_many_batches_it_takes() -> None:
    keys = [post(f"account {number}", name).key for number in range(12) for name in ("1", "2")]
    platform = Platform()

    assert deliver_due(platform.send) == 24
    assert sorted(platform.got) == sorted(keys)


def test_a_batch_is_no_larger_than_its_limit() -> None:
    for number in range(5):
        post(f"account {number}", "1")
    platform = Platform()

    assert deliver_batch(platform.send, limit=3) == 3
    assert len(platform.got) == 3


# By hand


@pytest.fixture
def admin() -> User:
    return User.objects.create_user("ada", role=Role.ADMIN)


@pytest.fixture
def dead() -> OutboxEvent:
    event = post("a", "1")
    exhaust(event, refusing().send)
    event.refresh_from_db()
    return event


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR, Role.AUDITOR])
def test_who_does_not_manage_integrations_may_not_redeliver(dead: OutboxEvent, role: Role) -> None:
    with pytest.raises(NotPermitted):
        redeliver(dead.pk, actor=User.objects.create_user("mo", role=role))

    dead.refresh_from_db()
    assert dead.state == OutboxState.DEAD
    assert verbs() == ["event.died"]


def test_what_does_not_exist_cannot_be_redelivered(admin: User) -> None:
    with pytest.raises(Missing):
        redeliver(making.NOBODYS_ID, actor=admin)


def test_what_is_not_dead_cannot_be_redelivered(admin: User) -> None:
    event = post("a", "1")
    with pytest.raises(WrongMove, match="This event is pending"):
        redeliver(event.pk, actor=admin)
    deliver_due(Platform().send)
    with pytest.raises(WrongMove, match="This event is delivered"):
        redeliver(event.pk, actor=admin)


def test_redelivering_twice_is_refused_the_second_time(dead: OutboxEvent, admin: User) -> None:
    redeliver(dead.pk, actor=admin)

    with pytest.raises(WrongMove):
        redeliver(dead.pk, actor=admin)


def test_a_redelivered_event_goes_out_again_with_all_its_tries(dead: OutboxEvent, admin: User) -> None:
    redeliver(dead.pk, actor=admin)

    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (OutboxState.PENDING, 0)
    entry = AuditEntry.objects.latest("id")
    assert (entry.verb, entry.actor_id, entry.target_id) == ("event.redelivered", admin.pk, str(dead.pk))

    platform = Platform()
    deliver_due(platform.send)
    assert platform.got == ["a:1"]


def test_a_redelivered_event_may_die_again(dead: OutboxEvent) -> None:
    redeliver(dead.pk, actor=SYSTEM)
    exhaust(dead, refusing().send)

    assert verbs() == ["event.died", "event.redelivered", "event.died"]
