"""The decision form as its page shows it: what can be chosen, what is, and what confirming it would do.

Pure: it is worked out from a case page and from what stands on the form.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from moderation.domain import answers, holding, planning
from moderation.domain.answers import Charge, Measures
from moderation.domain.planning import Candidate, Choice, Consequence, Step, Wish
from moderation.domain.policy import Clause, Measure
from moderation.domain.vocabulary import SanctionKind
from moderation.models import Account
from moderation.models.prepared import Prepared, among
from moderation.queries.cases import CasePage

KEYS = {
    Choice.SUGGESTED: "1",
    Choice.BADGE: "2",
    Choice.SUSPEND: "3",
    Choice.EDUCATE: "4",
    Choice.EACH: "5",
    Choice.NO_VIOLATION: "0",
}
REASON_KEYS = 9


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has chosen and typed and not sent yet.

    `notices` are keyed by the code of their step, as are `templates`, which the person picked, and `made_from`, which
    the texts were made from: where these differ, the text has still to be made anew.
    """

    wish: Wish
    key: UUID = field(default_factory=uuid4)
    notices: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    note: str = ""
    gives_back: frozenset[int] = frozenset()  # accounts whose held badge is given back

    def is_recast(self, code: str) -> bool:
        return self.templates.get(code, "") != self.made_from.get(code, "")


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
class HeldShown:
    account_id: int
    name: str
    is_given_back: bool


@dataclass(frozen=True, slots=True)
class AnswerShown:
    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ChargeShown:
    """One account on one ground, with what can be answered."""

    code: str
    candidate: Candidate
    why: str  # the policy's arithmetic; for whoever was only there, that
    answers: tuple[AnswerShown, ...]
    badge_answers: tuple[AnswerShown, ...]


@dataclass(frozen=True, slots=True)
class GroundShown:
    label: str
    clauses: tuple[Clause, ...]
    charges: tuple[ChargeShown, ...]


@dataclass(frozen=True, slots=True)
class ReasonShown:
    code: str
    label: str
    action: str  # the name of its key; empty: there are more than keys
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class TemplateShown:
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class NoticeShown:
    code: str
    who: str
    measure: str
    text: str
    template: str  # which one the text was made from
    templates: tuple[TemplateShown, ...]
    is_recast: bool  # it has just been made anew


@dataclass(frozen=True, slots=True)
class Desk:
    key: UUID
    choices: tuple[ChoiceShown, ...]  # the suggested one first
    whys: tuple[Candidate, ...]  # whose suggestion is explained
    lengths: tuple[LengthShown, ...]
    accounts: tuple[AccountShown, ...]
    badge_too: bool
    after_check_in: bool
    can_remove_badge: bool
    grounds: tuple[GroundShown, ...]  # the weightiest first
    reasons: tuple[ReasonShown, ...]
    notices: tuple[NoticeShown, ...]
    consequences: tuple[Consequence, ...]
    second: bool
    is_empty: bool  # something was to be done, but to nobody
    note: str
    undo_seconds: int
    held: tuple[HeldShown, ...] = ()


def desk(page: CasePage, draft: Draft | None = None) -> Desk:
    """The form for this case; without a draft, with what the policy suggests chosen."""
    draft = draft or Draft(page.first_wish)
    wish, candidates = draft.wish, page.people.candidates
    steps = planning.plan(wish, candidates)
    finds_nothing = planning.finds_nothing(wish, candidates)
    return Desk(
        key=draft.key,
        choices=tuple(_choices(page, wish)),
        whys=page.suggested,
        lengths=tuple(LengthShown(m.code, _length(m), m == wish.length) for m in answers.LENGTHS),
        accounts=tuple(_accounts(page, wish)),
        badge_too=wish.badge_too,
        after_check_in=wish.after_check_in,
        can_remove_badge=any(candidate.holds_teen_badge for candidate in candidates),
        grounds=tuple(_grounds(page, wish)),
        reasons=tuple(_reasons(page, draft)),
        notices=tuple(_notice(step, draft, page) for step in steps),
        consequences=(
            *holding.becomes(page.held, steps, draft.gives_back, finds_nothing=finds_nothing),
            *planning.consequences(steps, page.setting, planning.cleared(wish, candidates)),
        ),
        second=planning.asks_second(steps, page.setting),
        is_empty=not steps and not finds_nothing,
        note=draft.note,
        undo_seconds=round(page.setting.policy.undo_window.total_seconds()),
        held=tuple(HeldShown(h.account_id, h.name, h.account_id in draft.gives_back) for h in page.held),
    )


def unread(steps: Iterable[Step], draft: Draft) -> bool:
    """Whether a notice would go out that did not stand on the form: nobody confirms what was not shown."""
    return any(step.code not in draft.notices or draft.is_recast(step.code) for step in steps)


def usernames(steps: Iterable[Step]) -> Mapping[int, str]:
    """The names for notices; also of accounts whose name the page does not show."""
    accounts = _ACCOUNTS(accounts=[step.candidate.account_id for step in steps])
    return {account.pk: account.display_name for account in accounts}


_ACCOUNTS = Prepared(lambda: Account.objects.filter(among("pk", "accounts")))


def _choices(page: CasePage, wish: Wish) -> Iterable[ChoiceShown]:
    labels = {
        Choice.SUGGESTED: _suggested(page),
        Choice.BADGE: "Remove badge",
        Choice.SUSPEND: "Suspend …",
        Choice.EDUCATE: "Education notice",
        Choice.EACH: "By rule and account …",
        Choice.NO_VIOLATION: "No violation",
    }
    can_remove = any(candidate.holds_teen_badge for candidate in page.people.candidates)
    for choice, label in labels.items():
        if choice is Choice.BADGE and not can_remove:
            continue
        would = planning.plan(Wish(choice, accounts=page.first_wish.accounts), page.people.candidates)
        second = choice not in (Choice.SUSPEND, Choice.EACH) and planning.asks_second(would, page.setting)
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


def _grounds(page: CasePage, wish: Wish) -> Iterator[GroundShown]:
    held = [(candidate, charge) for candidate in page.people.candidates for charge in candidate.charges]
    weight = page.setting.policy.grounds
    by_weight = sorted({charge.ground for _, charge in held}, key=lambda g: (weight[g].severity, g), reverse=True)
    for ground in by_weight:
        of_ground = [(candidate, charge) for candidate, charge in held if charge.ground is ground]
        yield GroundShown(
            label=ground.label,
            clauses=tuple(dict.fromkeys(charge.suggestion.clause for _, charge in of_ground)),
            charges=tuple(_charge(candidate, charge, wish) for candidate, charge in of_ground),
        )


def _charge(candidate: Candidate, charge: Charge, wish: Wish) -> ChargeShown:
    chosen = wish.answer(candidate, charge)
    suggested = charge.suggestion.measures
    first = AnswerShown(answers.SUGGESTED, f"Suggested: {in_words(suggested).lower()}", chosen == suggested)

    def shown(options: Iterable[Measures]) -> tuple[AnswerShown, ...]:
        return tuple(
            AnswerShown(answers.code_of(option), _answer(option), option == chosen)
            for option in options
            if option != suggested
        )

    return ChargeShown(
        code=f"{candidate.account_id}:{charge.ground}",
        candidate=candidate,
        why=charge.suggestion.why if charge.is_found else "Was there; nothing was found of this account.",
        answers=(first, *shown(answers.ORDINARY)),
        badge_answers=shown(answers.WITH_BADGE) if candidate.holds_teen_badge else (),
    )


def _answer(measures: Measures) -> str:
    return in_words(measures) if measures else "No violation"


def _reasons(page: CasePage, draft: Draft) -> Iterator[ReasonShown]:
    """The policy's words for what the case is about, each with the number that ticks it."""
    grounds = (page.ground, *(charge.ground for one in page.people.candidates for charge in one.charges))
    known = page.setting.policy.reasons_of(dict.fromkeys(grounds))
    for number, reason in enumerate(known, start=1):
        action = f"reason_{number}" if number <= REASON_KEYS else ""
        yield ReasonShown(reason.code, reason.label, action, reason.code in draft.reasons)


def _notice(step: Step, draft: Draft, page: CasePage) -> NoticeShown:
    policy = page.setting.policy
    template = policy.template(step.measure.kind, draft.templates.get(step.code, "")).name
    is_recast = draft.is_recast(step.code)
    typed = "" if is_recast else draft.notices.get(step.code)
    return NoticeShown(
        code=step.code,
        who=step.candidate.name,
        measure=step.measure.label,
        text=typed or planning.notice(step, policy, now=page.now, template=template),
        template=template,
        templates=tuple(TemplateShown(t.name, t.name == template) for t in policy.notices[step.measure.kind]),
        is_recast=is_recast,
    )
