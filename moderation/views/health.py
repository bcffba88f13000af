"""Whether this process lives, and whether everything it needs answers. For probes: no sign-in, no secrets."""

from dataclasses import asdict
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import ProgrammingError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from accounts.database import SETBACKS
from moderation.queries.health import migrations_are_applied, work_waiting

log = structlog.get_logger(__name__)

PATIENCE_S = 1.0


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. It asks nobody else, so that no restart follows from a database that is away."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: database, Redis and migrations are as they must be. Otherwise 503, and the answer says which is not."""
    found = {**_database(), "redis": _redis()}
    ready = all(found[need] == "ok" for need in ("database", "redis", "migrations"))
    return JsonResponse({"status": "ready" if ready else "not ready", **found}, status=200 if ready else 503)


def _database() -> dict[str, Any]:
    try:
        migrations = _migrations()
        if migrations != "ok":
            return {"database": "ok", "migrations": migrations}
        work = work_waiting()
    except (*SETBACKS, ProgrammingError) as error:
        log.warning("database_away", error=type(error).__name__)
        return {"database": "away", "migrations": "unknown"}
    return {
        "database": "ok",
        "migrations": "ok",
        "screening": asdict(work.screening),
        "outbox": {**asdict(work.outbox), "dead": work.dead},
    }


class _Applied:
    """Migrations do not come undone under a running process, so a yes is asked for once and a no every time."""

    yes = False


def _migrations() -> str:
    _Applied.yes = _Applied.yes or migrations_are_applied()
    return "ok" if _Applied.yes else "pending"


@cache
def _redis_client() -> "Redis":
    """One attempt within a second: what is slower is as good as away."""
    patience = {} if settings.REDIS_URL.startswith("unix:") else {"socket_connect_timeout": PATIENCE_S}
    return Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0), **patience)


def _redis() -> str:
    try:
        _redis_client().ping()
    except RedisError as error:
        log.warning("redis_away", error=type(error).__name__)
        return "away"
    return "ok"
