"""The sentences that Haven itself writes: the headline of a case, the notice to a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from moderation.domain.policy import Clause, Measure, Policy, Reason
from moderation.domain.vocabulary import Ground, Kind

_THING = {
    Kind.PHONE: "Phone number",
    Kind.EMAIL: "E-mail address",
    Kind.SOCIAL_HANDLE: "Social media name",
    Kind.MESSAGING_APP: "Messaging app contact",
    Kind.URL: "Link",
    Kind.POSTAL_ADDRESS: "Home address",
    Kind.OTHER: "Contact",
}


def headline(ground: Ground, kind: Kind | None, *, adult_to_teen: bool = False, by_hand: bool = False) -> str:
    """What a case is about in one line, without anything that was said in it.

    `kind` None: only reported, or `by_hand`, brought in by somebody on staff alone.
    """
    if kind is None and by_hand:
        return f"Opened by hand: {'something else' if ground is Ground.OTHER else ground.label.lower()}"
    if kind is None:
        return "Reported by a user" if ground is Ground.OTHER else f"Reported: {ground.label.lower()}"
    if ground is Ground.CONTACT_SHARED:
        return f"{_THING[kind]} shared{' with a teen' if adult_to_teen else ''}"
    return {
        Ground.CONTACT_REQUESTED: "Asked for a contact or a way off the site",
        Ground.OFFSITE_CONTACT: "Said to be in contact off the site",
        Ground.OFFSITE_HARM: "Harm that comes of off-site contact",
    }.get(ground, ground.label)


def day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a notice has to say of the matter. `template` is the name of one of the policy's; empty: its first."""

    username: str
    grounds: tuple[Ground, ...]
    clause: str
    template: str = ""


def notice(measure: Measure, told: Told, policy: Policy, *, now: datetime) -> str:
    """The notice that the policy has for this measure, filled in. Unknown placeholders stay as they are written."""
    values = {
        "username": told.username,
        "ground": together(told.grounds),
        "clause": told.clause,
        "length": measure.length,
        "appeal_until": day(now + policy.appeal_window),
    }
    return policy.template(measure.kind, told.template).text.format_map(_Kept(values))


def together(grounds: Iterable[Ground]) -> str:
    """«contact shared, contact requested and off-site contact»"""
    *others, last = (ground.label.lower() for ground in grounds)
    return f"{', '.join(others)} and {last}" if others else last


def reason(clause: Clause, also: Sequence[Ground], reasons: Iterable[Reason]) -> str:
    """Why a sanction was given, for the record: the clause, further grounds it stands for, what the person ticked."""
    parts = [clause.text]
    if also:
        parts.append(f"It stands for {together(also)} too.")
    if ticked := "; ".join(one.label for one in reasons):
        parts.append(f"Reasons: {ticked}.")
    return " ".join(parts)


ANYTHING_ELSE = "anything else that helps us to understand what happened"


def question(lacking: Sequence[str]) -> str:
    """What the reporter is asked for, as a text to send or to change. Names nobody."""
    asked = "\n".join(f"- {thing}" for thing in lacking or [ANYTHING_ELSE])
    return (
        f"Hello,\n\nthank you for your report. To look into it we still need from you:\n{asked}\n\n"
        "Please report it once more with that added. The person you reported is not told who reported them."
    )


class _Kept(dict[str, str]):
    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
