"""How long Haven waits between the tries to reach the platform."""

from datetime import timedelta

import pytest

from moderation.domain.backoff import DELAYS, GIVE_UP_AFTER, delay_after

HOUR = timedelta(hours=1)


def test_gives_up_after_the_last_delay_and_not_before() -> None:
    assert delay_after(len(DELAYS) + 1, luck=0.5) is None
    assert delay_after(len(DELAYS), luck=0.5) is not None


def test_delays_make_up_three_days() -> None:
    assert sum(DELAYS, timedelta()) == GIVE_UP_AFTER == timedelta(days=3)


def test_delays_double_until_they_are_hourly() -> None:
    seconds = [delay.total_seconds() for delay in DELAYS[:10]]

    assert seconds == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert set(DELAYS[10:-1]) == {HOUR}
    assert timedelta(0) < DELAYS[-1] <= HOUR


@pytest.mark.parametrize(("luck", "seconds"), [(0.0, 4.0), (0.5, 5.0), (1.0, 6.0)])
def test_jitter_moves_a_delay_by_a_fifth_at_most(luck: float, seconds: float) -> None:
    assert delay_after(1, luck=luck) == timedelta(seconds=seconds)
