"""The interim hold of a badge in plain values: why a case stands first, and what a decision makes of the hold."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from moderation.domain.planning import Consequence, Step
from moderation.domain.vocabulary import HoldState, SanctionKind


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one hold stands."""

    state: HoldState
    held_at: datetime
    confirm_by: datetime
    is_escalated: bool = False


def why_first(holds: Iterable[Standing]) -> str:
    """«badge held: confirm by 14:05 UTC», of several the most pressing; empty when no badge is held."""
    held = [hold for hold in holds if hold.state in (HoldState.WAITING, HoldState.CONFIRMED)]
    waiting = [hold for hold in held if hold.state is HoldState.WAITING]
    if not waiting:
        return "badge held until this is decided" if held else ""
    first = min(waiting, key=lambda hold: hold.confirm_by)
    by = _clock(first.confirm_by, first.held_at)
    return f"badge held: nobody answered by {by}" if first.is_escalated else f"badge held: confirm by {by}"


def _clock(moment: datetime, since: datetime) -> str:
    """The day stands with it when it is another than that of `since`."""
    at, day = moment.astimezone(UTC), since.astimezone(UTC).date()
    return f"{at:%H:%M} UTC" if at.date() == day else f"{at.day} {at:%b, %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Held:
    """An account whose badge is held in the case that is being decided."""

    account_id: int
    name: str


def removed(steps: Iterable[Step]) -> frozenset[int]:
    """The accounts that lose the badge by these steps."""
    return frozenset(s.candidate.account_id for s in steps if s.measure.kind is SanctionKind.TEEN_BADGE_REMOVAL)


def becomes(
    held: Iterable[Held], steps: Collection[Step], given_back: Collection[int], *, finds_nothing: bool
) -> Iterator[Consequence]:
    """What confirming does to each hold: no violation lifts it, a removal replaces it, for the rest somebody says."""
    lost = removed(steps)
    for one in held:
        if one.account_id in lost:
            yield Consequence("keeps the badge held until the removal is approved.", who=one.name)
        elif finds_nothing or one.account_id in given_back:
            yield Consequence("gets the held teen badge back.", who=one.name)
        elif steps:
            yield Consequence("has the teen badge on hold: tick that it is given back, or remove it.", who=one.name)
