"""What can come of an appeal, what follows from it, and the words for it. Knows no tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.domain.answers import EDUCATION, LENGTHS
from moderation.domain.policy import Measure, Template
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import AppealState, Ground, SanctionKind
from moderation.domain.wording import day, together

LONGEST_APPEAL = 4_000  # characters, on the hosted page; the platform may send longer ones
LONGEST_VIEW = 4_000
LONGEST_REPLY = 8_000
SHORTEST_VIEW = 20  # characters: «fine» is no view


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody decides about an appeal. `measure` is what takes the sanction's place, with REDUCED only."""

    outcome: AppealState
    reply: str
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Appealed:
    """The sanction that is appealed against, as it stands."""

    measure: Measure
    in_force: bool  # otherwise it has run out or was lifted, and only the record of it can go
    starts_at: datetime
    ends_at: datetime | None

    @property
    def milder(self) -> tuple[Measure, ...]:
        """What can take its place, the mildest last; nothing once it is over."""
        if not self.in_force or self.measure.kind is SanctionKind.EDUCATION_NOTICE:
            return ()
        if self.measure.kind is not SanctionKind.SUSPENSION:
            return (EDUCATION,)
        shorter = [length for length in LENGTHS if length.days and _is_shorter(length.days, self.measure)]
        return (*reversed(shorter), EDUCATION)

    @property
    def outcomes(self) -> tuple[AppealState, ...]:
        reduced = (AppealState.REDUCED,) if self.milder else ()
        return (AppealState.UPHELD, *reduced, AppealState.OVERTURNED)

    def end_of(self, milder: Measure) -> datetime:
        """When a shorter suspension ends: counted from the same beginning."""
        assert milder.days is not None
        return self.starts_at + timedelta(days=milder.days)

    def check(self, ruling: Ruling) -> None:
        """Raise Refused when this cannot come of the appeal, or when nobody is told anything."""
        if ruling.outcome not in self.outcomes:
            raise Refused("That cannot come of this appeal: choose one of the outcomes offered.")
        if (ruling.outcome is AppealState.REDUCED) is not (ruling.measure is not None):
            raise Refused("Say what the sanction is reduced to.")
        if ruling.measure is not None and ruling.measure not in self.milder:
            raise Refused(f"{ruling.measure.label} is not milder than {self.measure.label.lower()}.")
        if not ruling.reply.strip():
            raise Refused("Write a reply: whoever appealed waits for it.")
        if len(ruling.reply) > LONGEST_REPLY:
            raise Refused(f"The reply is longer than {LONGEST_REPLY:,} characters: shorten it.")


def _is_shorter(days: int, than: Measure) -> bool:
    return than.days is None or days < than.days


def check_view(text: str) -> str:
    """The first view as it is kept. Raises Refused when it says next to nothing, or too much."""
    said = text.strip()
    if len(said) < SHORTEST_VIEW:
        raise Refused("Write in a sentence what you see and what you would do: it is kept as your own first view.")
    if len(said) > LONGEST_VIEW:
        raise Refused(f"The first view is longer than {LONGEST_VIEW:,} characters: shorten it.")
    return said


@dataclass(frozen=True, slots=True)
class Others:
    """What else stands against the same account, and what the ladder would count."""

    suspended: bool = False  # by another sanction
    badge_withheld: bool = False
    earlier: int = 0  # sanctions on the ground that count, this one with them


def consequences(ruling: Ruling, appealed: Appealed, others: Others, *, now: datetime) -> tuple[str, ...]:
    """What confirming does, line by line, as the hearer reads it before."""
    if ruling.outcome is AppealState.UPHELD:
        return (_stays(appealed), "It goes on counting on the ladder.", _TOLD)
    if ruling.outcome is AppealState.OVERTURNED:
        fewer = max(others.earlier - 1, 0)
        counted = f"It counts on the ladder no longer: {fewer} on this ground {'is' if fewer == 1 else 'are'} left."
        return (_overturned(appealed, others), counted, _TOLD)
    assert ruling.measure is not None
    return (_reduced(ruling.measure, appealed, others, now), "It goes on counting on the ladder, once.", _TOLD)


_TOLD = "The platform is told, and the person reads your reply there and behind the link of the notice."


def _stays(appealed: Appealed) -> str:
    if not appealed.in_force:
        return "The sanction is over already and stays on the record."
    if appealed.measure.kind is SanctionKind.EDUCATION_NOTICE:
        return "The education notice stays."
    until = f" until {day(appealed.ends_at)}" if appealed.ends_at else ""
    return f"{appealed.measure.label}: it stays in force{until}."


def _overturned(appealed: Appealed, others: Others) -> str:
    if not appealed.in_force:
        return "The sanction is over already: it goes from the record."
    return f"{appealed.measure.label}: it ends now. {_freed(appealed.measure.kind, others)}".strip()


def _reduced(milder: Measure, appealed: Appealed, others: Others, now: datetime) -> str:
    if milder.kind is SanctionKind.EDUCATION_NOTICE:
        freed = _freed(appealed.measure.kind, others)
        label = appealed.measure.label
        return f"{label} becomes an education notice, which the person gets with its questions. {freed}"
    end = appealed.end_of(milder)
    if end <= now:
        freed = _freed(appealed.measure.kind, others)
        return f"It becomes {milder.length}, which were over on {day(end)}: it ends now. {freed}"
    return f"It becomes {milder.length} and ends on {day(end)}."


def _freed(kind: SanctionKind, others: Others) -> str:
    if kind is SanctionKind.EDUCATION_NOTICE:
        return ""
    if kind is SanctionKind.SUSPENSION:
        return "Another suspension keeps the account suspended." if others.suspended else "The account is free again."
    return "The badge stays withheld by another sanction." if others.badge_withheld else "The teen badge is given back."


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a reply can speak of."""

    username: str
    ground: Ground
    clause: str


_CLOSING = (
    "An appeal is heard once, so this answer stands. If things are hard right now, you do not have to be alone with "
    "them: a crisis line near you listens at any hour."
)
REPLIES: Mapping[AppealState, tuple[Template, ...]] = {
    AppealState.UPHELD: (
        Template(
            "standard",
            "Hello {username},\n\nthank you for your appeal. Somebody who had no part in the first decision has read "
            "it and looked at everything again, and has come to the same result: {ground}. {clause} {stays}\n\n"
            + _CLOSING,
        ),
        Template(
            "gentle",
            "Hello {username},\n\nthank you for telling us how you see it; we know that it took something to write. "
            "Somebody new has looked at everything again. We understand your reasons, and still the rule holds for "
            "all of us alike: {clause} {stays} You are welcome here afterwards.\n\n" + _CLOSING,
        ),
    ),
    AppealState.REDUCED: (
        Template(
            "standard",
            "Hello {username},\n\nthank you for your appeal. Somebody who had no part in the first decision has "
            "looked at everything again. What we found stays ({ground}), and a milder answer is enough. "
            "{becomes}\n\n" + _CLOSING,
        ),
    ),
    AppealState.OVERTURNED: (
        Template(
            "standard",
            "Hello {username},\n\nthank you for your appeal. Somebody who had no part in the first decision has "
            "looked at everything again: the decision was wrong and no longer holds. It is not counted against you. "
            "We are sorry for the trouble.",
        ),
        Template(
            "new facts",
            "Hello {username},\n\nthank you for your appeal. What you told us was not known when we decided. With it "
            "we see the matter differently: the decision no longer holds, and it is not counted against you.",
        ),
    ),
}


def reply_from(outcome: AppealState, name: str, ruled: Measure | None, appealed: Appealed, to: Addressed) -> str:
    """The reply that a template makes; of an unknown name, the first."""
    templates = REPLIES[outcome]
    template = next((one for one in templates if one.name == name), templates[0])
    return template.text.format(
        username=to.username,
        ground=together([to.ground]),
        clause=to.clause,
        stays=_stays_for(appealed),
        becomes=_becomes(ruled, appealed),
    )


def _stays_for(appealed: Appealed) -> str:
    if appealed.in_force and appealed.measure.kind is SanctionKind.SUSPENSION:
        return f"The suspension lasts until {day(appealed.ends_at)}." if appealed.ends_at else "The suspension stays."
    return "The decision stays as it is."


def _becomes(ruled: Measure | None, appealed: Appealed) -> str:
    if ruled is None:
        return ""
    if ruled.kind is SanctionKind.EDUCATION_NOTICE:
        return "You get an education notice instead: nothing is restricted any more, and we ask you to read it."
    return f"Your suspension is now {ruled.length} long, until {day(appealed.end_of(ruled))}."
