"""An end to what might not end by itself: a detector that runs in circles over one message.

Works in a process's main thread, which is where a worker's tasks run; elsewhere it lets everything take its time.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LONGEST_S = 10.0  # of one look at one conversation
LONGEST_OF_A_BATCH_S = 30.0  # of one look at a whole claim; two more at what is at fault fit into a task's limit


class TooLongError(Exception):
    """Raised in the middle of whatever was taking so long."""


@contextmanager
def bounded(seconds: float = LONGEST_S) -> Iterator[None]:
    """Seconds of work, not of waiting: on a machine that is short of time nothing is taken for an endless loop."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TooLongError
