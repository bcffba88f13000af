"""What the server is busy with: a database can be emptied only when no request holds a lock in it."""

import threading
from typing import Any

from django.core.signals import request_finished, request_started


class InProgress:
    """Counts the requests that have come and are not answered yet, from its making on."""

    def __init__(self) -> None:
        self._requests = 0
        self._changed = threading.Condition()
        request_started.connect(self._come)
        request_finished.connect(self._answered)

    def wait_for_none(self, seconds: float = 20) -> None:
        """A page that is closed leaves requests behind: its last poll, say."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._requests <= 0, seconds), "A request was never answered."

    def _come(self, **_: Any) -> None:
        with self._changed:
            self._requests += 1

    def _answered(self, **_: Any) -> None:
        with self._changed:
            self._requests -= 1
            self._changed.notify_all()
