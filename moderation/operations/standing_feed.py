"""Putting changes of standing into the order in which platforms read them. Knows no transport."""

from django.db import connection

from accounts.database import whole
from moderation.models import StandingChange

MOST_AT_ONCE = 5_000
_LOCK = 0x57A4D1  # of nothing else

# The newest row is never deleted, whatever else is: positions would begin anew. Two statements, because the second must
# see what whoever held the lock before has committed.
_LOCKED = "SELECT pg_try_advisory_xact_lock(%s)"
_PUBLISH = """
WITH waiting AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place
    FROM moderation_standingchange WHERE position IS NULL ORDER BY id LIMIT %s
)
UPDATE moderation_standingchange AS change
SET position = waiting.place + (SELECT coalesce(max(position), 0) FROM moderation_standingchange)
FROM waiting WHERE change.id = waiting.id
"""


def publish_standing_changes() -> int:
    """Give positions to committed changes that have none; answers to how many.

    One at a time does this, and the lock outlasts its commit: whoever sees a position sees every lower one. Somebody
    else at work is no reason to wait, what is left is found by the next. Not a change that anybody is accountable for,
    hence no entry in the record.
    """
    if not StandingChange.objects.filter(position__isnull=True).exists():
        return 0  # so that the feed can be read while the database takes no writes
    return _publish()


@whole
def _publish() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [_LOCK])
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(_PUBLISH, [MOST_AT_ONCE])
        return int(cursor.rowcount)
