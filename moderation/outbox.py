"""Posting to the outbox, claiming from it. What an event says is its poster's affair, how it travels its sender's."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from moderation import hints
from moderation.domain.vocabulary import OutboxState
from moderation.models import Account, OutboxEvent, Sanction

CLAIM_FOR = timedelta(seconds=60)  # longer than one sender needs for one batch


def post(
    topic: str,
    payload: dict[str, Any],
    *,
    account: Account,
    key: str,
    not_before: datetime,
    cause: str = "",
    sanction: Sanction | None = None,
) -> None:
    """Write one event in the caller's transaction. A key that is there already is left as it is.

    The event leaves after `not_before` and after every earlier event of the same account. `cause` is what `cancel`
    takes; by `sanction` one sees whether the platform knows of it.
    """
    event = OutboxEvent(
        topic=topic,
        payload=payload,
        account=account,
        key=key,
        not_before=not_before,
        cause=cause,
        sanction=sanction,
    )
    OutboxEvent.objects.bulk_create([event], ignore_conflicts=True)
    hints.after_commit(hints.DELIVER)


def cancel(cause: str) -> bool:
    """Cancel what has not left yet. False when something of this cause is on its way or may have arrived.

    A try that failed counts as one that may have arrived: the answer can be lost after the event was taken.
    The caller must then give up its own transaction: half a cancellation is none.
    """
    events = list(OutboxEvent.objects.select_for_update().filter(cause=cause).order_by("pk"))
    if any(event.state != OutboxState.PENDING or event.claim or event.attempts for event in events):
        return False
    freed = Concat("key", Value(":cancelled:"), Cast("pk", CharField()))  # the same may have to be told later
    OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(state=OutboxState.CANCELLED, key=freed)
    return True


# MATERIALIZED, because a planner that ran the inner query twice would claim more than the limit. min(id), because it
# is one look into outbox_by_account whatever the statistics say; NOT EXISTS is read as a join over all that is pending.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT event.id FROM moderation_outboxevent AS event
    WHERE event.state = 'pending' AND event.not_before <= statement_timestamp()
      AND (event.attempts = 0 OR NOT %(fresh_only)s)
      AND (event.claimed_until IS NULL OR event.claimed_until < statement_timestamp())
      AND event.id = (
          SELECT min(first.id) FROM moderation_outboxevent AS first
          WHERE first.account_id = event.account_id AND first.state = 'pending'
      )
    ORDER BY event.not_before, event.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE moderation_outboxevent AS event
SET claim = %(claim)s, claimed_until = statement_timestamp() + %(lease)s
FROM due WHERE event.id = due.id
RETURNING event.*
"""


def claim_batch(limit: int = 20, *, fresh_only: bool = False) -> list[OutboxEvent]:
    """Lease up to `limit` events that are due, at most one an account, so that an account's events keep their order.
    `fresh_only`: of those that were never tried.

    An event that waits for its next try holds the later ones of its account back; one that is dead or cancelled does
    not. Concurrent senders never get the same event; one whose sender died is free again after CLAIM_FOR. Each event
    carries its `claim`, without which the sender's report of the result is not accepted.
    """
    values: dict[str, Any] = {"claim": uuid.uuid4(), "lease": CLAIM_FOR, "limit": limit, "fresh_only": fresh_only}
    return sorted(OutboxEvent.objects.raw(_CLAIM, values), key=lambda event: event.pk)
