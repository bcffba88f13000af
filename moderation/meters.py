"""Counting what happens in all processes of all hosts, for /metrics. Names every meter; knows nothing that is counted.

A process adds up in memory and hands its sums to Redis every two seconds, outside of any request: counting costs
microseconds and waits for nobody. Redis may lose them; a counter then begins again at nought, as after any restart.
Labels come from our own code only and never from what somebody wrote.
"""

import atexit
import json
import os
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

COUNTERS = {
    "haven_http_requests_total": "Requests answered, by page, method and status.",
    "haven_messages_taken_total": "Messages that the platform sent, by what became of them.",
    "haven_messages_screened_total": "Messages screened.",
    "haven_screening_failures_total": "Tries at screening a message at which a detector raised.",
    "haven_findings_total": "Findings that joined a case, by rule.",
    "haven_tasks_total": "Tasks that ended, by name and outcome.",
    "haven_deliveries_total": "Tries at telling the platform, by outcome.",
}
HISTOGRAMS = {
    "haven_http_seconds": "How long a request took, by page.",
    "haven_task_seconds": "How long a task took, by name.",
    "haven_delivery_seconds": "How long a try at telling the platform took.",
}
MARKS = {"haven_task_last_success_timestamp_seconds": "When a task last ended well, by name."}

STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
FLUSH_S = 2.0
PATIENCE_S = 1.0
_SUMS, _LATEST = "haven:meters:sums", "haven:meters:latest"
_KEPT_S = 30 * 24 * 60 * 60

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One line of the exposition: a name with its suffix, labels in order, a value."""

    name: str
    labels: Labels
    value: float


class _Pending:
    """What this process has not handed on yet. A forked child begins anew, or its parent's would count twice."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.sums: dict[str, float] = defaultdict(float)
        self.latest: dict[str, float] = {}
        self.timer: threading.Timer | None = None

    def flush_soon(self) -> None:
        """Call with the lock held."""
        if self.timer is None:
            self.timer = threading.Timer(FLUSH_S, flush)
            self.timer.daemon = True
            self.timer.start()


_pending = _Pending()


def _begin_anew() -> None:
    global _pending
    _pending = _Pending()
    _redis.cache_clear()


os.register_at_fork(after_in_child=_begin_anew)


def count(name: str, by: float = 1, **labels: str) -> None:
    if name not in COUNTERS:
        raise KeyError(name)
    if by:
        _add({_field(name, labels): by})


def observe(name: str, seconds: float, **labels: str) -> None:
    if name not in HISTOGRAMS:
        raise KeyError(name)
    step = bisect_left(STEPS, seconds)
    _add({_field(name, labels, str(step)): 1, _field(name, labels, "sum"): seconds})


def mark(name: str, **labels: str) -> None:
    """That it happened now."""
    if name not in MARKS:
        raise KeyError(name)
    with _pending.lock:
        _pending.latest[_field(name, labels)] = time.time()
        _pending.flush_soon()


def _add(sums: Mapping[str, float]) -> None:
    with _pending.lock:
        for field, by in sums.items():
            _pending.sums[field] += by
        _pending.flush_soon()


def _field(name: str, labels: Mapping[str, str], part: str = "") -> str:
    return json.dumps([name, sorted(labels.items()), part], ensure_ascii=False, separators=(",", ":"))


def flush() -> None:
    """Hand over what has gathered. While Redis is away it stays here, and the next counting tries again."""
    pending = _pending
    with pending.lock:
        sums, latest = dict(pending.sums), dict(pending.latest)
        pending.sums.clear()
        pending.latest.clear()
        pending.timer = None
    if not (sums or latest):
        return
    try:
        _hand_over(sums, latest)
    except RedisError:
        with pending.lock:
            for field, by in sums.items():
                pending.sums[field] += by
            pending.latest = latest | pending.latest


atexit.register(flush)


def _hand_over(sums: Mapping[str, float], latest: Mapping[str, float]) -> None:
    """All or nothing, so that a failure can be tried again."""
    with _redis().pipeline(transaction=True) as pipe:
        for field, by in sums.items():
            pipe.hincrbyfloat(_SUMS, field, by)
        for field, at in latest.items():
            pipe.hset(_LATEST, field, at)
        pipe.expire(_SUMS, _KEPT_S)
        pipe.expire(_LATEST, _KEPT_S)
        pipe.execute()


def samples() -> list[Sample]:
    """What all processes have handed over, those of one name together. Raises RedisError while Redis is away."""
    flush()
    sums: Any = _redis().hgetall(_SUMS)
    latest: Any = _redis().hgetall(_LATEST)
    counted = sorted([*_counted(sums), *_counted(latest)], key=lambda sample: (sample.name, sample.labels))
    return [*counted, *_timed(sums)]


def _counted(fields: Mapping[bytes, bytes]) -> Iterator[Sample]:
    for field, value in fields.items():
        name, labels, part = json.loads(field)
        if not part and (name in COUNTERS or name in MARKS):
            yield Sample(name, _labels(labels), float(value))


def _timed(fields: Mapping[bytes, bytes]) -> Iterator[Sample]:
    found: dict[tuple[str, Labels], dict[str, float]] = defaultdict(dict)
    for field, value in fields.items():
        name, labels, part = json.loads(field)
        if part and name in HISTOGRAMS:
            found[name, _labels(labels)][part] = float(value)
    for (name, labels), parts in sorted(found.items()):
        steps = [*(f"{step:g}" for step in STEPS), "+Inf"]
        reached = list(accumulate(parts.get(str(step), 0) for step in range(len(steps))))
        for step, so_far in zip(steps, reached, strict=True):
            yield Sample(f"{name}_bucket", (*labels, ("le", step)), so_far)
        yield Sample(f"{name}_sum", labels, parts.get("sum", 0.0))
        yield Sample(f"{name}_count", labels, reached[-1])


def _labels(labels: list[list[str]]) -> Labels:
    return tuple((name, value) for name, value in labels)


@cache
def _redis() -> "Redis":
    """One attempt within a second: a number is not worth waiting for."""
    patience = {} if settings.REDIS_URL.startswith("unix:") else {"socket_connect_timeout": PATIENCE_S}
    return Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0), **patience)
