"""What a statement of reasons says, in words. Knows neither people nor messages: only what was found and decided.

The parts are those that Article 17(3) of Regulation (EU) 2022/2065 names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from moderation.domain.policy import Measure
from moderation.domain.vocabulary import Ground, Kind, Room, SanctionKind
from moderation.domain.wording import day

EVERYWHERE = "Everywhere the service is offered."


class Source(StrEnum):
    """What made us look."""

    REPORT = "report"
    OWN_INITIATIVE = "own_initiative"

    @property
    def label(self) -> str:
        return {"report": "A report by another user", "own_initiative": "Our own initiative"}[self.value]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a case holds against one account, as codes and numbers. There is no place in here for what was said."""

    source: Source
    room: Room | None
    first_on: date | None  # the day of the first message
    messages: int
    found: tuple[tuple[Ground, Kind], ...]  # by the pre-screen
    with_teen: bool
    ticked: tuple[str, ...]  # the policy's words, ticked by whoever decided
    by_haven: bool  # no person has decided it yet


def is_restriction(kind: SanctionKind) -> bool:
    return kind is not SanctionKind.EDUCATION_NOTICE


def what_was_decided(measure: Measure, ends_at: datetime | None) -> str:
    """One sentence, without the account's name."""
    if measure.kind is SanctionKind.SUSPENSION:
        return f"The account is suspended {_length(measure, ends_at)}."
    return {
        SanctionKind.EDUCATION_NOTICE: "An education notice was sent. Nothing is restricted.",
        SanctionKind.TEEN_BADGE_HOLD: "The teen badge is on hold until a person has confirmed or lifted the hold.",
        SanctionKind.TEEN_BADGE_REMOVAL: "The teen badge is removed.",
    }[measure.kind]


def what_it_replaces(before: str, stated_on: datetime) -> str:
    return f"This replaces the statement of {day(stated_on)}, which said: “{before}”"


def duration(measure: Measure, starts_at: datetime, ends_at: datetime | None) -> str:
    """«From 1 March 2026 until 8 March 2026.»"""
    if not is_restriction(measure.kind):
        return "Nothing is restricted, so nothing has to end."
    if measure.kind is SanctionKind.TEEN_BADGE_REMOVAL:
        return f"From {day(starts_at)}, until the badge is granted anew."
    return f"From {day(starts_at)}, {_length(measure, ends_at)}."


def _length(measure: Measure, ends_at: datetime | None) -> str:
    if measure.permanent:
        return "for good"
    return f"until {day(ends_at)}, {ends_at:%H:%M} UTC" if ends_at else "until further notice"


def facts(known: Circumstances) -> str:
    """The facts and circumstances relied on. Nothing in it names anybody or repeats what was said."""
    sentences = [_how_it_came(known), _where(known), _found(known.found)]
    if known.with_teen:
        sentences.append("A teen took part.")
    if known.ticked:
        sentences.append(f"The person who decided noted: {'; '.join(known.ticked)}.")
    if known.by_haven:
        sentences.append("No person has decided this yet: somebody will confirm or lift it.")
    return " ".join(filter(None, sentences))


def _how_it_came(known: Circumstances) -> str:
    if known.source is Source.REPORT:
        return "Another user reported this."
    return "Automated screening found this." if known.found else "Our staff came across this."


def _where(known: Circumstances) -> str:
    if not known.messages or known.first_on is None:
        return ""
    number = "one message" if known.messages == 1 else f"{known.messages} messages"
    place = f" in a {known.room.label.lower()}" if known.room else ""
    written = "written" if known.messages == 1 else "the first written"
    return f"It concerns {number}{place}, {written} on {known.first_on.day} {known.first_on:%B %Y}."


def _found(found: Iterable[tuple[Ground, Kind]]) -> str:
    kinds: dict[Ground, list[str]] = {}
    for ground, kind in found:
        names = kinds.setdefault(ground, [])
        name = kind.value.replace("_", " ")
        if kind is not Kind.OTHER and name not in names:
            names.append(name)
    parts = [" ".join([ground.label.lower(), *_bracketed(names)]) for ground, names in kinds.items()]
    return f"What was found: {'; '.join(parts)}." if parts else ""


def _bracketed(names: list[str]) -> list[str]:
    return [f"({', '.join(names)})"] if names else []


def redress(complaint_until: datetime) -> str:
    """How to object, in plain words: here, out of court, in court. One way a paragraph."""
    return (
        f"You can complain to us until {day(complaint_until)}, free of charge, by the link in your notice or through"
        " the platform. Somebody who took no part in this decision will look at it.\n"
        "You can also ask a dispute settlement body that is certified under Article 21 of Regulation (EU) 2022/2065 to"
        " look at it. The European Commission publishes the list of these bodies.\n"
        "You can go to court at any time, under the law of the country where you live. Complaining to us first does"
        " not take that right away."
    )
