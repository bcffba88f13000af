"""The safety check-in that every listener has every 6 to 12 months: when it is due, and where one stands, in words.

Days and months are counted in UTC, whatever zone a time comes in.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from moderation.domain.wording import day

EARLIEST_MONTHS, LATEST_MONTHS = 6, 12  # after the last one
REMIND_EVERY = timedelta(days=14)
MOST_REMINDERS = 3  # of one that nothing depends on
LINK_FOR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class CheckIn:
    words: str
    is_overdue: bool = False


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and hour so many months later; a day that the month lacks becomes the first of the next."""
    moment = moment.astimezone(UTC)
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    try:
        return moment.replace(year=year, month=month)
    except ValueError:
        return moment.replace(year=year, month=month + 1, day=1)


def due_from(last: datetime, every: timedelta) -> datetime:
    """When the next one is due: after what the policy says, yet never before 6 months nor after 12."""
    return min(max(last.astimezone(UTC) + every, months_after(last, EARLIEST_MONTHS)), overdue_from(last))


def overdue_from(last: datetime) -> datetime:
    """A year later; a 29 February becomes the 1 March."""
    return months_after(last, LATEST_MONTHS)


def check_in(checked_in_at: datetime | None, *, now: datetime, since: datetime | None = None) -> CheckIn:
    """«checked in 3 months ago», «overdue since 4 May 2026», «never».

    `since`: from when on the first one is counted, for those that have check-ins at all.
    """
    begun = checked_in_at or since
    if begun is None:
        return CheckIn("never")
    ends = overdue_from(begun)
    if now >= ends:
        return CheckIn(f"{'' if checked_in_at else 'never, '}overdue since {day(ends)}", is_overdue=True)
    return CheckIn(f"checked in {ago(checked_in_at, now)}" if checked_in_at else "never")


def next_reminder(now: datetime, *, reminders: int, is_required: bool) -> datetime | None:
    """When to remind again after so many reminders; None: it is left at that. What is required is never left."""
    return now + REMIND_EVERY if is_required or reminders < MOST_REMINDERS else None


def ago(then: datetime, now: datetime) -> str:
    """«3 months ago», «27 days ago», «today»"""
    months = (now.year - then.year) * 12 + now.month - then.month - (now.day < then.day)
    if months > 0:
        return f"{months} month{'s' if months > 1 else ''} ago"
    days = max(0, (now - then).days)
    return "today" if not days else f"{days} day{'s' if days > 1 else ''} ago"
