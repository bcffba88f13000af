"""What waits for the seniors: cases that were raised, badges held and not confirmed in time. Must not know HTTP."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.vocabulary import CaseState, Lane, Severity
from moderation.models import Escalation, Hold, clock
from moderation.permissions import about_cases_of, is_narrowed, require
from moderation.queries.holds import OverdueHold, overdue_holds

PAGE_SIZE = 50
KEEP_FOR = timedelta(seconds=5)
_KEY = "escalations-waiting"


@dataclass(frozen=True, slots=True)
class EscalationShown:
    escalation_id: int
    lane: Lane
    note: str
    raised_by: str
    raised_at: datetime
    case_id: int
    headline: str
    snippet: str
    severity: Severity
    holder: str  # of the case now; empty: nobody
    is_decided: bool  # the case is, or waits for its second signature


@dataclass(frozen=True, slots=True)
class EscalationsPage:
    escalations: tuple[EscalationShown, ...]
    has_more: bool
    holds: tuple[OverdueHold, ...] = ()  # badges held of which nobody has answered in time


def escalations_page(*, viewer: Actor) -> EscalationsPage:
    """Two queries. Raises NotPermitted for whoever cannot answer."""
    require(viewer, Capability.ANSWER_ESCALATIONS)
    now = clock.now()
    found = list(
        Escalation.objects.filter(about_cases_of(viewer), answered_at=None)
        .select_related("raised_by", "case", "case__holder")
        .order_by("raised_at", "pk")[: PAGE_SIZE + 1]
    )
    return EscalationsPage(
        escalations=tuple(_shown(one, viewer, now) for one in found[:PAGE_SIZE]),
        has_more=len(found) > PAGE_SIZE,
        holds=overdue_holds(now, viewer=viewer),
    )


def count_waiting(viewer: Actor) -> int:
    """How many there are, up to KEEP_FOR old: it stands on every page of a senior. For whoever sees some cases alone
    it is counted anew."""
    if is_narrowed(viewer):
        return _count(viewer)
    kept: int | None = cache.get(_KEY)
    if kept is None:
        kept = _count(viewer)
        cache.set(_KEY, kept, KEEP_FOR.total_seconds())
    return kept


def _count(viewer: Actor) -> int:
    seen = about_cases_of(viewer)
    return Escalation.objects.filter(seen, answered_at=None).count() + Hold.objects.escalated().filter(seen).count()


def forget() -> None:
    """Count anew at the next call: somebody has just raised or answered one."""
    cache.delete(_KEY)


def _shown(one: Escalation, viewer: Actor, now: datetime) -> EscalationShown:
    case = one.case
    return EscalationShown(
        escalation_id=one.pk,
        lane=Lane(one.lane),
        note=one.note,
        raised_by="you" if one.raised_by_id == viewer.actor_id else one.raised_by.name,
        raised_at=one.raised_at,
        case_id=case.pk,
        headline=case.headline,
        snippet=case.snippet,
        severity=Severity(case.severity),
        holder=case.holder.name if case.holder and case.is_held(now) else "",
        is_decided=case.state != CaseState.OPEN,
    )
