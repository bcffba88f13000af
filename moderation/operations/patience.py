"""An end to what might not end by itself: a detector that runs in circles over one message.

Works in a process's main thread, which is where a worker's tasks run; elsewhere it lets everything take its time.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LONGEST_S = 10.0  # of one look at one conversation: three of them fit into a task's time limit


class TooLongError(Exception):
    """Raised in the middle of whatever was taking so long."""


@contextmanager
def bounded(seconds: float = LONGEST_S) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TooLongError
