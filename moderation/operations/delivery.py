"""Bringing the outbox to the platform: claim, send outside of any transaction, note the result under the claim.

Knows nothing of HTTP: how one event travels is the caller's `send`.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog

from accounts import SYSTEM, audit
from accounts.database import whole
from moderation import hints, outbox
from moderation.domain.backoff import delay_after
from moderation.domain.vocabulary import OutboxState
from moderation.models import Attempt, OutboxEvent, clock

log = structlog.get_logger(__name__)

LONGEST_TRY = timedelta(seconds=10)  # what `send` may take
SENT_AT_ONCE = 5  # while the platform answers in time
SLOW_AFTER = timedelta(seconds=1)  # a try that takes longer no longer keeps others from being sent
MOST_AT_ONCE = 40  # slow ones included
CLAIMED_AT_ONCE = 20
LATEST_START = outbox.CLAIM_FOR - LONGEST_TRY - timedelta(seconds=5)  # a try begun later could outlive its claim
WORKING_TIME = timedelta(seconds=45)  # of one call of deliver_due; with the last tries still below a task's time limit
_LOOK_AGAIN = 0.5  # seconds: what became due while others are slow must not wait for them

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


@dataclass(frozen=True, slots=True)
class _Try:
    answer: Answer
    took: timedelta


Send = Callable[[OutboxEvent], Answer]

_claim = whole(outbox.claim_batch)


def deliver_due(send: Send) -> int:
    """Deliver until nothing is due or the working time is over; answers how many tries that took.

    Any number of workers may run this at once. What is left when the time is over is asked for by a new hint.
    """
    until = time.monotonic() + WORKING_TIME.total_seconds()
    with _Tries(send) as tries:
        while time.monotonic() < until:
            if not (tries.claim(CLAIMED_AT_ONCE) or tries.are_under_way):
                return tries.count
            tries.go_on()
    hints.send(hints.DELIVER)
    return tries.count


def deliver_batch(send: Send, *, limit: int = CLAIMED_AT_ONCE) -> int:
    """Claim once what is due and send that; answers how many events were claimed."""
    with _Tries(send) as tries:
        claimed = tries.claim(limit)
        while tries.are_under_way:
            tries.go_on()
    return claimed


class _Tries:
    """The tries of one worker: claims, sends a few at once in threads, and notes results as they come.

    `send` runs in other threads, must not touch the database and must return within LONGEST_TRY. Claimed are one event
    an account, so sending at once breaks no order. Slow tries are set aside: SENT_AT_ONCE others go on beside them, and
    when half of all places are taken, only events that have not failed yet get another. So an endpoint that hangs for
    some accounts costs the others no more than one such try. Delivery is at least once: when this process dies after
    the platform took an event and before that is noted, the event is sent again, under the same webhook-id.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="sender")
        self._waiting: deque[tuple[OutboxEvent, float]] = deque()  # with the latest moment to begin
        self._under_way: dict[Future[_Try], tuple[OutboxEvent, float]] = {}  # with the moment it began
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._hand_back([event for event, _ in self._waiting])
                self._waiting.clear()
                while self._under_way:
                    self.go_on()
        finally:
            self._threads.shutdown(cancel_futures=True)

    @property
    def are_under_way(self) -> bool:
        return bool(self._under_way or self._waiting)

    def claim(self, limit: int) -> int:
        """Take what is due, unless there is enough to do; answers how much."""
        if self._waiting or not self._free_places():
            return 0
        latest_start = time.monotonic() + LATEST_START.total_seconds()
        events = _claim(limit, fresh_only=len(self._under_way) >= MOST_AT_ONCE // 2)
        self._waiting.extend((event, latest_start) for event in events)
        self.count += len(events)
        self._begin()
        return len(events)

    def go_on(self) -> None:
        """Wait for results, but not for long, and note those that have come."""
        done, _ = wait(self._under_way, timeout=_LOOK_AGAIN, return_when=FIRST_COMPLETED)
        tries = [(self._under_way.pop(each)[0], each.result()) for each in done]
        if tries:
            _note({event.pk: each for event, each in tries}, claims={event.claim for event, _ in tries})
        self._begin()

    def _begin(self) -> None:
        too_late = []
        while self._waiting and self._free_places():
            event, latest_start = self._waiting.popleft()
            now = time.monotonic()
            if now > latest_start:
                too_late.append(event)
            else:
                self._under_way[self._threads.submit(_try, self._send, event)] = event, now
        self._hand_back(too_late)

    def _hand_back(self, events: list[OutboxEvent]) -> None:
        """Their turn did not come in time to send them under this claim; no try is counted."""
        if events:
            self.count -= len(events)
            _note(dict.fromkeys((event.pk for event in events), None), claims={event.claim for event in events})

    def _free_places(self) -> int:
        slow_since = time.monotonic() - SLOW_AFTER.total_seconds()
        moving = sum(begun > slow_since for _, begun in self._under_way.values())
        return min(SENT_AT_ONCE - moving, MOST_AT_ONCE - len(self._under_way))


def _try(send: Send, event: OutboxEvent) -> _Try:
    begun = time.monotonic()
    try:
        answer = send(event)
    except Exception as error:  # one event that cannot be sent must not keep the others from leaving
        log.exception("sending_broke", webhook_id=str(event.public_id))
        answer = Answer(trouble=f"Haven itself failed at sending this ({type(error).__name__}); its log tells more.")
    return _Try(answer, timedelta(seconds=time.monotonic() - begun))


@whole
def _note(tries: Mapping[int, _Try | None], *, claims: set[UUID | None]) -> None:
    """Write results down, except where the claim has passed to another sender, whose result then counts."""
    mine = OutboxEvent.objects.filter(pk__in=tries, claim__in=claims)
    events = list(mine.select_for_update(no_key=True).order_by("pk"))
    now = clock.now()

    for event in events:
        event.claim = event.claimed_until = None
        if (each := tries[event.pk]) is not None:
            _judge(event, each.answer, now)
        event.save(update_fields=_RESULT_COLUMNS)
    Attempt.objects.bulk_create(_attempt(event, each, now) for event in events if (each := tries[event.pk]) is not None)

    for event in events:
        if event.state == OutboxState.DEAD:
            audit.record("event.died", actor=SYSTEM, target=event, topic=event.topic, attempts=event.attempts)
    if len(events) < len(tries):
        log.warning("claims_lost", events=sorted(tries.keys() - {event.pk for event in events}))


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


def _attempt(event: OutboxEvent, done: _Try, now: datetime) -> Attempt:
    return Attempt(
        event=event,
        at=now - done.took,
        took_ms=round(done.took.total_seconds() * 1000),
        status=done.answer.status,
        trouble=done.answer.trouble[:300],
    )
