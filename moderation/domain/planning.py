"""From one choice on the decision form to measures against accounts, and what those will do, in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from moderation.domain import wording
from moderation.domain.answers import BADGE_REMOVAL, EDUCATION, LENGTHS, Answer, Charge, Measures, Place, heaviest
from moderation.domain.check_in_words import ENDS_AFTER_CHECK_IN
from moderation.domain.ladder import Suggestion, needs_approval
from moderation.domain.policy import Clause, Measure, Policy
from moderation.domain.vocabulary import Ground, SanctionKind, Severity

NAME_PLACE = "{username}"  # stands in a notice where the name of an account goes that this person may not see


class Choice(StrEnum):
    SUGGESTED = "suggested"
    BADGE = "badge"
    SUSPEND = "suspend"
    EDUCATE = "educate"
    NO_VIOLATION = "no_violation"
    EACH = "each"  # by rule and account


# The order in which an account's measures are told and written.
_KINDS = (SanctionKind.TEEN_BADGE_REMOVAL, SanctionKind.EDUCATION_NOTICE, SanctionKind.SUSPENSION)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that the decision may be about, with what the policy suggests for it.

    `suggestion` is for what weighs most; `charges` has everything that the account can be decided about.
    """

    account_id: int
    name: str
    suggestion: Suggestion
    charges: tuple[Charge, ...] = ()  # the weightiest first
    holds_teen_badge: bool = False
    is_suggested: bool = False  # ticked until somebody says otherwise
    is_linked: bool = False  # not in the case itself: another account of the same person
    is_nameless: bool = False  # `name` is a description, because this person may not see which account it is


@dataclass(frozen=True, slots=True)
class Wish:
    """What stands chosen on the form. `accounts` belongs to the quick choices, `answers` to «by rule and account»."""

    choice: Choice
    length: Measure = LENGTHS[1]
    badge_too: bool = False
    accounts: frozenset[int] = frozenset()
    answers: Mapping[Place, Answer] = field(default_factory=dict)
    after_check_in: bool = False  # of every suspension that has an end

    def answer(self, candidate: Candidate, charge: Charge) -> Measures:
        """What is answered to a charge; where nothing was said, what stands answered at first."""
        return charge.resolve(self.answers.get((candidate.account_id, charge.ground), charge.preset))


@dataclass(frozen=True, slots=True)
class Step:
    """One measure against one account, and what it is for: mostly one ground, sometimes several."""

    candidate: Candidate
    measure: Measure
    causes: tuple[Suggestion, ...]  # the one that it is counted under first
    after_check_in: bool = False  # its time alone does not end it

    @property
    def ground(self) -> Ground:
        return self.causes[0].ground

    @property
    def also(self) -> tuple[Ground, ...]:
        """Further grounds that it stands for, because an account gets one measure of a kind."""
        return tuple(cause.ground for cause in self.causes[1:])

    @property
    def clause(self) -> Clause:
        return self.causes[0].clause

    @property
    def code(self) -> str:
        """Names the step in a form: «12:suspension:7:contact_shared». Whatever changes its notice changes the code."""
        grounds = "+".join(cause.ground for cause in self.causes)
        return f"{self.candidate.account_id}:{self.measure.code}:{grounds}{':check_in' if self.after_check_in else ''}"


def plan(wish: Wish, candidates: Iterable[Candidate]) -> tuple[Step, ...]:
    """The steps of a choice, in the order of the candidates. A badge that is not held is not removed.

    An account gets at most one measure of each kind: of several suspensions the longest, which then stands for the
    other grounds too.
    """
    return tuple(_after_check_in(step, wish) for step in _planned(wish, candidates))


def _planned(wish: Wish, candidates: Iterable[Candidate]) -> tuple[Step, ...]:
    if wish.choice is Choice.EACH:
        return tuple(step for candidate in candidates for step in _answered(wish, candidate))
    chosen = [candidate for candidate in candidates if candidate.account_id in wish.accounts]
    return tuple(
        Step(candidate, measure, (candidate.suggestion,))
        for candidate in chosen
        for measure in _measures(wish, candidate)
    )


def _after_check_in(step: Step, wish: Wish) -> Step:
    return replace(step, after_check_in=wish.after_check_in and step.measure.ends_by_itself)


@dataclass(frozen=True, slots=True)
class Cleared:
    """Nothing was found of this ground for this account."""

    candidate: Candidate
    ground: Ground


def cleared(wish: Wish, candidates: Iterable[Candidate]) -> tuple[Cleared, ...]:
    """What was held against somebody and is found to be nothing. A quick sanction says nothing of other grounds."""
    if wish.choice not in (Choice.EACH, Choice.NO_VIOLATION):
        return ()
    return tuple(
        Cleared(candidate, charge.ground)
        for candidate in candidates
        for charge in candidate.charges
        if charge.is_found and (wish.choice is Choice.NO_VIOLATION or not wish.answer(candidate, charge))
    )


def finds_nothing(wish: Wish, candidates: Iterable[Candidate]) -> bool:
    """Whether the choice says that there is no violation at all."""
    if wish.choice is not Choice.EACH:
        return wish.choice is Choice.NO_VIOLATION
    return not any(wish.answer(candidate, charge) for candidate in candidates for charge in candidate.charges)


def notice(step: Step, policy: Policy, *, now: datetime, template: str = "") -> str:
    """The notice that the policy has for the step, filled in: by the template of that name, else by the first."""
    told = wording.Told(
        username=NAME_PLACE if step.candidate.is_nameless else step.candidate.name,
        grounds=(step.ground, *step.also),
        clause=step.clause.text,
        template=template,
    )
    text = wording.notice(step.measure, told, policy, now=now)
    return f"{text}\n\n{ENDS_AFTER_CHECK_IN}" if step.after_check_in else text


@dataclass(frozen=True, slots=True)
class Setting:
    """What the words of a preview depend on, besides the steps."""

    policy: Policy
    severity: Severity
    reporters: int
    now: datetime


def asks_second(steps: Iterable[Step], setting: Setting) -> bool:
    return needs_approval([step.measure for step in steps], setting.severity, setting.policy.second_person)


@dataclass(frozen=True, slots=True)
class Consequence:
    """One sentence. The name stands apart, because a page has to keep its letters from running into the words."""

    words: str
    who: str = ""

    def __str__(self) -> str:
        return f"{self.who} {self.words}".strip()


def consequences(
    steps: tuple[Step, ...], setting: Setting, clearing: Iterable[Cleared] = ()
) -> tuple[Consequence, ...]:
    """What confirming will do, the weightiest first. Without steps: what «no violation» does."""
    if not steps:
        return (
            Consequence("The case is closed. No account changes and no notice is sent."),
            *_reporters(setting, "somebody looked and found no violation"),
        )
    return (
        *_for_accounts(steps, setting),
        *(Consequence(f"is cleared of {one.ground.label.lower()}.", who=one.candidate.name) for one in clearing),
        *_reporters(setting, "something was done, not what"),
    )


def _answered(wish: Wish, candidate: Candidate) -> Iterator[Step]:
    """All that is answered for one account, as at most one measure of each kind."""
    asked = [(measure, charge.suggestion) for charge in candidate.charges for measure in wish.answer(candidate, charge)]
    for kind in _KINDS:
        of_kind = [(measure, cause) for measure, cause in asked if measure.kind is kind]
        if not of_kind or (kind is SanctionKind.TEEN_BADGE_REMOVAL and not candidate.holds_teen_badge):
            continue
        given = heaviest(measure for measure, _ in of_kind)
        first = next(cause for measure, cause in of_kind if measure == given)
        yield Step(candidate, given, (first, *(cause for _, cause in of_kind if cause is not first)))


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
    many = len({step.ground for step in steps}) > 1
    for step in steps:
        yield Consequence(_effect(step) + _what_for(step, many=many), who=step.candidate.name)
    until = wording.day(setting.now + setting.policy.appeal_window)
    yield Consequence(f"An appeal is possible until {until}.")


def _effect(step: Step) -> str:
    return _does(step.measure) + (" It ends only after a check-in." if step.after_check_in else "")


def _does(measure: Measure) -> str:
    if measure.kind is SanctionKind.EDUCATION_NOTICE:
        return "gets the education notice with the six questions and a link to answer them. Nothing is restricted."
    if measure.kind is SanctionKind.TEEN_BADGE_REMOVAL:
        return "loses the teen badge; a new one takes an application and two people."
    if measure.permanent:
        return "can no longer sign in on the platform, without end."
    if measure.days is None:
        return "cannot sign in on the platform until somebody on staff lifts it."
    return f"cannot sign in on the platform for {measure.length}."


def _what_for(step: Step, *, many: bool) -> str:
    """The grounds of a step, where a reader could wonder which."""
    if not (many or step.also):
        return ""
    grounds = wording.together((step.ground, *step.also))
    is_longest = bool(step.also) and step.measure.kind is SanctionKind.SUSPENSION
    longest = "; of several suspensions the longest counts" if is_longest else ""
    return f" For {grounds}{longest}."


def _reporters(setting: Setting, told: str) -> Iterator[Consequence]:
    if setting.reporters == 1:
        yield Consequence(f"The reporter hears that {told}.")
    elif setting.reporters:
        yield Consequence(f"{setting.reporters} reporters hear that {told}.")
