"""What can be done to a sanction in force, and what becomes of its end. Plain values; knows neither rows nor people."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from moderation.domain.refusals import Refused, WrongMove
from moderation.domain.vocabulary import Deed, SanctionKind

MOST_DAYS = 3650
MOST_AT_ONCE = 200

_FITTING = {
    SanctionKind.SUSPENSION: (Deed.EXTEND, Deed.SHORTEN, Deed.LIFT, Deed.PERMANENT),
    SanctionKind.TEEN_BADGE_HOLD: (Deed.LIFT,),
    SanctionKind.TEEN_BADGE_REMOVAL: (Deed.REGRANT,),
    SanctionKind.EDUCATION_NOTICE: (),
}


@dataclass(frozen=True, slots=True)
class Running:
    """A sanction in force, as far as its end goes."""

    kind: SanctionKind
    ends_at: datetime | None
    permanent: bool = False
    awaits_check_in: bool = False  # it goes on beyond its time until that is answered


@dataclass(frozen=True, slots=True)
class After:
    """What it is after a deed: over, or in force until another moment."""

    ends_at: datetime | None = None
    permanent: bool = False
    awaits_check_in: bool = False  # it goes on beyond its time until that is answered
    is_over: bool = False


def deeds_for(kind: SanctionKind) -> tuple[Deed, ...]:
    return _FITTING[kind]


def check_days(deed: Deed, days: int | None) -> None:
    if deed.needs_days and (days is None or not 1 <= days <= MOST_DAYS):
        raise Refused(f"Say for how many days: a whole number from 1 to {MOST_DAYS:,}.")


def after(deed: Deed, running: Running, days: int | None, now: datetime) -> After:
    """What the deed makes of it. A day is 24 hours, whatever a clock on a wall does meanwhile.

    Raises Refused when the deed does not fit the kind or its end, WrongMove when its time is over.
    """
    if deed not in _FITTING[running.kind]:
        raise Refused(_unfitting(deed, running.kind))
    if running.ends_at is not None and running.ends_at <= now and not running.awaits_check_in:
        raise WrongMove("Its time is over, and it is being ended at this moment: nothing is left to change.")
    check_days(deed, days)
    length = timedelta(days=days or 0)
    if deed is Deed.EXTEND:
        return _extended(running, length)
    if deed is Deed.SHORTEN:
        return _shortened(running, length, now)
    if deed is Deed.PERMANENT:
        if running.permanent:
            raise WrongMove("It is permanent already.")
        return After(permanent=True)
    return After(is_over=True)


def _extended(running: Running, length: timedelta) -> After:
    if running.ends_at is None:
        raise Refused("It has no end, so it cannot be extended.")
    return After(running.ends_at + length)


def _shortened(running: Running, length: timedelta, now: datetime) -> After:
    """One without an end gets one, so many days from now."""
    end = now + length if running.ends_at is None else running.ends_at - length
    if end <= now:
        raise Refused("That would end it in the past: take fewer days away, or lift it.")
    return After(end)


def _unfitting(deed: Deed, kind: SanctionKind) -> str:
    if kind is SanctionKind.EDUCATION_NOTICE:
        return "An education notice restricts nothing, so there is nothing to change."
    if kind is SanctionKind.TEEN_BADGE_REMOVAL:
        return "A badge that was removed comes back by a fresh application that two people sign: choose that."
    if deed is Deed.REGRANT:
        return "Only a badge that was removed can be given again."
    return "A hold of a badge has no length: lift it, or decide the case."
