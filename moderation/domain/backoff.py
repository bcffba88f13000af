"""When to try again to reach the platform, and when to give up. Knows no clock and no network."""

from datetime import timedelta

GIVE_UP_AFTER = timedelta(days=3)
JITTER = 0.2  # of each delay, either way, so that a thousand events that failed together do not return together
_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(hours=1)  # a platform that is back must not wait long for the suspension of somebody


def _table() -> tuple[timedelta, ...]:
    """Doubled from five seconds to an hour, then hourly; the last is cut so that all of them make up the time."""
    delays: list[timedelta] = []
    left, delay = GIVE_UP_AFTER, _FIRST
    while left:
        delays.append(min(delay, left))
        left -= delays[-1]
        delay = min(delay * 2, _LONGEST)
    return tuple(delays)


DELAYS = _table()


def delay_after(failures: int, *, luck: float) -> timedelta | None:
    """How long to wait after so many failed tries; None when it is time to give up.

    `luck` from 0 to 1 places the delay within its jitter; 0.5 gives the delay of the table.
    """
    if failures > len(DELAYS):
        return None
    return DELAYS[failures - 1] * (1 + JITTER * (2 * luck - 1))
