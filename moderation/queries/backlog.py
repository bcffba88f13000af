"""Whether so many messages wait to be screened that no more should be taken. Asked before every batch, so cheap."""

import time
from threading import Lock

from django.conf import settings
from django.db.models import Max, Min

from moderation.models import Message

KEPT_S = 1.0
SHARE = 20  # the answer is kept for so many times as long as it took: asking never takes more than 5 % of the time


class _Kept:
    def __init__(self) -> None:
        self.lock = Lock()
        self.until = 0.0
        self.answer = False


_kept = _Kept()


def is_full() -> bool:
    """As of a second ago at most, or of twenty times as long as the answer took. Each process keeps its own."""
    if time.monotonic() < _kept.until:
        return _kept.answer
    if not _kept.lock.acquire(blocking=False):
        return _kept.answer  # somebody is asking
    try:
        begun = time.monotonic()
        _kept.answer = _ask(settings.INTAKE_BACKLOG)
        now = time.monotonic()
        _kept.until = now + max(KEPT_S, SHARE * (now - begun))
    finally:
        _kept.lock.release()
    return _kept.answer


def forget() -> None:
    """Ask anew at the next call."""
    _kept.until, _kept.answer = 0.0, False


def _ask(most: int) -> bool:
    """Ids are a count of what came in, so their range is never less than what waits: two looks into a partial index.
    Only when it is wider (a message of long ago was edited, or there are really so many) are they counted, and no
    further than they matter."""
    waiting = Message.objects.unscreened()
    ids = waiting.aggregate(first=Min("id"), last=Max("id"))
    if ids["first"] is None or ids["last"] - ids["first"] < most:
        return False
    return waiting[: most + 1].count() > most
