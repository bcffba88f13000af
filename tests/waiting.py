"""Waiting for what another process does: asking again until it is so, and saying what was not when time is over."""

import time
from collections.abc import Callable
from typing import TypeVar

PAUSE = 0.05


T = TypeVar("T")


def eventually(question: Callable[[], T], *, within: float = 30, what: str = "") -> T:
    """The first true answer. Raises AssertionError with the last one when there is none in time."""
    end = time.monotonic() + within
    while not (answer := question()):
        assert time.monotonic() < end, f"not within {within} s: {what or question} (last answer {answer!r})"
        time.sleep(PAUSE)
    return answer
