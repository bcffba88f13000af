"""Decisions as pages show them, and the list of those that wait for a second person. Must not know HTTP."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Prefetch

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.deadlines import time_left
from moderation.domain.vocabulary import DecisionState, Ground, Outcome, SanctionKind, Severity
from moderation.models import Case, Decision, Hold, Sanction, clock
from moderation.models.holds import HELD
from moderation.models.prepared import Prepared, Slot
from moderation.permissions import about_cases_of, may_answer, require

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class MeasureShown:
    """One sanction of a decision."""

    account: str
    words: str
    ground: str
    notice: str


@dataclass(frozen=True, slots=True)
class DecisionShown:
    decision_id: int
    state: DecisionState
    outcome: Outcome
    measures: tuple[MeasureShown, ...]
    grounds: tuple[str, ...]
    cleared: tuple[str, ...]  # grounds of which nothing was found
    reasons: tuple[str, ...]  # in the words of the policy it was made under
    note: str
    decided_by: str
    decided_at: datetime
    answered_by: str
    answer_note: str
    is_own: bool
    may_answer: bool
    undo_until: datetime | None  # as long as this person can undo it
    gives_back: tuple[str, ...]  # whose held badge
    answered_at: datetime | None
    is_escalated: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that waits, with the case that it is about."""

    decision: DecisionShown
    case_id: int
    headline: str
    severity: Severity
    snippet: str
    waited: str  # «4 h 10»
    held: tuple[str, ...]  # whose teen badge Haven holds since before anybody had looked


@dataclass(frozen=True, slots=True)
class ProposalsPage:
    proposals: tuple[Proposal, ...]  # those that nobody answered in time, then the longest waiting
    has_more: bool


def proposals_page(*, viewer: Actor) -> ProposalsPage:
    """Five queries. Raises NotPermitted for whoever cannot give a second signature."""
    require(viewer, Capability.APPROVE)
    now = clock.now()
    waiting = (
        Decision.objects.filter(about_cases_of(viewer), state=DecisionState.PROPOSED)
        .select_related("decided_by", "answered_by", "case", "policy_version")
        .prefetch_related(*_SHOWN_WITH)
        .order_by(F("escalated_at").asc(nulls_last=True), "decided_at", "id")[: PAGE_SIZE + 1]
    )
    found = list(waiting)
    return ProposalsPage(
        proposals=tuple(_proposal(decision, viewer, now) for decision in found[:PAGE_SIZE]),
        has_more=len(found) > PAGE_SIZE,
    )


_SHOWN_WITH = (
    Prefetch("sanctions", Sanction.objects.select_related("account")),
    "case__parties",
    Prefetch("case__holds", Hold.objects.select_related("account")),
)
_LATEST = Prepared(
    lambda: (
        Decision.objects.filter(case=Slot("case"))
        .select_related("decided_by", "answered_by", "case", "policy_version")
        .prefetch_related(*_SHOWN_WITH)
        .order_by("-pk")[:1]
    )
)


def latest_decision(case: Case, *, viewer: Actor, now: datetime) -> DecisionShown | None:
    decision = _LATEST.first(case=case.pk)
    return None if decision is None else decision_shown(decision, viewer, now)


def decision_shown(decision: Decision, viewer: Actor, now: datetime) -> DecisionShown:
    is_own = decision.decided_by_id == viewer.actor_id
    holds = decision.case.holds.all()
    return DecisionShown(
        decision_id=decision.pk,
        state=DecisionState(decision.state),
        outcome=Outcome(decision.outcome),
        measures=_measures(decision, viewer),
        grounds=tuple(Ground(ground).label for ground in decision.grounds),
        cleared=tuple(Ground(ground).label for ground in decision.cleared),
        reasons=_reasons(decision),
        note=decision.note,
        decided_by="you" if is_own else decision.decided_by.name,
        decided_at=decision.decided_at,
        answered_by=decision.answered_by.name if decision.answered_by else "",
        answer_note=decision.answer_note,
        is_own=is_own,
        may_answer=decision.state == DecisionState.PROPOSED and may_answer(viewer, decision),
        undo_until=decision.undo_until if is_own and decision.can_be_undone(now) else None,
        gives_back=tuple(sorted({h.account.display_name for h in holds if h.account_id in decision.gives_back})),
        answered_at=decision.answered_at,
        is_escalated=decision.escalated_at is not None,
    )


def _proposal(decision: Decision, viewer: Actor, now: datetime) -> Proposal:
    case = decision.case
    return Proposal(
        decision=decision_shown(decision, viewer, now),
        case_id=case.pk,
        headline=case.headline,
        severity=Severity(case.severity),
        snippet=case.snippet,
        waited=time_left(now, decision.decided_at),
        held=tuple(hold.account.display_name for hold in case.holds.all() if hold.state in HELD),
    )


def _reasons(decision: Decision) -> tuple[str, ...]:
    if not decision.reasons:
        return ()
    policy = decision.policy_version.policy
    labels = {reason.code: reason.label for reason in policy.reasons_of(policy.grounds)}
    return tuple(labels.get(code, code) for code in decision.reasons)


def _measures(decision: Decision, viewer: Actor) -> tuple[MeasureShown, ...]:
    """Without the hold that Haven itself places while a removal waits, and without the names of linked accounts."""
    parties = {party.account_id for party in decision.case.parties.all()}
    sees_all = viewer.can(Capability.MANAGE_SANCTIONS)
    return tuple(
        MeasureShown(
            account=s.account.display_name if sees_all or s.account_id in parties else "A linked account",
            words=s.measure.label,
            ground=Ground(s.ground).label,
            notice=s.notice if sees_all or s.account_id in parties else "",
        )
        for s in sorted(decision.sanctions.all(), key=lambda s: s.pk)
        if s.kind != SanctionKind.TEEN_BADGE_HOLD
    )
