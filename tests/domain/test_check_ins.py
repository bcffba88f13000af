"""When a check-in is due, and where an account stands with it: month ends, leap days and time zones told apart."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.check_ins import (
    MOST_REMINDERS,
    REMIND_EVERY,
    check_in,
    due_from,
    months_after,
    next_reminder,
    overdue_from,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("at", "words", "is_overdue"),
    [
        (None, "never", False),
        (datetime(2026, 3, 1, 11, tzinfo=UTC), "checked in today", False),
        (datetime(2026, 3, 2, tzinfo=UTC), "checked in today", False),  # a clock of the platform's that runs ahead
        (datetime(2026, 2, 28, 12, tzinfo=UTC), "checked in 1 day ago", False),
        (datetime(2026, 2, 2, tzinfo=UTC), "checked in 27 days ago", False),
        (datetime(2026, 2, 1, tzinfo=UTC), "checked in 1 month ago", False),
        (datetime(2025, 12, 1, tzinfo=UTC), "checked in 3 months ago", False),
        (datetime(2025, 3, 2, tzinfo=UTC), "checked in 11 months ago", False),
        (datetime(2025, 3, 1, 12, tzinfo=UTC), "overdue since 1 March 2026", True),
        (datetime(2024, 2, 29, tzinfo=UTC), "overdue since 1 March 2025", True),
    ],
)
def test_the_state_of_a_check_in_in_words(at: datetime | None, words: str, is_overdue: bool) -> None:
    shown = check_in(at, now=NOW)

    assert (shown.words, shown.is_overdue) == (words, is_overdue)


@pytest.mark.parametrize(
    ("since", "words", "is_overdue"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "never", False),
        (datetime(2025, 3, 1, 12, 0, 1, tzinfo=UTC), "never", False),
        (datetime(2025, 3, 1, 12, tzinfo=UTC), "never, overdue since 1 March 2026", True),
    ],
)
def test_whoever_never_had_one_is_overdue_a_year_after_coming(since: datetime, words: str, is_overdue: bool) -> None:
    shown = check_in(None, now=NOW, since=since)

    assert (shown.words, shown.is_overdue) == (words, is_overdue)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2025-08-31", 6, "2026-03-01"),  # February has no 31st
        ("2023-08-31", 6, "2024-03-01"),  # nor has a leap year's
        ("2023-08-29", 6, "2024-02-29"),
        ("2024-02-29", 12, "2025-03-01"),
        ("2024-02-29", 6, "2024-08-29"),
        ("2025-12-31", 6, "2026-07-01"),
        ("2025-12-31", 12, "2026-12-31"),
        ("2025-01-15", 12, "2026-01-15"),
        ("2026-03-31", -1, "2026-03-01"),
        ("2026-01-15", -3, "2025-10-15"),
    ],
)
def test_months_are_counted_on_the_calendar(start: str, months: int, end: str) -> None:
    begun = datetime.fromisoformat(f"{start}T23:59:59+00:00")

    assert months_after(begun, months) == datetime.fromisoformat(f"{end}T23:59:59+00:00")


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "America/New_York", "Europe/Berlin"])
def test_the_same_moment_has_the_same_due_time_in_every_zone(zone: str) -> None:
    moment = datetime(2025, 3, 31, 23, 30, tzinfo=UTC)  # the 1st of April or still the 31st, by the zone
    there = moment.astimezone(ZoneInfo(zone))

    assert due_from(there, timedelta(days=1)) == datetime(2025, 10, 1, 23, 30, tzinfo=UTC)
    assert overdue_from(there) == datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    assert check_in(there, now=datetime(2026, 3, 31, 23, 29, tzinfo=UTC)).is_overdue is False
    assert check_in(there, now=datetime(2026, 3, 31, 23, 30, tzinfo=UTC)).is_overdue is True


def test_a_clock_that_is_put_forward_moves_nothing() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2025, 9, 29, 2, 30, tzinfo=berlin)  # half a year later this hour does not exist there

    assert months_after(before, 6) == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("days", "due"), [(1, "2025-07-01"), (274, "2025-10-02"), (5000, "2026-01-01")])
def test_the_policy_decides_within_6_to_12_months(days: int, due: str) -> None:
    begun = datetime(2025, 1, 1, tzinfo=UTC)

    assert due_from(begun, timedelta(days=days)) == datetime.fromisoformat(f"{due}T00:00:00+00:00")


@given(last=TIMES, days=st.integers(0, 4000))
def test_it_is_never_due_too_early_or_after_it_is_overdue(last: datetime, days: int) -> None:
    due = due_from(last, timedelta(days=days))

    assert months_after(last, 6) <= due <= overdue_from(last)
    assert timedelta(days=181) <= due - last <= timedelta(days=366)


def test_reminders_end_unless_something_depends_on_it() -> None:
    assert next_reminder(NOW, reminders=MOST_REMINDERS - 1, is_required=False) == NOW + REMIND_EVERY
    assert next_reminder(NOW, reminders=MOST_REMINDERS, is_required=False) is None
    assert next_reminder(NOW, reminders=1000, is_required=True) == NOW + REMIND_EVERY
