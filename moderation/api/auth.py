"""Who calls: the key in the Authorization header, its scope, and how often it may call. Knows no body."""

import re
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import InternalError
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.base import SecuritySchema

from accounts.database import is_read_only
from accounts.models import ApiKey
from accounts.operations import note_key_use
from accounts.roles import Scope
from moderation.api import problems
from moderation.api.problems import NO_KEY, NO_SCOPE, TOO_MANY, Problem
from moderation.models import clock
from moderation.queries import backlog

_SHAPE = re.compile(r"hvn_[A-Za-z0-9_-]{43}", re.ASCII)
_PREFIX_LENGTH = ApiKey._meta.get_field("prefix").max_length
WINDOW_S = 60


class Key(HttpBearer):
    """Lets a live key with the scope through, as `request.auth`. One answer for every sort of bad key."""

    openapi_description = "A key that an admin of Haven makes; it is shown once."

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiKey:
        offered = request.headers.get("Authorization", "")
        if not offered:
            raise Problem(NO_KEY, "Send your key as “Authorization: Bearer …”.", headers=_challenge())
        kind, _, secret = offered.partition(" ")
        if kind.lower() != "bearer":
            raise Problem(NO_KEY, "Send your key as “Authorization: Bearer …”.", headers=_challenge("invalid_request"))
        return self.authenticate(request, secret.strip())

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey:
        key = _live_key(token)
        if not key.can(self.scope):
            challenge = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{self.scope}"'}
            raise Problem(NO_SCOPE, f"This key lacks the scope “{self.scope}”.", headers=challenge)
        _count(request, key)
        if self.scope is Scope.MESSAGES_WRITE:
            _refuse_over_backlog()  # before the body is read
        return key


class HeaderKey(Key):
    """The same keys in a header of their own, as the platforms that speak to Coop send them."""

    header = "X-API-KEY"

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        place = {"in": "header", "name": self.header, "description": self.openapi_description}
        self.openapi_security_schema = SecuritySchema("apiKey", **place)

    def __call__(self, request: HttpRequest) -> ApiKey:
        offered = request.headers.get(self.header, "")
        if not offered:
            raise Problem(NO_KEY, f"Send your key as “{self.header}: …”.", headers=_challenge())
        return self.authenticate(request, offered.strip())


def needs(scope: Scope, *, also: tuple[int, ...] = ()) -> dict[str, Any]:
    """What makes a call need a key with this scope, and the OpenAPI document say so.

    `also`: statuses of problems that this call has besides those that all have.
    """
    return {"auth": Key(scope), "openapi_extra": {"x-scope": scope.value, **({"x-also": also} if also else {})}}


def _live_key(secret: str) -> ApiKey:
    """The key, its use noted. A revoked key fails here from its very next call on."""
    key = ApiKey.objects.filter(prefix=secret[:_PREFIX_LENGTH]).first() if _SHAPE.fullmatch(secret) else None
    if key is None or not key.matches(secret):
        raise Problem(NO_KEY, "This key is not known here.", headers=_challenge("invalid_token"))
    now = clock.now()
    if not key.is_live(now):
        raise Problem(NO_KEY, "This key has been revoked or has expired.", headers=_challenge("invalid_token"))
    try:
        note_key_use(key, now=now)
    except InternalError as error:
        if not is_read_only(error):
            raise  # otherwise what only reads goes on
    return key


def _challenge(error: str = "") -> dict[str, str]:
    return {"WWW-Authenticate": f'Bearer error="{error}"' if error else "Bearer"}


def _count(request: HttpRequest, key: ApiKey) -> None:
    """Count calls by the minute in Redis. While Redis is away nothing is counted, because intake must go on."""
    limit: int = settings.API_CALLS_PER_MINUTE
    minute, second = divmod(int(time.time()), WINDOW_S)
    name = f"api-calls:{key.pk}:{minute}"
    cache.add(name, 0, timeout=WINDOW_S)
    try:
        calls = cache.incr(name)
    except ValueError:
        return
    reset = WINDOW_S - second
    headers = {
        "RateLimit-Policy": f'"calls";q={limit};w={WINDOW_S}',
        "RateLimit": f'"calls";r={max(limit - calls, 0)};t={reset}',
    }
    request.META["HAVEN_RATE_LIMIT"] = headers
    if calls > limit:
        detail = f"This key may call {limit:,} times a minute: wait {reset} seconds, and send larger batches."
        raise Problem(TOO_MANY, detail, headers={"Retry-After": str(reset)})


def _refuse_over_backlog() -> None:
    if backlog.is_full():
        detail = (
            f"More than {settings.INTAKE_BACKLOG:,} messages wait to be screened. Nothing was stored: send the same"
            f" again in {problems.BACKLOG_WAIT_S} seconds."
        )
        raise Problem(problems.BACKLOG, detail, headers={"Retry-After": str(problems.BACKLOG_WAIT_S)})


def caller(request: Any) -> ApiKey:
    """The key that `Key` let through."""
    key = request.auth
    assert isinstance(key, ApiKey)
    return key
