"""When a break is due."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from moderation.domain.shift import NOTED_EVERY, PAUSE, Shift

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = {"after_minutes": 90, "after_severe": 3}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def heavy(*cases: int) -> Shift:
    shift = Shift.begin(NOW)
    for case_id in cases:
        shift = shift.with_severe(case_id)
    return shift


@pytest.mark.parametrize(
    ("shift", "after", "limits", "is_due"),
    [
        (heavy(), minutes(89), LIMITS, False),
        (heavy(), minutes(90), LIMITS, True),
        (heavy(), minutes(900), LIMITS | {"after_minutes": 0}, False),
        (heavy(1, 2), minutes(1), LIMITS, False),
        (heavy(1, 2, 2, 1), minutes(1), LIMITS, False),
        (heavy(1, 2, 3), minutes(1), LIMITS, True),
        (heavy(1, 2, 3), minutes(1), LIMITS | {"after_severe": 0}, False),
    ],
)
def test_a_break_is_due(shift: Shift, after: timedelta, limits: dict[str, int], is_due: bool) -> None:
    assert shift.is_due(NOW + after, **limits) is is_due


def test_who_was_reminded_is_left_in_peace_until_as_much_has_come_on_top() -> None:
    shift = heavy(1, 2, 3).reminded(NOW + minutes(60))

    assert not shift.is_due(NOW + minutes(149), **LIMITS)
    assert shift.is_due(NOW + minutes(150), **LIMITS)
    assert not shift.with_severe(4).with_severe(5).is_due(NOW + minutes(61), **LIMITS)
    assert shift.with_severe(4).with_severe(5).with_severe(6).is_due(NOW + minutes(61), **LIMITS)


def test_after_a_break_everything_is_counted_anew() -> None:
    shift = heavy(1, 2, 3)

    assert shift.at(NOW + NOTED_EVERY / 2) is shift
    assert shift.at(NOW + minutes(5)).severe == (1, 2, 3)
    assert shift.at(NOW + minutes(5)).began_at == NOW
    assert shift.at(NOW + PAUSE) == Shift.begin(NOW + PAUSE)


def test_the_words_count_what_was() -> None:
    assert heavy().words(NOW + minutes(90)) == "You have been here for 90 minutes."
    assert heavy(7).words(NOW + minutes(1.9)) == "You have been here for 1 minute and have opened 1 critical case."
    assert heavy().words(NOW) == "You have been here for 1 minute."
    assert heavy(7, 8).words(NOW + minutes(5)).endswith("and have opened 2 critical cases.")


@pytest.mark.parametrize("stored", [None, {}, [], "x", {"began_at": 3}, heavy(1).to_json() | {"severe": ["x"]}])
def test_what_cannot_be_read_begins_now(stored: Any) -> None:
    assert Shift.from_json(stored, NOW) == Shift.begin(NOW)


def test_what_is_kept_comes_back() -> None:
    shift = heavy(1, 2).reminded(NOW)

    assert Shift.from_json(shift.to_json(), NOW) == shift
