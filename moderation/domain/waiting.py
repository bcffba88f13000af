"""Until when a case may be put off, in the time of whoever puts it off. Knows no Django and no clock."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Severity

LONGEST = timedelta(days=7)
EVENING, MORNING = time(20), time(9)


class Until(StrEnum):
    HOUR = "hour"
    TONIGHT = "tonight"
    TOMORROW = "tomorrow"
    CHOSEN = "chosen"

    @property
    def label(self) -> str:
        return {
            "hour": "In an hour",
            "tonight": f"Tonight, {EVENING:%H:%M}",
            "tomorrow": f"Tomorrow, {MORNING:%H:%M}",
            "chosen": "At",
        }[self.value]


def moment(until: Until, now: datetime, zone: tzinfo, chosen: datetime | None = None) -> datetime:
    """When that is. `chosen` is what a clock in that zone will show. Raises Refused when there is no such time."""
    if until is Until.HOUR:
        return now + timedelta(hours=1)
    if until is Until.CHOSEN:
        if chosen is None:
            raise Refused("Say until when: choose a date and a time.")
        return _in_zone(chosen, zone)
    today = now.astimezone(zone).date()
    if until is Until.TOMORROW:
        return _in_zone(datetime.combine(today + timedelta(days=1), MORNING), zone)
    tonight = _in_zone(datetime.combine(today, EVENING), zone)
    if tonight <= now:
        raise Refused(f"It is past {EVENING:%H:%M} already: choose tomorrow, or a time.")
    return tonight


def latest(now: datetime, severity: Severity, due_at: datetime) -> datetime:
    """The last moment until which it may wait: a critical case never beyond its due time."""
    longest = now + LONGEST
    return min(longest, due_at) if severity is Severity.CRITICAL else longest


def check(until: datetime, now: datetime, severity: Severity, due_at: datetime) -> None:
    """Raise Refused when the case cannot wait until then."""
    if until <= now:
        raise Refused("That time is past: choose a later one.")
    if until <= latest(now, severity, due_at):
        return
    if severity is not Severity.CRITICAL or now + LONGEST < due_at:
        raise Refused(f"A case can be put off by {LONGEST.days} days at most: choose an earlier time.")
    if due_at <= now:
        raise Refused("This case is critical and past due: it cannot wait. Decide it, or hand it to somebody.")
    raise Refused(
        f"This case is critical and due at {due_at.astimezone(UTC):%H:%M} UTC: it cannot wait longer than that."
    )


def _in_zone(wall: datetime, zone: tzinfo) -> datetime:
    try:
        return wall.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise Refused("That time is too far away: choose one within the next days.") from None
