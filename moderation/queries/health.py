"""How the work stands, for probes: cheap whatever the size of the backlog. Knows no HTTP and no Redis."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min, QuerySet

from moderation.domain.vocabulary import OutboxState
from moderation.models import Message, OutboxEvent, clock
from moderation.queries.endpoint import is_connected

MOST_COUNTED = 100_000  # a probe need not know by how much more
AMONG_FIRST = 1_000


@dataclass(frozen=True, slots=True)
class Backlog:
    backlog: int  # at most MOST_COUNTED
    oldest_s: int  # how long the one that waits longest has been waiting; 0 without any


@dataclass(frozen=True, slots=True)
class Work:
    screening: Backlog
    outbox: Backlog
    dead: int


@transaction.atomic
def work_waiting() -> Work:
    """Without an address to tell events to, none is due. Raises OperationalError when the database is away or takes
    longer than a probe may wait."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '2s'")
    now = clock.now()
    unscreened = Message.objects.unscreened()
    due = OutboxEvent.objects.filter(state=OutboxState.PENDING, not_before__lte=now)
    if not is_connected():
        due = OutboxEvent.objects.none()
    # An edit sends an old id back into the queue, so the first id alone need not be the one that waits longest.
    oldest = unscreened.order_by("id")[:AMONG_FIRST].aggregate(since=Min("received_at"))["since"]
    first_event = due.order_by("not_before", "id").values_list("not_before", flat=True).first()
    return Work(
        screening=Backlog(_count(unscreened), _seconds(oldest, now)),
        outbox=Backlog(_count(due), _seconds(first_event, now)),
        dead=_count(OutboxEvent.objects.filter(state=OutboxState.DEAD)),
    )


def _count(rows: "QuerySet[Message] | QuerySet[OutboxEvent]") -> int:
    return rows.order_by()[:MOST_COUNTED].count()


def _seconds(since: datetime | None, now: datetime) -> int:
    return max(int((now - since).total_seconds()), 0) if since else 0


def migrations_are_applied() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
