"""Putting dead events back into the outbox, one or many at once. How they travel is delivery's affair."""

from collections.abc import Collection

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import hints
from moderation.domain.refusals import Missing, Refused, WrongMove
from moderation.domain.retention import FIXED, Kept
from moderation.domain.vocabulary import OutboxState
from moderation.models import OutboxEvent, clock
from moderation.permissions import require
from moderation.queries.deliveries import DeliveryFilters, fitting, redeliverable

MOST_AT_ONCE = 500


@whole
def redeliver(event_id: int, *, actor: Actor) -> OutboxEvent:
    """Put a dead event back, to be tried for three days more, before any later event of its account.

    Raises Missing, NotPermitted, WrongMove when the event is not dead, Refused when it says nothing any more.
    """
    event = OutboxEvent.objects.select_for_update(no_key=True).filter(pk=event_id).first()

    require(actor, Capability.MANAGE_INTEGRATIONS)

    if event is None:
        raise Missing("There is no such event.")
    if event.state != OutboxState.DEAD:
        raise WrongMove(f"This event is {event.state}: only one that Haven has given up can be delivered again.")
    _require_content([event])

    _put_back([event], actor=actor)
    return event


@whole
def redeliver_ticked(event_ids: Collection[int], *, actor: Actor) -> int:
    """The same for several; answers how many. What is dead no more is passed over: somebody else was quicker.

    Raises NotPermitted, Refused for none or more than MOST_AT_ONCE, or when one of them says nothing any more.
    """
    dead = OutboxEvent.objects.filter(pk__in=event_ids, state=OutboxState.DEAD)
    events = list(dead.select_for_update(no_key=True).order_by("pk"))

    require(actor, Capability.MANAGE_INTEGRATIONS)

    if not 0 < len(event_ids) <= MOST_AT_ONCE:
        raise Refused(f"Tick the events that shall be sent again: at least one, at most {MOST_AT_ONCE}.")
    _require_content(events)

    _put_back(events, actor=actor)
    return len(events)


@whole
def redeliver_fitting(filters: DeliveryFilters, *, actor: Actor) -> int:
    """The same for the oldest dead events that fit and still say something, MOST_AT_ONCE of them at most; answers how
    many. Raises NotPermitted."""
    dead = redeliverable(fitting(filters))
    events = list(dead.select_for_update(no_key=True, skip_locked=True).order_by("pk")[:MOST_AT_ONCE])

    require(actor, Capability.MANAGE_INTEGRATIONS)

    _put_back(events, actor=actor)
    return len(events)


def _require_content(events: list[OutboxEvent]) -> None:
    emptied = next((event for event in events if event.is_emptied), None)
    if emptied is not None:
        raise Refused(
            f"What {emptied.webhook_id} said was deleted after {FIXED[Kept.TOLD].days} days: it cannot be sent again."
            " Tell the platform by other means, or act anew: that makes a new event."
        )


def _put_back(events: list[OutboxEvent], *, actor: Actor) -> None:
    now = clock.now()
    tried = {event.pk: event.attempts for event in events}
    for event in events:
        event.move_to(OutboxState.PENDING)
        event.attempts = 0
        event.not_before = now
    OutboxEvent.objects.bulk_update(events, ["state", "attempts", "not_before"])

    for event in events:
        audit.record("event.redelivered", actor=actor, target=event, topic=event.topic, attempts=tried[event.pk])
    if events:
        hints.after_commit(hints.DELIVER)
