"""Which pages may read from a copy of the database that is some seconds behind: those that tell of the past alone.

Owns the list and the router; without DATABASE_REPLICA_URL neither does anything. Never on it: queue and case (somebody
decides by them), standing and its feed (the truth at this moment), probes, and any page that shows what its own reader
has just changed.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import structlog
from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger(__name__)

PAGES = frozenset({"audit", "transparency", "transparency_csv"})
# Who is asking is known from the truth alone: somebody whose role was taken must not read on for a moment.
_NEVER = frozenset(
    {
        "accounts.user",
        "accounts.customrole",
        "accounts.apikey",
        "sessions.session",
        "usersessions.usersession",
        "mfa.authenticator",
    }
)

_behind_is_fine: ContextVar[bool] = ContextVar("behind_is_fine", default=False)

Handler = Callable[[HttpRequest], HttpResponse]


class choose_database:  # noqa: N801 — a middleware, named as the others are
    """Middleware: the reads of a page on the list go to the replica, if it answers."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _behind_is_fine.set(False)
        try:
            return self.get_response(request)
        finally:
            _behind_is_fine.reset(before)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        match = request.resolver_match
        if "replica" in connections and request.method in {"GET", "HEAD"} and match and match.view_name in PAGES:
            _behind_is_fine.set(_answers())


def _answers() -> bool:
    """A copy that is away takes nothing away: the page is read from the truth then."""
    try:
        connections["replica"].ensure_connection()
    except OperationalError as error:
        log.warning("replica_away", error=type(error).__name__)
        return False
    return True


class Router:
    """Sends nothing to the replica but reads of a page on the list; None leaves a choice to Django."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "replica" if _behind_is_fine.get() and model._meta.label_lower not in _NEVER else None

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        return True

    def allow_migrate(self, database: str, app_label: str, **hints: Any) -> bool | None:
        return False if database == "replica" else None
