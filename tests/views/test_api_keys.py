"""The keys page: for whom it is, a key shown once, revoked at once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry
from accounts.roles import Scope
from tests import making
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE

pytestmark = pytest.mark.django_db


def _make(browser: Client, **given: Any) -> Any:
    return browser.post(reverse("api_key_create"), {"name": "the chat", "may": ["messages:write"]} | given)


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_only_admins_see_and_make_keys(who: Any) -> None:
    key, _ = making.api_key()
    browser = signed_in(who())
    assert browser.get(reverse("api_keys")).status_code == 403
    assert _make(browser).status_code == 403
    assert browser.post(reverse("api_key_revoke", args=[key.pk])).status_code == 403
    assert ApiKey.objects.get().revoked_at is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"name": " "}, "Write whose key it is"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"may": []}, "choose at least one"),
        ({"may": ["everything"]}, "everything is not one of the available choices"),
        ({"days": "0"}, "greater than or equal to 1"),
        ({"days": "x"}, "Enter a whole number"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_made(given: dict[str, Any], sentence: str) -> None:
    answer = _make(signed_in(making.admin()), **given)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not ApiKey.objects.exists()


def test_a_key_is_shown_once_and_stored_as_a_hash() -> None:
    boss = making.admin()
    browser = signed_in(boss)
    made = _make(browser, may=["messages:write", "standing:read"], days="30")
    (secret,) = re.findall(r"hvn_[A-Za-z0-9_-]{43}", made.text)
    key = ApiKey.objects.get()
    assert key.matches(secret)
    assert secret.encode() not in bytes(key.digest)
    assert key.scopes == ["messages:write", "standing:read"]
    assert key.created_by == boss
    assert key.expires_at is not None
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)
    assert made.headers["Cache-Control"] == "no-store"
    assert secret not in browser.get(reverse("api_keys")).text
    assert secret not in str(AuditEntry.objects.get(verb="api_key.created").details)


def test_a_key_without_an_end_has_none() -> None:
    _make(signed_in(making.admin()))
    assert ApiKey.objects.get().expires_at is None


def test_a_revoked_key_is_shown_as_such_and_cannot_be_revoked_again() -> None:
    key, _ = making.api_key(Scope.MESSAGES_WRITE)
    browser = signed_in(making.admin())
    first = browser.post(reverse("api_key_revoke", args=[key.pk]), follow=True)
    second = browser.post(reverse("api_key_revoke", args=[key.pk]), follow=True)
    assert "its next call is refused" in first.text
    assert "has been revoked already" in second.text
    assert "Revoked" in first.text
    assert AuditEntry.objects.filter(verb="api_key.revoked").count() == 1


def test_a_key_that_is_none_is_not_found() -> None:
    assert signed_in(making.admin()).post(reverse("api_key_revoke", args=[making.NOBODYS_ID])).status_code == 404


def test_the_last_use_and_the_state_are_visible() -> None:
    used, _ = making.api_key()
    ended, _ = making.api_key()
    ApiKey.objects.filter(pk=used.pk).update(last_used_at=making.NOON)
    ApiKey.objects.filter(pk=ended.pk).update(expires_at=making.NOON)
    page = signed_in(making.admin()).get(reverse("api_keys")).text
    assert "1 Mar 2026, 12:00" in page
    assert "Expired" in page
    assert "never" in page


def test_names_are_text() -> None:
    page = _make(signed_in(making.admin()), name=HOSTILE[:100]).text
    assert HOSTILE[:100] not in page
