"""Browsers that somebody has signed in with before: a signed cookie, by which guesses of others cannot lock them out.

The cookie lets nobody in; it only says whose guesses are counted together. Must not know passwords or factors.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.models import User

_SALT = "accounts.devices"
_AGE_S = 180 * 24 * 60 * 60
_LONGEST = 300


def remember(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Mark the browser as one that this person has signed in with, after all of it has succeeded."""
    known = device_of(request, person.username) or secrets.token_urlsafe(12)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signing.dumps({"u": person.username.lower(), "d": known}, salt=_SALT),
        max_age=_AGE_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def device_of(request: HttpRequest, username: str) -> str | None:
    """The name of the browser if this person has signed in with it before; a cookie of somebody else says nothing."""
    cookie = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    if not cookie or len(cookie) > _LONGEST:
        return None
    try:
        said = signing.loads(cookie, salt=_SALT, max_age=_AGE_S)
    except signing.BadSignature:
        return None
    if not isinstance(said, dict) or said.get("u") != username.lower():
        return None
    device: str = said["d"]
    return device
