"""From one choice on the decision form to measures against accounts, and what those will do, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from moderation.domain import wording
from moderation.domain.ladder import Suggestion, needs_approval
from moderation.domain.policy import Measure, Policy
from moderation.domain.vocabulary import Ground, SanctionKind, Severity

NAME_PLACE = "{username}"  # stands in a notice where the name of an account goes that this person may not see


class Choice(StrEnum):
    SUGGESTED = "suggested"
    BADGE = "badge"
    SUSPEND = "suspend"
    EDUCATE = "educate"
    NO_VIOLATION = "no_violation"


LENGTHS: tuple[Measure, ...] = (
    Measure(SanctionKind.SUSPENSION, days=1),
    Measure(SanctionKind.SUSPENSION, days=7),
    Measure(SanctionKind.SUSPENSION, days=30),
    Measure(SanctionKind.SUSPENSION),
    Measure(SanctionKind.SUSPENSION, permanent=True),
)
BADGE_REMOVAL = Measure(SanctionKind.TEEN_BADGE_REMOVAL)
EDUCATION = Measure(SanctionKind.EDUCATION_NOTICE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that the decision may be about, with what the policy suggests for it."""

    account_id: int
    name: str
    suggestion: Suggestion
    holds_teen_badge: bool = False
    is_suggested: bool = False  # ticked until somebody says otherwise
    is_linked: bool = False  # not in the case itself: another account of the same person
    is_nameless: bool = False  # `name` is a description, because this person may not see which account it is


@dataclass(frozen=True, slots=True)
class Wish:
    """What stands chosen on the form."""

    choice: Choice
    length: Measure = LENGTHS[1]
    badge_too: bool = False
    accounts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One measure against one account."""

    candidate: Candidate
    measure: Measure

    @property
    def ground(self) -> Ground:
        return self.candidate.suggestion.ground

    @property
    def code(self) -> str:
        """Names the step in a form: «12:suspension:7»."""
        return f"{self.candidate.account_id}:{self.measure.code}"


def plan(wish: Wish, candidates: Iterable[Candidate]) -> tuple[Step, ...]:
    """The steps of a choice, in the order of the candidates. A badge that is not held is not removed."""
    chosen = [candidate for candidate in candidates if candidate.account_id in wish.accounts]
    return tuple(Step(candidate, measure) for candidate in chosen for measure in _measures(wish, candidate))


def notice(step: Step, policy: Policy, *, now: datetime) -> str:
    """The notice that the policy has for the step, filled in."""
    return wording.notice(
        step.measure,
        step.ground,
        username=NAME_PLACE if step.candidate.is_nameless else step.candidate.name,
        clause=step.candidate.suggestion.clause.text,
        now=now,
        policy=policy,
    )


@dataclass(frozen=True, slots=True)
class Setting:
    """What the words of a preview depend on, besides the steps."""

    policy: Policy
    severity: Severity
    reporters: int
    now: datetime


def asks_second(steps: Iterable[Step], setting: Setting) -> bool:
    return needs_approval([step.measure for step in steps], setting.severity)


@dataclass(frozen=True, slots=True)
class Consequence:
    """One sentence. The name stands apart, because a page has to keep its letters from running into the words."""

    words: str
    who: str = ""

    def __str__(self) -> str:
        return f"{self.who} {self.words}".strip()


def consequences(steps: tuple[Step, ...], setting: Setting) -> tuple[Consequence, ...]:
    """What confirming will do, the weightiest first. Without steps: what «no violation» does."""
    if not steps:
        return (
            Consequence("The case is closed. No account changes and no notice is sent."),
            *_reporters(setting, "somebody looked and found no violation"),
        )
    return (*_for_accounts(steps, setting), *_reporters(setting, "something was done, not what"))


def _measures(wish: Wish, candidate: Candidate) -> Iterator[Measure]:
    if wish.choice is Choice.SUGGESTED:
        yield from candidate.suggestion.measures
    if wish.choice is Choice.EDUCATE:
        yield EDUCATION
    badge = wish.choice is Choice.BADGE or (wish.choice is Choice.SUSPEND and wish.badge_too)
    if badge and candidate.holds_teen_badge:
        yield BADGE_REMOVAL
    if wish.choice is Choice.SUSPEND:
        yield wish.length


def _for_accounts(steps: tuple[Step, ...], setting: Setting) -> Iterator[Consequence]:
    if asks_second(steps, setting):
        held = any(step.measure == BADGE_REMOVAL for step in steps)
        meanwhile = " Until then the badge is held." if held else ""
        yield Consequence(f"A second person has to approve this first.{meanwhile}")
    for step in steps:
        yield Consequence(_effect(step.measure), who=step.candidate.name)
    until = wording.day(setting.now + setting.policy.appeal_window)
    yield Consequence(f"An appeal is possible until {until}.")


def _effect(measure: Measure) -> str:
    if measure.kind is SanctionKind.EDUCATION_NOTICE:
        return "gets the education notice with the six questions. Nothing is restricted."
    if measure.kind is SanctionKind.TEEN_BADGE_REMOVAL:
        return "loses the teen badge; a new one takes an application and two people."
    if measure.permanent:
        return "can no longer sign in on the platform, without end."
    if measure.days is None:
        return "cannot sign in on the platform until somebody on staff lifts it."
    return f"cannot sign in on the platform for {measure.length}."


def _reporters(setting: Setting, told: str) -> Iterator[Consequence]:
    if setting.reporters == 1:
        yield Consequence(f"The reporter hears that {told}.")
    elif setting.reporters:
        yield Consequence(f"{setting.reporters} reporters hear that {told}.")
