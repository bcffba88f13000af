"""Interim holds as pages show them: those of a case, and those that nobody answered in time. Must not know HTTP."""

from dataclasses import dataclass
from datetime import datetime

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.deadlines import time_left
from moderation.domain.vocabulary import HoldState, Severity
from moderation.models import Case, Hold
from moderation.permissions import about_cases_of

MOST = 20  # of a case, the latest; and of those that nobody answered, the longest waiting


@dataclass(frozen=True, slots=True)
class HoldShown:
    hold_id: int
    account_id: int
    account: str
    state: HoldState
    score: float
    held_at: datetime
    confirm_by: datetime
    is_late: bool
    is_escalated: bool
    confirmed_by: str
    confirmed_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    end_reason: str
    may_answer: bool

    @property
    def is_open(self) -> bool:
        return self.state in (HoldState.WAITING, HoldState.CONFIRMED)

    @property
    def is_waiting(self) -> bool:
        return self.state is HoldState.WAITING


@dataclass(frozen=True, slots=True)
class OverdueHold:
    hold_id: int
    account: str
    score: float
    held_at: datetime
    confirm_by: datetime
    late_for: str  # «1 h 05»
    case_id: int
    headline: str
    snippet: str
    severity: Severity
    holder: str  # of the case now; empty: nobody


def holds_of(case: Case, *, viewer: Actor, now: datetime) -> tuple[HoldShown, ...]:
    """Those that hold a badge first, then the ended ones, the latest first. One query."""
    people = case.holds.select_related("account", "sanction__ended_by", "confirmed_by").order_by("-pk")[:MOST]
    is_anothers = case.is_held(now) and not case.is_held_by(viewer.actor_id, now)
    may = viewer.can(Capability.WORK_CASES) and (not is_anothers or viewer.can(Capability.APPROVE))
    shown = [_shown(hold, now, may_answer=may) for hold in people]
    return tuple(sorted(shown, key=lambda hold: not hold.is_open))


def overdue_holds(now: datetime, *, viewer: Actor) -> tuple[OverdueHold, ...]:
    """Of which the seniors have been told, the longest waiting first. One query."""
    waiting = Hold.objects.escalated().filter(about_cases_of(viewer)).select_related("account", "case__holder")
    return tuple(_overdue(hold, now) for hold in waiting.order_by("confirm_by", "pk")[:MOST])


def _shown(hold: Hold, now: datetime, *, may_answer: bool) -> HoldShown:
    sanction = hold.sanction
    return HoldShown(
        hold_id=hold.pk,
        account_id=hold.account_id,
        account=hold.account.display_name,
        state=HoldState(hold.state),
        score=hold.score,
        held_at=hold.held_at,
        confirm_by=hold.confirm_by,
        is_late=hold.confirm_by <= now,
        is_escalated=hold.escalated_at is not None,
        confirmed_by=hold.confirmed_by.name if hold.confirmed_by else "",
        confirmed_at=hold.confirmed_at,
        ended_by=sanction.ended_by.name if sanction.ended_by else "Haven",
        ended_at=sanction.ended_at,
        end_reason=sanction.end_reason,
        may_answer=may_answer,
    )


def _overdue(hold: Hold, now: datetime) -> OverdueHold:
    case = hold.case
    return OverdueHold(
        hold_id=hold.pk,
        account=hold.account.display_name,
        score=hold.score,
        held_at=hold.held_at,
        confirm_by=hold.confirm_by,
        late_for=time_left(now, hold.confirm_by),
        case_id=case.pk,
        headline=case.headline,
        snippet=case.snippet,
        severity=Severity(case.severity),
        holder=case.holder.name if case.holder and case.is_held(now) else "",
    )
