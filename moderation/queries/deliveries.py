"""The delivery log: events with their tries, newest first, a page at a time. Must not know HTTP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import BooleanField, F, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import OutboxState
from moderation.models import Account, Attempt, OutboxEvent, clock
from moderation.permissions import require

PAGE_SIZE = 50
TRIES_SHOWN = 3  # of each event in the list
MOST_TRIES = 500  # on the page of one event
MOST_COUNTED = 1_000
_COUNT_FOR_S = 5
_COUNT_KEY = "events-dead"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DeliveryFilters:
    """What the log is narrowed to; empty means everything. Times are those at which events were posted."""

    account: str = ""  # the platform's id
    topic: str = ""
    state: OutboxState | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __bool__(self) -> bool:
        return self != DeliveryFilters()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the next begins with what is older."""

    created_at: datetime
    event_id: int

    def __str__(self) -> str:
        return f"{(self.created_at - _EPOCH) // timedelta(microseconds=1)}.{self.event_id}"


def place_from(text: str) -> Place | None:
    """The place that stands in an address; None for what is none."""
    try:
        micros, event_id = (int(part) for part in text.split("."))
        moment = _EPOCH + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return None
    return Place(moment, event_id) if 0 <= event_id < 2**63 else None


@dataclass(frozen=True, slots=True)
class TryRow:
    at: datetime
    took_ms: int
    status: int | None
    trouble: str


@dataclass(frozen=True, slots=True)
class EventRow:
    event_id: int
    webhook_id: str
    topic: str
    account: str  # the platform's id
    state: OutboxState
    created_at: datetime
    delivered_at: datetime | None
    next_try: datetime | None  # of one that waits
    is_overdue: bool  # it waits for a worker, or for an earlier event of its account
    attempts: int
    tries: tuple[TryRow, ...]  # the newest first
    can_redeliver: bool


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    rows: tuple[EventRow, ...]
    following: Place | None
    dead: int  # at most MOST_COUNTED
    fitting_dead: int  # the same within the filters

    @property
    def most_counted(self) -> int:
        return MOST_COUNTED


def deliveries_page(filters: DeliveryFilters, *, viewer: Actor, after: Place | None = None) -> DeliveriesPage:
    """Five queries at most, whatever is shown. Raises NotPermitted."""
    require(viewer, Capability.MANAGE_INTEGRATIONS)
    now = clock.now()
    events = fitting(filters).select_related("account").order_by("-created_at", "-id")
    found = list((_older(events, after) if after else events)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    tries = _latest_tries([event.pk for event in shown])
    dead = count_dead()
    fitting_dead = _count(redeliverable(fitting(filters))) if dead and filters else dead
    return DeliveriesPage(
        rows=tuple(_row(event, tries.get(event.pk, ()), now) for event in shown),
        following=Place(shown[-1].created_at, shown[-1].pk) if len(found) > PAGE_SIZE else None,
        dead=dead,
        fitting_dead=fitting_dead,
    )


def delivery_shown(event_id: int, *, viewer: Actor) -> EventRow:
    """One event with all of its tries, the last MOST_TRIES of them. Raises NotPermitted, Missing."""
    require(viewer, Capability.MANAGE_INTEGRATIONS)
    event = OutboxEvent.objects.select_related("account").filter(pk=event_id).first()
    if event is None:
        raise Missing("There is no such event.")
    tries = Attempt.objects.filter(event=event).order_by("-id")[:MOST_TRIES]
    return _row(event, map(_try, tries), clock.now())


def fitting(filters: DeliveryFilters) -> "QuerySet[OutboxEvent]":
    wanted = {
        "topic": filters.topic,
        "state": filters.state,
        "created_at__gte": filters.since,
        "created_at__lt": filters.until,
    }
    events = OutboxEvent.objects.filter(**{column: value for column, value in wanted.items() if value})
    if filters.account:  # looked up first: a join would be walked from the wrong end
        account_id = Account.objects.filter(ext_id=filters.account).values_list("pk", flat=True).first()
        events = events.filter(account_id=account_id) if account_id is not None else events.none()
    return events


# DISTINCT would read the whole outbox; this jumps from topic to topic along the index.
_TOPICS = """
WITH RECURSIVE known AS (
    (SELECT topic FROM moderation_outboxevent ORDER BY topic LIMIT 1)
    UNION ALL
    SELECT (SELECT topic FROM moderation_outboxevent WHERE topic > known.topic ORDER BY topic LIMIT 1)
    FROM known WHERE known.topic IS NOT NULL
)
SELECT topic FROM known WHERE topic IS NOT NULL
"""


def topics() -> list[str]:
    """Every topic there is, in order of the alphabet."""
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS)
        return [topic for (topic,) in cursor.fetchall()]


def dead_lately() -> int:
    """How many events are dead, as of some seconds ago."""
    return int(cache.get_or_set(_COUNT_KEY, count_dead, _COUNT_FOR_S) or 0)


def redeliverable(events: "QuerySet[OutboxEvent]") -> "QuerySet[OutboxEvent]":
    """Those that are dead and still say something: what retention has emptied cannot be sent, nor mended."""
    return events.filter(state=OutboxState.DEAD).exclude(payload={})


def count_dead() -> int:
    return _count(redeliverable(OutboxEvent.objects.all()))


def _count(events: "QuerySet[OutboxEvent]") -> int:
    return events.order_by()[:MOST_COUNTED].count()


def _older(events: "QuerySet[OutboxEvent]", place: Place) -> "QuerySet[OutboxEvent]":
    """What follows a place; a row comparison, because that is what walks the index."""
    row = '("moderation_outboxevent"."created_at", "moderation_outboxevent"."id") < (%s, %s)'
    return events.filter(RawSQL(row, (place.created_at, place.event_id), output_field=BooleanField()))  # noqa: S611


def _latest_tries(event_ids: list[int]) -> Mapping[int, list[TryRow]]:
    place = Window(RowNumber(), partition_by=F("event"), order_by=F("id").desc())
    latest = Attempt.objects.filter(event__in=event_ids).annotate(place=place).filter(place__lte=TRIES_SHOWN)
    tries: dict[int, list[TryRow]] = {}
    for attempt in latest.order_by("-id"):
        tries.setdefault(attempt.event_id, []).append(_try(attempt))
    return tries


def _row(event: OutboxEvent, tries: Iterable[TryRow], now: datetime) -> EventRow:
    state = OutboxState(event.state)
    is_waiting = state is OutboxState.PENDING
    return EventRow(
        event_id=event.pk,
        webhook_id=event.webhook_id,
        topic=event.topic,
        account=event.account.ext_id,
        state=state,
        created_at=event.created_at,
        delivered_at=event.delivered_at,
        next_try=event.not_before if is_waiting else None,
        is_overdue=is_waiting and event.not_before <= now,
        attempts=event.attempts,
        tries=tuple(tries),
        can_redeliver=state is OutboxState.DEAD and not event.is_emptied,
    )


def _try(attempt: Attempt) -> TryRow:
    return TryRow(attempt.at, attempt.took_ms, attempt.status, attempt.trouble)
