"""What the policy suggests for an account, given what it did and what was decided about it before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.domain.policy import Clause, Measure, Policy, SecondPerson
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


@dataclass(frozen=True, slots=True)
class Rung:
    """Where an account stands on the ladder of a ground, should this violation be upheld. `str()` says it in words."""

    ground: Ground
    earlier: int  # sanctions on this ground within the window
    steps: int
    measure: Measure
    window: timedelta

    @property
    def step(self) -> int:
        return min(self.earlier, self.steps - 1) + 1

    def __str__(self) -> str:
        """«second share in 365 days: step 2 of 3, suspend 30 days»"""
        times = f"{ordinal(self.earlier + 1)} {_ONE_OF[self.ground]} in {self.window.days} days"
        again = ", which repeats" if self.earlier >= self.steps else ""
        return f"{times}: step {self.step} of {self.steps}{again}, {_done(self.measure)}"


def rung(ground: Ground, history: Iterable[PastSanction], policy: Policy, *, now: datetime) -> Rung:
    """One step higher for each earlier sanction on this ground within the window; the last step repeats."""
    ladder = policy.grounds[ground].ladder
    earlier = _count(ground, history, policy, now)
    return Rung(ground, earlier, len(ladder), ladder[min(earlier, len(ladder) - 1)], policy.ladder_window)


def suggest(act: Act, history: Iterable[PastSanction], policy: Policy, *, now: datetime) -> Suggestion:
    """The ladder's step for this ground, one higher for each earlier sanction on it within the window.

    Sharing with a teen adds the removal of the teen badge. The suggestion binds nobody.
    """
    said = policy.grounds[act.ground]
    place = rung(act.ground, history, policy, now=now)
    measures: tuple[Measure, ...] = (place.measure,)
    badge = act.to_teen and act.ground is Ground.CONTACT_SHARED
    if badge and act.holds_teen_badge:
        measures = (Measure(SanctionKind.TEEN_BADGE_REMOVAL), *measures)
    return Suggestion(
        ground=act.ground,
        measures=measures,
        clause=policy.teen_clause if badge else said.clause,
        why=_why(act, place),
        needs_approval=needs_approval(measures, severity_of(act, policy), policy.second_person),
        all_accounts=said.all_accounts,
    )


def severity_of(act: Act, policy: Policy) -> Severity:
    if act.to_teen and act.ground is Ground.CONTACT_SHARED:
        return Severity.CRITICAL
    return policy.grounds[act.ground].severity


def needs_approval(measures: Iterable[Measure], severity: Severity, rule: SecondPerson) -> bool:
    """A second person signs the measures that the policy names, and whatever restricts in a matter so severe."""
    restricting = [m for m in measures if m.kind is not SanctionKind.EDUCATION_NOTICE]
    return any(m.code in rule.measures for m in restricting) or (bool(restricting) and severity in rule.severities)


STEPS = frozenset({SanctionKind.EDUCATION_NOTICE, SanctionKind.SUSPENSION})


def _count(ground: Ground, history: Iterable[PastSanction], policy: Policy, now: datetime) -> int:
    """Badge sanctions come beside a step of the ladder, so counting them would count one decision twice."""
    since = now - policy.ladder_window
    return sum(past.ground is ground and past.kind in STEPS and past.started_at >= since for past in history)


def _why(act: Act, place: Rung) -> str:
    who = " by a teen badge holder" if act.holds_teen_badge and act.to_teen else ""
    what = f"{act.ground.label}{' with a teen' if act.to_teen else ''}{who}"
    earlier = place.earlier
    before = "no earlier sanction" if not earlier else f"{earlier} earlier sanction{'s' if earlier > 1 else ''}"
    months = place.window.days // 30
    return f"{what}: {before} on this ground in {months} months, so step {place.step} of the ladder."


_ONE_OF = {
    Ground.CONTACT_SHARED: "share",
    Ground.CONTACT_REQUESTED: "request",
    Ground.OFFSITE_CONTACT: "off-site contact",
    Ground.OFFSITE_HARM: "off-site harm",
    Ground.OTHER: "violation",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def ordinal(number: int) -> str:
    """«second», «11th», «22nd»; from one."""
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _done(measure: Measure) -> str:
    if measure.kind is not SanctionKind.SUSPENSION:
        return measure.label.lower()
    return f"suspend {'permanently' if measure.permanent else measure.length}"
