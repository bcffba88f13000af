"""Deleting what has been kept long enough, kind by kind, and never what is still needed.

Every kind is a query for what may go and a way to let it go. A stretch is one transaction: it locks what it found,
passes over what somebody else holds, asks again now that nobody can change it, and only then deletes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from accounts import SYSTEM, Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from accounts.sessions import forget_ended
from moderation.domain.retention import FIXED, Kept
from moderation.domain.vocabulary import CheckInState, OutboxState, SanctionKind, SanctionState
from moderation.models import (
    Appeal,
    Attempt,
    Case,
    CaseParty,
    Contact,
    Conversation,
    Evidence,
    Message,
    Note,
    OutboxEvent,
    Pin,
    PolicyVersion,
    Reflection,
    Report,
    clock,
)
from moderation.models.needed import cases_needed_since, cases_over_since, messages_over_since
from moderation.permissions import require
from moderation.queries.endpoint import is_connected

STRETCH = 500
MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Planned:
    """What would go now. `count` stops at MOST_COUNTED, so that looking costs little."""

    kind: Kept
    days: int
    before: datetime
    count: int


def plan(*, actor: Actor) -> list[Planned]:
    """What the next run would let go, without touching anything. Raises NotPermitted."""
    require(actor, Capability.MANAGE_DATA)

    now = clock.now()
    planned = []
    for kind, before in limits(PolicyVersion.objects.in_force(), now).items():
        count = min(MOST_COUNTED, sum(found[:MOST_COUNTED].count() for found in _CANDIDATES[kind](before, now)))
        planned.append(Planned(kind, (now - before).days, before, count))
    return planned


def limits(version: PolicyVersion, now: datetime) -> dict[Kept, datetime]:
    """By kind, the moment before which what was last needed may go."""
    kept = {Kept(kind): length for kind, length in version.policy.retention.items()} | FIXED
    return {kind: now - kept[kind] for kind in Kept if kind in kept}


def let_go(kind: Kept) -> int:
    """Let everything of a kind go whose time is over; answers how many rows. Safe to run twice, or to break off."""
    return sum(_stretches(kind))


def _stretches(kind: Kept) -> Iterator[int]:
    for part in range(len(_CANDIDATES[kind](clock.now(), clock.now()))):
        after = 0
        while True:
            done = _let_go(kind, part, after)
            if done is None:
                break
            after, gone = done
            yield gone


@whole
def _let_go(kind: Kept, part: int, after: int) -> tuple[int, int] | None:
    """The place reached, and how many rows went; None at the end."""
    now = clock.now()
    version = PolicyVersion.objects.in_force()
    candidates = _CANDIDATES[kind](limits(version, now)[kind], now)[part]
    if candidates.model is Session:
        candidates.delete()
        forget_ended()
        return None
    ids = list(candidates.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:STRETCH])
    if not ids:
        return None

    free = _lock(candidates.model, ids)
    still = list(candidates.filter(pk__in=free).values_list("pk", flat=True))
    if still:
        _GOES[candidates.model](still)
        audit.record(
            "retention.applied",
            actor=SYSTEM,
            target=version,
            policy_version=version.number,
            kind=kind.value,
            rows=len(still),
        )
    return ids[-1], len(still)


def _lock(model: type[Model], ids: list[int]) -> list[int]:
    """The rows that nobody else holds, locked with what decides about them. Nobody is waited for."""
    rows = model._default_manager.filter(pk__in=ids).order_by("pk").select_for_update(skip_locked=True, of=("self",))
    if model is Message:
        where = dict(rows.values_list("pk", "conversation_id"))
        free = Conversation.objects.filter(pk__in=set(where.values())).order_by("pk")
        mine = set(free.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
        return [pk for pk, conversation in where.items() if conversation in mine]
    return list(rows.values_list("pk", flat=True))


# What may go. Every query holds the whole condition, so that it can be asked again under the lock.


def _messages(before: datetime, now: datetime) -> "list[QuerySet[Message]]":
    return [messages_over_since(before).filter(received_at__lt=before)]


def _contacts(before: datetime, now: datetime) -> "list[QuerySet[Contact]]":
    return [Contact.objects.filter(case__in=cases_over_since(before))]


def _evidence(before: datetime, now: datetime) -> "list[QuerySet[Evidence] | QuerySet[Appeal] | QuerySet[Case]]":
    over = cases_over_since(before)
    return [
        Evidence.objects.filter(case__in=over),
        Appeal.objects.filter(sanction__case__in=over).exclude(text=""),
        over.exclude(snippet=""),
    ]


def _reports(before: datetime, now: datetime) -> "list[QuerySet[Report]]":
    return [Report.objects.filter(case__in=cases_over_since(before)).exclude(text="")]


def _notes(before: datetime, now: datetime) -> "list[QuerySet[Note]]":
    """A note that another corrects goes after the other: which is the next night at the latest."""
    needed = cases_needed_since(before)
    about = CaseParty.objects.filter(account=OuterRef("account"), case__in=needed)
    old = Note.objects.filter(written_at__lt=before, corrected_by__isnull=True).exclude(pin__is_pinned=True)
    return [old.filter(Q(case__isnull=True) | Q(case__in=cases_over_since(before))).filter(~Exists(about))]


def _answers(before: datetime, now: datetime) -> "list[QuerySet[Reflection]]":
    waited_for = Q(check_in__state=CheckInState.WAITING)
    restricting = Q(sanction__state=SanctionState.IN_FORCE) & ~Q(sanction__kind=SanctionKind.EDUCATION_NOTICE)
    appealable = Q(sanction__appeal_until__gte=now) | Q(check_in__sanction__state=SanctionState.IN_FORCE)
    return [Reflection.objects.filter(saved_at__lt=before).exclude(waited_for).exclude(restricting).exclude(appealable)]


def _told(before: datetime, now: datetime) -> "list[QuerySet[OutboxEvent]]":
    over = Q(state=OutboxState.DELIVERED, delivered_at__lt=before)
    over |= Q(state__in=[OutboxState.CANCELLED, OutboxState.DEAD], created_at__lt=before, not_before__lt=before)
    if not is_connected():
        over |= Q(state=OutboxState.PENDING, created_at__lt=before, not_before__lt=before)
    return [OutboxEvent.objects.filter(over).exclude(payload={})]


def _tries(before: datetime, now: datetime) -> "list[QuerySet[Attempt]]":
    return [Attempt.objects.filter(at__lt=before).exclude(event__state=OutboxState.PENDING)]


def _sessions(before: datetime, now: datetime) -> "list[QuerySet[Session]]":
    return [Session.objects.filter(expire_date__lt=before)]


_CANDIDATES: dict[Kept, Callable[[datetime, datetime], "list[QuerySet[Model]]"]] = {
    Kept.MESSAGES: _messages,  # type: ignore[dict-item]  # a list of one kind of rows is one of rows
    Kept.CONTACTS: _contacts,  # type: ignore[dict-item]
    Kept.EVIDENCE: _evidence,  # type: ignore[dict-item]
    Kept.REPORTS: _reports,  # type: ignore[dict-item]
    Kept.NOTES: _notes,  # type: ignore[dict-item]
    Kept.ANSWERS: _answers,  # type: ignore[dict-item]
    Kept.TOLD: _told,  # type: ignore[dict-item]
    Kept.TRIES: _tries,  # type: ignore[dict-item]
    Kept.SESSIONS: _sessions,  # type: ignore[dict-item]
}


# How it goes.


def delete_messages(ids: list[int]) -> None:
    """With their earlier texts; with who took part where no message is left. The caller holds their conversations."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM moderation_report_messages WHERE message_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM moderation_messageedit WHERE message_id = ANY(%s)", [ids])
        cursor.execute("DELETE FROM moderation_screeningfailure WHERE message_id = ANY(%s)", [ids])
        cursor.execute(_DELETE_MESSAGES, [ids])


_DELETE_MESSAGES = """
WITH gone AS (DELETE FROM moderation_message WHERE id = ANY(%s) RETURNING id, conversation_id)
DELETE FROM moderation_participant AS part USING gone
WHERE part.conversation_id = gone.conversation_id AND NOT EXISTS (
    SELECT 1 FROM moderation_message AS left_over
    WHERE left_over.conversation_id = gone.conversation_id AND left_over.id NOT IN (SELECT id FROM gone)
)
"""


def _delete(model: type[Model]) -> Callable[[list[int]], None]:
    def delete(ids: list[int]) -> None:
        model._default_manager.filter(pk__in=ids).delete()

    return delete


def _delete_notes(ids: list[int]) -> None:
    Pin.objects.filter(note__in=ids).delete()
    Note.objects.filter(pk__in=ids).delete()


def _empty(model: type[Model], column: str) -> Callable[[list[int]], None]:
    def empty(ids: list[int]) -> None:
        model._default_manager.filter(pk__in=ids).update(**{column: ""})

    return empty


def _empty_events(ids: list[int]) -> None:
    """What waits still, because there is nobody to tell, is not told any more."""
    events = OutboxEvent.objects.filter(pk__in=ids)
    events.filter(state=OutboxState.PENDING).update(state=OutboxState.CANCELLED)
    events.update(payload={})


_GOES: dict[type[Model], Callable[[list[int]], None]] = {
    Message: delete_messages,
    Contact: _delete(Contact),
    Evidence: _delete(Evidence),
    Appeal: _empty(Appeal, "text"),
    Case: _empty(Case, "snippet"),
    Report: _empty(Report, "text"),
    Note: _delete_notes,
    Reflection: _delete(Reflection),
    OutboxEvent: _empty_events,
    Attempt: _delete(Attempt),
}
