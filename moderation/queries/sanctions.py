"""Sanctions by where they are in their life, newest first, a page at a time. Must not know HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.vocabulary import EndedBy, Ground, OutboxState, SanctionKind, SanctionState
from moderation.domain.wording import day
from moderation.models import OutboxEvent, Sanction, clock
from moderation.models.decisions import SanctionQuerySet
from moderation.permissions import require
from moderation.queries.transcripts import words_of

PAGE_SIZE = 50

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tab(StrEnum):
    IN_FORCE = "in_force"
    WAITING = "waiting"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return {"in_force": "In force", "waiting": "Waiting for approval", "ended": "Ended"}[self.value]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether the platform knows."""

    words: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class SanctionRow:
    sanction_id: int
    account: str
    account_words: str
    is_teen: bool
    words: str
    ground: str
    case_id: int
    state: str  # «In force until 3 March 2026»
    tone: str  # of its chip
    people: str  # «Moderator 3, approved by Senior 1»
    since: datetime
    delivery: Delivery | None
    ending: str  # why it ended, for those that did
    can_lift: bool


@dataclass(frozen=True, slots=True)
class SanctionsPage:
    tab: Tab
    rows: tuple[SanctionRow, ...]
    following: str  # the place where the next page begins; empty: there is none
    now: datetime
    can_lift: bool


def sanctions_page(tab: Tab, *, viewer: Actor, after: str = "") -> SanctionsPage:
    """Three queries. `after` is the `following` of the page before; what cannot be read begins at the top.

    Raises NotPermitted.
    """
    require(viewer, Capability.READ_SANCTIONS)
    now = clock.now()
    found = list(_rows(tab, after)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    told = _deliveries(shown)
    can_lift = viewer.can(Capability.MANAGE_SANCTIONS)
    return SanctionsPage(
        tab=tab,
        rows=tuple(_row(sanction, told.get(_key(sanction)), now, can_lift=can_lift) for sanction in shown),
        following=_place(tab, shown[-1]) if len(found) > PAGE_SIZE else "",
        now=now,
        can_lift=can_lift,
    )


def tab_from(text: str) -> Tab:
    """What the address asks for; anything else is what is in force."""
    return next((tab for tab in Tab if tab == text), Tab.IN_FORCE)


def _rows(tab: Tab, after: str) -> SanctionQuerySet:
    people = Sanction.objects.select_related("account", "decision", "proposer", "approver", "ended_by")
    place = _place_from(after)
    if tab is Tab.WAITING:
        waiting = people.waiting().order_by("id")
        return waiting.filter(pk__gt=place[1]) if place else waiting
    if tab is Tab.IN_FORCE:
        in_force = people.in_force().newest_first("starts_at")
        return in_force.older_than("starts_at", *place) if place else in_force
    ended = people.ended().newest_first("ended_at")
    return ended.older_than("ended_at", *place) if place else ended


def _place(tab: Tab, sanction: Sanction) -> str:
    moment = {Tab.IN_FORCE: sanction.starts_at, Tab.ENDED: sanction.ended_at}.get(tab) or _EPOCH
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}.{sanction.pk}"


def _place_from(text: str) -> tuple[datetime, int] | None:
    try:
        micros, sanction_id = (int(part) for part in text.split("."))
        moment = _EPOCH + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return None
    return (moment, sanction_id) if 0 <= sanction_id < 2**63 else None


def _row(sanction: Sanction, event: OutboxEvent | None, now: datetime, *, can_lift: bool) -> SanctionRow:
    account = sanction.account
    in_force = sanction.state == SanctionState.IN_FORCE
    state, tone = _state(sanction, now)
    return SanctionRow(
        sanction_id=sanction.pk,
        account=account.display_name,
        account_words=words_of(account),
        is_teen=account.is_teen,
        words=sanction.measure.label,
        ground=Ground(sanction.ground).label,
        case_id=sanction.case_id,
        state=state,
        tone=tone,
        people=_people(sanction),
        since=sanction.starts_at or sanction.decision.decided_at,
        delivery=_delivery(event) if event else None,
        ending=sanction.end_reason,
        can_lift=can_lift and in_force and sanction.kind != SanctionKind.EDUCATION_NOTICE,
    )


def _until_check_in(sanction: Sanction, now: datetime) -> tuple[str, str]:
    if sanction.ends_at is None or sanction.ends_at > now:
        first = f"until {day(sanction.ends_at)}" if sanction.ends_at else "until further notice"
        return f"In force {first}, then only after a check-in", "high wraps"
    return f"Its time was over on {day(sanction.ends_at)}: waits for a check-in", "high wraps"


def _state(sanction: Sanction, now: datetime) -> tuple[str, str]:
    if sanction.state == SanctionState.PROPOSED:
        return "Waiting for a second approval", "critical"
    if sanction.state == SanctionState.ENDED:
        how = _HOW[EndedBy(sanction.ended_how)]
        return f"{how} on {day(sanction.ended_at)}" if sanction.ended_at else how, ""
    if sanction.kind == SanctionKind.EDUCATION_NOTICE:
        return "Given", "normal"
    if sanction.awaits_check_in:
        return _until_check_in(sanction, now)
    if sanction.ends_at:
        return f"In force until {day(sanction.ends_at)}", "high"
    return "In force, permanent" if sanction.permanent else "In force until further notice", "high"


_HOW = {
    EndedBy.EXPIRY: "Ran out",
    EndedBy.LIFTING: "Lifted",
    EndedBy.APPEAL: "Overturned on appeal",
    EndedBy.REPLACEMENT: "Became a removal",
}


def _people(sanction: Sanction) -> str:
    proposer = sanction.proposer.name if sanction.proposer else "Haven"
    words = [f"proposed by {proposer}" if sanction.state == SanctionState.PROPOSED else f"by {proposer}"]
    if sanction.approver:
        words.append(f"approved by {sanction.approver.name}")
    if sanction.ended_by:
        words.append(f"ended by {sanction.ended_by.name}")
    return ", ".join(words)


_TOPICS = {
    SanctionKind.TEEN_BADGE_HOLD: ("badge.held", "badge.restored"),
    SanctionKind.TEEN_BADGE_REMOVAL: ("badge.removed", "badge.restored"),
}


def _key(sanction: Sanction) -> str:
    """The key under which the last change of the sanction was posted to the outbox."""
    applied, lifted = _TOPICS.get(SanctionKind(sanction.kind), ("sanction.applied", "sanction.lifted"))
    topic = lifted if sanction.state == SanctionState.ENDED else applied
    return f"{topic}:{sanction.pk}:{sanction.state}"


def _deliveries(sanctions: Sequence[Sanction]) -> Mapping[str, OutboxEvent]:
    keys = [_key(sanction) for sanction in sanctions]
    return {event.key: event for event in OutboxEvent.objects.filter(key__in=keys)}


def _delivery(event: OutboxEvent) -> Delivery | None:
    state = OutboxState(event.state)
    if state is OutboxState.DELIVERED:
        return Delivery("the platform knows")
    if state is OutboxState.DEAD:
        return Delivery("the platform could not be told", is_late=True)
    if state is OutboxState.PENDING and event.attempts:
        return Delivery(f"not delivered yet: {event.last_error or 'the platform did not take it'}", is_late=True)
    return Delivery("on its way to the platform") if state is OutboxState.PENDING else None
