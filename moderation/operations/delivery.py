"""Bringing the outbox to the platform: claim, send outside of any transaction, note the result under the claim.

Knows nothing of HTTP: how one event travels is the caller's `send`.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

import structlog
from django.db import transaction

from accounts import SYSTEM, Actor, audit
from accounts.roles import Capability
from moderation import hints, outbox
from moderation.domain.backoff import delay_after
from moderation.domain.refusals import Missing, WrongMove
from moderation.domain.vocabulary import OutboxState
from moderation.models import OutboxEvent, clock
from moderation.permissions import require

log = structlog.get_logger(__name__)

LONGEST_TRY = timedelta(seconds=10)  # what `send` may take
SENT_AT_ONCE = 5
LATEST_START = outbox.CLAIM_FOR - LONGEST_TRY - timedelta(seconds=5)  # a try begun later could outlive its claim
WORKING_TIME = timedelta(seconds=45)  # of one call of deliver_due; with a last batch still below a task's time limit

_RESULT_COLUMNS = ["state", "attempts", "last_status", "last_error", "claim", "claimed_until"]
_dice = SystemRandom()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try. `trouble` is a sentence for the admin; without one, the platform took the event."""

    status: int | None = None
    trouble: str = ""

    @property
    def arrived(self) -> bool:
        return not self.trouble


Send = Callable[[OutboxEvent], Answer]


def deliver_due(send: Send) -> int:
    """Deliver until nothing is due or the working time is over; answers how many tries that took.

    Any number of workers may run this at once. What is left when the time is over is asked for by a new hint.
    """
    until = time.monotonic() + WORKING_TIME.total_seconds()
    tries = 0
    while time.monotonic() < until:
        batch = deliver_batch(send)
        if not batch:
            return tries
        tries += batch
    hints.send(hints.DELIVER)
    return tries


def deliver_batch(send: Send, *, limit: int = 20) -> int:
    """Claim what is due, send it, a few at once, and note each result; answers how many events were claimed.

    `send` runs in other threads, must not touch the database and must return within LONGEST_TRY. A batch holds one
    event an account, so sending at once breaks no order. Delivery is at least once: when this process dies after
    the platform took an event and before that is noted, the event is sent again, under the same webhook-id.
    """
    latest_start = time.monotonic() + LATEST_START.total_seconds()
    with transaction.atomic(durable=True):
        events = outbox.claim_batch(limit)
    if not events:
        return 0
    senders = ThreadPoolExecutor(min(SENT_AT_ONCE, len(events)), thread_name_prefix="sender")
    try:
        tries = {senders.submit(_try, send, event, latest_start): event for event in events}
        for done in as_completed(tries):
            _note(tries[done], done.result())
    finally:
        senders.shutdown(cancel_futures=True)
    return len(events)


@transaction.atomic(durable=True)
def redeliver(event_id: int, *, actor: Actor) -> OutboxEvent:
    """Put a dead event back, to be tried for three days more, before any later event of its account.

    Raises Missing, NotPermitted, WrongMove when the event is not dead.
    """
    event = OutboxEvent.objects.select_for_update(no_key=True).filter(pk=event_id).first()

    require(actor, Capability.MANAGE_INTEGRATIONS)

    if event is None:
        raise Missing("There is no such event.")
    if event.state != OutboxState.DEAD:
        raise WrongMove(f"This event is {event.state}: only one that Haven has given up can be delivered again.")

    tried = event.attempts
    event.move_to(OutboxState.PENDING)
    event.attempts = 0
    event.not_before = clock.now()
    event.save(update_fields=["state", "attempts", "not_before"])

    audit.record("event.redelivered", actor=actor, target=event, topic=event.topic, attempts=tried)
    hints.after_commit(hints.DELIVER)
    return event


def _try(send: Send, event: OutboxEvent, latest_start: float) -> Answer | None:
    """The answer; None when the event's turn came too late to send it under this claim."""
    if time.monotonic() > latest_start:
        return None
    try:
        return send(event)
    except Exception as error:  # one event that cannot be sent must not keep the others from leaving
        log.exception("sending_broke", webhook_id=str(event.public_id))
        return Answer(trouble=f"Haven itself failed at sending this ({type(error).__name__}); its log tells more.")


@transaction.atomic(durable=True)
def _note(claimed: OutboxEvent, answer: Answer | None) -> None:
    """Write the result down, unless the claim has passed to another sender, whose result then counts."""
    event = OutboxEvent.objects.select_for_update(no_key=True).filter(pk=claimed.pk, claim=claimed.claim).first()
    if event is None:
        log.warning("claim_lost", webhook_id=str(claimed.public_id))
        return
    event.claim = event.claimed_until = None
    if answer is None:
        event.save(update_fields=["claim", "claimed_until"])
        return
    event.attempts += 1
    event.last_status, event.last_error = answer.status, answer.trouble[:300]
    if answer.arrived:
        _arrived(event, clock.now())
    else:
        _failed(event, clock.now())


def _arrived(event: OutboxEvent, now: datetime) -> None:
    event.move_to(OutboxState.DELIVERED)
    event.delivered_at = now
    event.save(update_fields=[*_RESULT_COLUMNS, "delivered_at"])


def _failed(event: OutboxEvent, now: datetime) -> None:
    delay = delay_after(event.attempts, luck=_dice.random())
    seen = {"webhook_id": str(event.public_id), "topic": event.topic, "attempts": event.attempts}
    if delay is not None:
        event.not_before = now + delay
        event.save(update_fields=[*_RESULT_COLUMNS, "not_before"])
        log.info("event_not_taken", **seen, trouble=event.last_error, again_in_s=round(delay.total_seconds()))
        return
    event.move_to(OutboxState.DEAD)
    event.save(update_fields=_RESULT_COLUMNS)
    audit.record("event.died", actor=SYSTEM, target=event, topic=event.topic, attempts=event.attempts)
    log.error("event_dead", **seen, trouble=event.last_error)
