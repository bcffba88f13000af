"""Signing in for tests: the short way, with a second factor that the test vouches for, and the long way of a person."""

import base64
import struct
import time
from hashlib import sha1
from hmac import digest
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from accounts.models import User

_plain_force_login = Client.force_login


def signed_in(user: User, **options: Any) -> Client:
    """A browser, as far as Django's test client is one, in which this person works."""
    client = Client(**options)
    client.force_login(user)
    return client


def force_login(client: Client, user: User, backend: str | None = None) -> None:
    """What `Client.force_login` does in every test: a session of somebody who has just shown password and factor."""
    with_password(client, user, backend)
    vouch(client, user, "mfa")


def with_password(client: Client, user: User, backend: str | None = None) -> None:
    """A session of somebody who has shown the password alone."""
    _plain_force_login(client, user, backend)
    vouch(client, user, "password")


def vouch(client: Client, user: User, method: str, *, ago: float = 0) -> None:
    """Let the session say that this was shown so many seconds ago."""
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, user, method, type="test", at=time.time() - ago)
    request.session.save()


def code_of(secret: str, *, steps: int = 0) -> str:
    """The six digits that an app shows for a key (RFC 6238), so many half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    hashed = digest(base64.b32decode(secret), counter, sha1)
    start = hashed[-1] & 0x0F
    number: Any = struct.unpack(">I", hashed[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"
