"""Bringing the outbox to the platform: claim, send outside of any transaction, note the result under the claim.

Knows nothing of HTTP: how one event travels is the caller's `send`.
"""

import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

import structlog

from accounts import SYSTEM, Actor, audit
from accounts.database import whole
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

_RESULT_COLUMNS = [
    "state",
    "attempts",
    "last_status",
    "last_error",
    "not_before",
    "delivered_at",
    "claim",
    "claimed_until",
]
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

_claim = whole(outbox.claim_batch)


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
    """Claim what is due, send it, a few at once, and note results as they come; answers how many events were claimed.

    `send` runs in other threads, must not touch the database and must return within LONGEST_TRY. A batch holds one
    event an account, so sending at once breaks no order. Delivery is at least once: when this process dies after
    the platform took an event and before that is noted, the event is sent again, under the same webhook-id.
    """
    latest_start = time.monotonic() + LATEST_START.total_seconds()
    events = _claim(limit)
    if not events:
        return 0
    senders = ThreadPoolExecutor(min(SENT_AT_ONCE, len(events)), thread_name_prefix="sender")
    try:
        tries = {senders.submit(_try, send, event, latest_start): event for event in events}
        under_way = set(tries)
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            _note({tries[each].pk: each.result() for each in done}, claim=events[0].claim)
    finally:
        senders.shutdown(cancel_futures=True)
    return len(events)


@whole
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


@whole
def _note(answers: dict[int, Answer | None], *, claim: UUID | None) -> None:
    """Write results down, except where the claim has passed to another sender, whose result then counts."""
    events = list(OutboxEvent.objects.select_for_update(no_key=True).filter(pk__in=answers, claim=claim).order_by("pk"))
    now = clock.now()

    for event in events:
        event.claim = event.claimed_until = None
        if answer := answers[event.pk]:
            _judge(event, answer, now)
        event.save(update_fields=_RESULT_COLUMNS)

    for event in events:
        if event.state == OutboxState.DEAD:
            audit.record("event.died", actor=SYSTEM, target=event, topic=event.topic, attempts=event.attempts)
    if len(events) < len(answers):
        log.warning("claims_lost", events=sorted(answers.keys() - {event.pk for event in events}))


def _judge(event: OutboxEvent, answer: Answer, now: datetime) -> None:
    """What follows from the answer, unsaved: delivered, another try, or dead."""
    event.attempts += 1
    event.last_status, event.last_error = answer.status, answer.trouble[:300]
    if answer.arrived:
        event.move_to(OutboxState.DELIVERED)
        event.delivered_at = now
        return
    seen = {"webhook_id": str(event.public_id), "attempts": event.attempts, "trouble": event.last_error}
    delay = delay_after(event.attempts, luck=_dice.random())
    if delay is None:
        event.move_to(OutboxState.DEAD)
        log.error("event_dead", **seen)
    else:
        event.not_before = now + delay
        log.info("event_not_taken", **seen, again_in_s=round(delay.total_seconds()))
