"""The form on which an appeal is decided: outcomes, reply, and what confirming does. Must not know HTTP or forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from moderation.domain.appeals import REPLIES, Ruling, consequences, reply_from
from moderation.domain.policy import Measure
from moderation.domain.vocabulary import AppealState
from moderation.queries.hearings import HearingPage


@dataclass(frozen=True, slots=True)
class RulingDraft:
    """What stands on the form, finished or not. `replies` are the texts that were sent, by the code of their field."""

    outcome: AppealState = AppealState.UPHELD
    measure: str = ""  # the code of one
    template: str = ""
    replies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class RulingDesk:
    outcomes: tuple[Option, ...]
    measures: tuple[Option, ...]
    templates: tuple[Option, ...]
    code: str  # of the reply: whatever changes what it must say changes the name of its field
    ruling: Ruling  # as confirming would carry it out
    is_read: bool  # the reply was on the page that was sent
    consequences: tuple[str, ...]


_LABELS = {
    AppealState.UPHELD: ("Uphold", "The sanction stays as it is."),
    AppealState.REDUCED: ("Reduce", "Something was wrong with how much, not with whether."),
    AppealState.OVERTURNED: ("Overturn", "It should not have been given: it ends, and counts no longer."),
}


def ruling_desk(page: HearingPage, draft: RulingDraft | None = None) -> RulingDesk:
    """What the form shows for a draft; without one, as it is opened. No query."""
    draft = draft or RulingDraft()
    outcome = draft.outcome if draft.outcome in page.appealed.outcomes else AppealState.UPHELD
    measure = _measure(page, draft) if outcome is AppealState.REDUCED else None
    names = [template.name for template in REPLIES[outcome]]
    template = draft.template if draft.template in names else names[0]
    code = f"{outcome}-{measure.code if measure else ''}-{names.index(template)}"
    made = reply_from(outcome, template, measure, page.appealed, page.to)
    ruling = Ruling(outcome, draft.replies.get(code, made), measure)
    return RulingDesk(
        outcomes=tuple(Option(one, _LABELS[one][0], one is outcome, _LABELS[one][1]) for one in page.appealed.outcomes),
        measures=tuple(_to_length(one, draft) for one in page.appealed.milder),
        templates=tuple(Option(name, name, name == template) for name in names),
        code=code,
        ruling=ruling,
        is_read=code in draft.replies,
        consequences=consequences(ruling, page.appealed, page.others, now=page.now),
    )


def _measure(page: HearingPage, draft: RulingDraft) -> Measure:
    milder = page.appealed.milder
    return next((one for one in milder if one.code == draft.measure), milder[0])


def _to_length(measure: Measure, draft: RulingDraft) -> Option:
    return Option(measure.code, measure.label, measure.code == draft.measure)
