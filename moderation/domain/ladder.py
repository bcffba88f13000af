"""What the policy suggests for an account, given what it did and what was decided about it before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from moderation.domain.policy import Clause, Measure, Policy
from moderation.domain.vocabulary import Ground, SanctionKind, Severity


@dataclass(frozen=True, slots=True)
class PastSanction:
    """A sanction that was put into force; what was undone, refused or overturned is not one."""

    ground: Ground
    kind: SanctionKind
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """One account's violation as the suggestion sees it."""

    ground: Ground
    to_teen: bool = False  # an adult's or a listener's, towards a teen
    holds_teen_badge: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    ground: Ground
    measures: tuple[Measure, ...]
    clause: Clause
    why: str
    needs_approval: bool
    all_accounts: bool = False


def suggest(act: Act, history: Iterable[PastSanction], policy: Policy, *, now: datetime) -> Suggestion:
    """The ladder's step for this ground, one higher for each earlier sanction on it within the window.

    Sharing with a teen adds the removal of the teen badge. The suggestion binds nobody.
    """
    said = policy.grounds[act.ground]
    earlier = _count(act.ground, history, policy, now)
    measures: tuple[Measure, ...] = (said.ladder[min(earlier, len(said.ladder) - 1)],)
    badge = act.to_teen and act.ground is Ground.CONTACT_SHARED
    if badge and act.holds_teen_badge:
        measures = (Measure(SanctionKind.TEEN_BADGE_REMOVAL), *measures)
    return Suggestion(
        ground=act.ground,
        measures=measures,
        clause=policy.teen_clause if badge else said.clause,
        why=_why(act, earlier, policy),
        needs_approval=needs_approval(measures, severity_of(act, policy)),
        all_accounts=said.all_accounts,
    )


def severity_of(act: Act, policy: Policy) -> Severity:
    if act.to_teen and act.ground is Ground.CONTACT_SHARED:
        return Severity.CRITICAL
    return policy.grounds[act.ground].severity


def needs_approval(measures: Iterable[Measure], severity: Severity) -> bool:
    """A second person signs what is permanent, the removal of a badge, and whatever restricts in a critical matter."""
    restricting = [m for m in measures if m.kind is not SanctionKind.EDUCATION_NOTICE]
    removal = any(m.kind is SanctionKind.TEEN_BADGE_REMOVAL or m.permanent for m in restricting)
    return removal or (bool(restricting) and severity is Severity.CRITICAL)


STEPS = frozenset({SanctionKind.EDUCATION_NOTICE, SanctionKind.SUSPENSION})


def _count(ground: Ground, history: Iterable[PastSanction], policy: Policy, now: datetime) -> int:
    """Badge sanctions come beside a step of the ladder, so counting them would count one decision twice."""
    since = now - policy.ladder_window
    return sum(past.ground is ground and past.kind in STEPS and past.started_at >= since for past in history)


def _why(act: Act, earlier: int, policy: Policy) -> str:
    who = " by a teen badge holder" if act.holds_teen_badge and act.to_teen else ""
    what = f"{act.ground.label}{' with a teen' if act.to_teen else ''}{who}"
    step = min(earlier, len(policy.grounds[act.ground].ladder) - 1) + 1
    before = "no earlier sanction" if not earlier else f"{earlier} earlier sanction{'s' if earlier > 1 else ''}"
    months = policy.ladder_window.days // 30
    return f"{what}: {before} on this ground in {months} months, so step {step} of the ladder."
