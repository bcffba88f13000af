"""The sentences that Haven itself writes: the headline of a case, the notice to a person."""

from collections.abc import Mapping
from datetime import datetime

from moderation.domain.policy import Measure, Policy
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


def headline(ground: Ground, kind: Kind | None, *, adult_to_teen: bool = False) -> str:
    """What a case is about in one line, without anything that was said in it. `kind` None: only reported."""
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


def notice(measure: Measure, ground: Ground, *, username: str, clause: str, now: datetime, policy: Policy) -> str:
    """The notice that the policy has for this measure, filled in. Unknown placeholders stay as they are written."""
    values = {
        "username": username,
        "ground": ground.label.lower(),
        "clause": clause,
        "length": measure.length,
        "appeal_until": day(now + policy.appeal_window),
    }
    return policy.notices[measure.kind].format_map(_Kept(values))


class _Kept(dict[str, str]):
    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
