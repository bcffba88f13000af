"""The safety check-in that every listener has every 6 to 12 months: where one stands with it, in words."""

from dataclasses import dataclass
from datetime import datetime

from moderation.domain.wording import day

OVERDUE_AFTER_YEARS = 1


@dataclass(frozen=True, slots=True)
class CheckIn:
    words: str
    is_overdue: bool = False


def check_in(checked_in_at: datetime | None, *, now: datetime) -> CheckIn:
    """«checked in 3 months ago», «overdue since 4 May 2026», «never»"""
    if checked_in_at is None:
        return CheckIn("never")
    ends = overdue_from(checked_in_at)
    if now >= ends:
        return CheckIn(f"overdue since {day(ends)}", is_overdue=True)
    return CheckIn(f"checked in {_ago(checked_in_at, now)}")


def overdue_from(checked_in_at: datetime) -> datetime:
    """A year later; a 29 February becomes the 1 March."""
    year = checked_in_at.year + OVERDUE_AFTER_YEARS
    try:
        return checked_in_at.replace(year=year)
    except ValueError:
        return checked_in_at.replace(year=year, month=3, day=1)


def _ago(then: datetime, now: datetime) -> str:
    months = (now.year - then.year) * 12 + now.month - then.month - (now.day < then.day)
    if months > 0:
        return f"{months} month{'s' if months > 1 else ''} ago"
    days = max(0, (now - then).days)
    return "today" if not days else f"{days} day{'s' if days > 1 else ''} ago"
