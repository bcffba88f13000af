"""Posting to the outbox, claiming from it. What an event says is its poster's affair, how it travels its sender's."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from moderation import hints
from moderation.domain.vocabulary import OutboxState
from moderation.models import Account, OutboxEvent

CLAIM_FOR = timedelta(seconds=60)  # longer than one sender needs for one batch


def post(
    topic: str, payload: dict[str, Any], *, account: Account, key: str, not_before: datetime, cause: str = ""
) -> None:
    """Write one event in the caller's transaction. A key that is there already is left as it is.

    The event leaves after `not_before` and after every earlier event of the same account. `cause` is what `cancel`
    takes.
    """
    OutboxEvent.objects.bulk_create(
        [OutboxEvent(topic=topic, payload=payload, account=account, key=key, not_before=not_before, cause=cause)],
        ignore_conflicts=True,
    )
    hints.after_commit(hints.DELIVER)


def cancel(cause: str) -> bool:
    """Cancel what has not left yet. False when something of this cause is on its way or has arrived.

    The caller must then give up its own transaction: half a cancellation is none.
    """
    pending = OutboxEvent.objects.select_for_update().filter(cause=cause)
    events = list(pending)
    if any(event.state != OutboxState.PENDING or event.claim is not None for event in events):
        return False
    OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(state=OutboxState.CANCELLED)
    return True


_CLAIM = """
UPDATE moderation_outboxevent SET claim = %(claim)s, claimed_until = statement_timestamp() + %(lease)s
WHERE id IN (
    SELECT due.id FROM moderation_outboxevent AS due
    WHERE due.state = 'pending' AND due.not_before <= statement_timestamp()
      AND (due.claimed_until IS NULL OR due.claimed_until < statement_timestamp())
      AND NOT EXISTS (
          SELECT FROM moderation_outboxevent AS earlier
          WHERE earlier.account_id = due.account_id AND earlier.state = 'pending' AND earlier.id < due.id
      )
    ORDER BY due.not_before, due.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


def claim_batch(limit: int = 20) -> list[OutboxEvent]:
    """Lease up to `limit` events that are due, at most one an account, so that an account's events keep their order.

    Concurrent senders never get the same event; one whose sender died is free again after CLAIM_FOR. Each event
    carries its `claim`, without which the sender's report of the result is not accepted.
    """
    values: dict[str, Any] = {"claim": uuid.uuid4(), "lease": CLAIM_FOR, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        ids = [row[0] for row in cursor.fetchall()]
    return list(OutboxEvent.objects.filter(pk__in=ids).order_by("id"))
