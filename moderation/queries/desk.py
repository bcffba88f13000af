"""The decision form as its page shows it: what can be chosen, what is, and what confirming it would do.

Pure: it is worked out from a case page and from what stands on the form.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from moderation.domain import planning
from moderation.domain.planning import Candidate, Choice, Consequence, Step, Wish
from moderation.domain.policy import Measure
from moderation.domain.vocabulary import SanctionKind
from moderation.models import Account
from moderation.queries.cases import CasePage

KEYS = {Choice.SUGGESTED: "1", Choice.BADGE: "2", Choice.SUSPEND: "3", Choice.EDUCATE: "4", Choice.NO_VIOLATION: "0"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has chosen and typed and not sent yet. `notices` are keyed by the code of their step."""

    wish: Wish
    key: UUID = field(default_factory=uuid4)
    notices: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceShown:
    choice: Choice
    key: str
    label: str
    is_chosen: bool
    second: bool = False  # asks for a second person


@dataclass(frozen=True, slots=True)
class LengthShown:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class AccountShown:
    candidate: Candidate
    suggested: str  # the measures the policy suggests for it
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class NoticeShown:
    code: str
    who: str
    measure: str
    text: str


@dataclass(frozen=True, slots=True)
class Desk:
    key: UUID
    choices: tuple[ChoiceShown, ...]  # the suggested one first
    whys: tuple[Candidate, ...]  # whose suggestion is explained
    lengths: tuple[LengthShown, ...]
    accounts: tuple[AccountShown, ...]
    badge_too: bool
    can_remove_badge: bool
    notices: tuple[NoticeShown, ...]
    consequences: tuple[Consequence, ...]
    second: bool
    is_empty: bool  # something was to be done, but to nobody
    note: str
    undo_seconds: int


def desk(page: CasePage, draft: Draft | None = None) -> Desk:
    """The form for this case; without a draft, with what the policy suggests chosen."""
    draft = draft or Draft(page.first_wish)
    wish, candidates = draft.wish, page.people.candidates
    steps = planning.plan(wish, candidates)
    return Desk(
        key=draft.key,
        choices=tuple(_choices(page, wish)),
        whys=page.suggested,
        lengths=tuple(LengthShown(m.code, _length(m), m == wish.length) for m in planning.LENGTHS),
        accounts=tuple(_accounts(page, wish)),
        badge_too=wish.badge_too,
        can_remove_badge=any(candidate.holds_teen_badge for candidate in candidates),
        notices=tuple(_notice(step, draft, page) for step in steps),
        consequences=planning.consequences(steps, page.setting),
        second=planning.asks_second(steps, page.setting),
        is_empty=not steps and wish.choice is not Choice.NO_VIOLATION,
        note=draft.note,
        undo_seconds=round(page.setting.policy.undo_window.total_seconds()),
    )


def unread(steps: Iterable[Step], draft: Draft) -> bool:
    """Whether a notice would go out that did not stand on the form: nobody confirms what was not shown."""
    return any(step.code not in draft.notices for step in steps)


def usernames(steps: Iterable[Step]) -> Mapping[int, str]:
    """The names for notices; also of accounts whose name the page does not show."""
    accounts = Account.objects.in_bulk([step.candidate.account_id for step in steps])
    return {pk: account.display_name for pk, account in accounts.items()}


def _choices(page: CasePage, wish: Wish) -> Iterable[ChoiceShown]:
    labels = {
        Choice.SUGGESTED: _suggested(page),
        Choice.BADGE: "Remove badge",
        Choice.SUSPEND: "Suspend …",
        Choice.EDUCATE: "Education notice",
        Choice.NO_VIOLATION: "No violation",
    }
    can_remove = any(candidate.holds_teen_badge for candidate in page.people.candidates)
    for choice, label in labels.items():
        if choice is Choice.BADGE and not can_remove:
            continue
        would = planning.plan(Wish(choice, accounts=page.first_wish.accounts), page.people.candidates)
        second = choice is not Choice.SUSPEND and planning.asks_second(would, page.setting)
        yield ChoiceShown(choice, KEYS[choice], label, choice is wish.choice, second)


def _suggested(page: CasePage) -> str:
    """The measures, if they are the same for everybody; otherwise that they are not."""
    different = {candidate.suggestion.measures for candidate in page.suggested}
    if len(different) != 1:
        return "To each what the policy suggests"
    return in_words(different.pop())


def in_words(measures: Iterable[Measure]) -> str:
    """«Remove teen badge and suspend for 7 days»"""
    words = " and ".join(_imperative(measure) for measure in measures)
    return words[:1].upper() + words[1:]


def _imperative(measure: Measure) -> str:
    if measure.kind is SanctionKind.TEEN_BADGE_REMOVAL:
        return "remove teen badge"
    if measure.kind is SanctionKind.EDUCATION_NOTICE:
        return "education notice"
    if measure.permanent:
        return "suspend permanently"
    return f"suspend for {measure.length}" if measure.days else f"suspend {measure.length}"


def _length(measure: Measure) -> str:
    return measure.length[0].upper() + measure.length[1:]


def _accounts(page: CasePage, wish: Wish) -> Iterable[AccountShown]:
    for candidate in page.people.candidates:
        suggested = in_words(candidate.suggestion.measures)
        yield AccountShown(candidate, suggested, candidate.account_id in wish.accounts)


def _notice(step: Step, draft: Draft, page: CasePage) -> NoticeShown:
    text = draft.notices.get(step.code) or planning.notice(step, page.setting.policy, now=page.now)
    return NoticeShown(step.code, step.candidate.name, step.measure.label, text)
