"""Which key may do what: none, a bad one, a spent one, one without the scope, and the right one."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import SYSTEM
from accounts.models import ApiKey
from accounts.operations import revoke_api_key
from accounts.roles import Scope
from moderation.models import Message
from tests import making
from tests.api import telling
from tests.api.platform import Answer, Platform

pytestmark = pytest.mark.django_db

CALLS: dict[Scope, tuple[str, str, Any]] = {
    Scope.MESSAGES_WRITE: ("POST", "messages", {"messages": []}),
    Scope.REPORTS_WRITE: ("POST", "reports", telling.report()),
    Scope.ACCOUNTS_WRITE: ("PUT", "accounts/ann", telling.account()),
    Scope.STANDING_READ: ("GET", "accounts/known/standing", None),
    Scope.ERASURE_WRITE: ("DELETE", "accounts/known", None),
}


def _call(platform: Platform, scope: Scope) -> Answer:
    method, path, body = CALLS[scope]
    return platform.send(method, path) if body is None else platform.send(method, path, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("offered", "error"),
    [
        ("", "Bearer"),
        ("Basic YTpi", 'Bearer error="invalid_request"'),
        ("Bearer", 'Bearer error="invalid_token"'),
        ("Bearer hvn_", 'Bearer error="invalid_token"'),
        (f"Bearer hvn_{'x' * 43}", 'Bearer error="invalid_token"'),
        (f"Bearer hvn_{'ä' * 43}", 'Bearer error="invalid_token"'),
        (f"Bearer hvn_{'x' * 42}\x00", 'Bearer error="invalid_token"'),
    ],
)
def test_without_a_known_key_nothing_is_done(offered: str, error: str) -> None:
    answer = Platform().post("messages", {"messages": [telling.message()]}, Authorization=offered)
    assert (answer.status, answer.problem, answer.headers["WWW-Authenticate"]) == (401, "no-key", error)
    assert not Message.objects.exists()


def test_the_beginning_of_a_key_is_no_key() -> None:
    platform = Platform()
    forged = platform.secret[:12] + "x" * (len(platform.secret) - 12)
    assert platform.post("messages", {"messages": []}, Authorization=f"Bearer {forged}").status == 401


def test_a_revoked_key_fails_at_its_next_call() -> None:
    platform = Platform()
    assert platform.post("messages", {"messages": []}).status == 202
    revoke_api_key(platform.key.pk, actor=SYSTEM)
    answer = platform.post("messages", {"messages": []})
    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')


def test_a_key_past_its_end_fails() -> None:
    platform = Platform()
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert platform.post("messages", {"messages": []}).status == 401


@pytest.mark.parametrize("needed", CALLS)
@pytest.mark.parametrize("held", Scope)
def test_a_key_does_what_its_scope_says_and_nothing_else(needed: Scope, held: Scope) -> None:
    making.account(ext_id="known")
    answer = _call(Platform(held), needed)
    if held == needed:
        assert answer.status in {200, 201, 202}
    else:
        assert (answer.status, answer.problem) == (403, "no-scope")
        assert f'scope="{needed}"' in answer.headers["WWW-Authenticate"]


def test_the_scheme_is_read_without_regard_to_case() -> None:
    platform = Platform()
    assert platform.post("messages", {"messages": []}, Authorization=f"bearer {platform.secret}").status == 202


def test_the_last_use_is_noted_to_the_minute() -> None:
    platform = Platform()
    platform.post("messages", {"messages": []})
    first = ApiKey.objects.get().last_used_at
    platform.post("messages", {"messages": []})
    assert first is not None
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=1))
    platform.post("messages", {"messages": []})
    assert ApiKey.objects.filter(last_used_at__gt=first).exists()


def test_a_key_that_calls_too_often_is_told_when_to_come_back(settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    platform, other = Platform(), Platform()
    answers = [platform.post("messages", {"messages": []}) for _ in range(4)]
    limited = answers[-1]
    assert (limited.status, limited.problem) == (429, "too-many")
    assert 1 <= int(limited.headers["Retry-After"]) <= 60
    assert limited.headers["RateLimit-Policy"] == '"calls";q=2;w=60'
    assert limited.headers["RateLimit"].startswith('"calls";r=0;t=')
    assert other.post("messages", {"messages": []}).status == 202


def test_every_answer_says_how_many_calls_are_left(settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 10
    assert Platform().post("messages", {"messages": []}).headers["RateLimit"].startswith('"calls";r=9;t=')


def test_while_redis_is_away_intake_goes_on(settings: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": ["unix:///nowhere/redis.sock"]}}
    assert Platform().post("messages", {"messages": [telling.message()]}).status == 202
