"""The webhooks page: what it refuses, that it tells a secret once, and a test event to a real server."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from standardwebhooks.webhooks import Webhook

from accounts.models import AuditEntry
from moderation.models import OutboxEvent
from moderation.queries.endpoint import secrets_in_use, target
from tests import making
from tests.integrations.receiver import SECRET, Receiver, answers, drops, receiving
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://chat.example.org/haven"


@pytest.fixture(autouse=True)
def of_settings(settings: LazySettings) -> LazySettings:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET, settings.WEBHOOK_ALLOW_PRIVATE = "", SECRET, False
    return settings


@pytest.fixture
def browser() -> Client:
    return signed_in(making.admin())


@pytest.fixture
def platform(settings: LazySettings) -> Iterator[Receiver]:
    with receiving() as receiver:
        settings.WEBHOOK_URL, settings.WEBHOOK_ALLOW_PRIVATE = receiver.url, True
        yield receiver


def tried(browser: Client) -> str:
    answer = browser.post(reverse("endpoint_try"))
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_nobody_else_sees_or_changes_anything(who: Any, platform: Receiver) -> None:
    browser = signed_in(who())

    assert browser.get(reverse("endpoint")).status_code == 403
    for name in ("endpoint_change", "secret_make", "secret_retire", "endpoint_try"):
        assert browser.post(reverse(name), {"url": URL}).status_code == 403
    assert platform.connections == 0
    assert not AuditEntry.objects.exclude(verb="staff.signed_in").exists()


@pytest.mark.parametrize("name", ["endpoint_change", "secret_make", "secret_retire", "endpoint_try"])
def test_what_changes_something_is_never_a_link(browser: Client, name: str) -> None:
    assert browser.get(reverse(name)).status_code == 405


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("chat.example.org", "not an http"),
        ("ftp://chat.example.org/", "not an http"),
        ("https://", "not an http"),
        ("http://chat.example.org/", "not https"),
        ("https://haven:secret@chat.example.org/", "Leave name, password"),
        ("https://chat.example.org/#here", "Leave name, password"),
        ("https://127.0.0.1/", "no public address"),
        ("https://localhost/", "no public address"),
        ("https://10.1.2.3/", "no public address"),
        ("https://169.254.169.254/latest/meta-data/", "no public address"),
        ("https://168.63.129.16/", "no public address"),
        ("https://[::1]/", "no public address"),
        ("https://[fe80::1]/", "no public address"),
        ("https://[::ffff:10.0.0.1]/", "no public address"),
        ("https://224.0.0.1/", "no public address"),
        (f"https://chat.example.org/{'x' * 500}", "longer than 500"),
    ],
)
def test_an_address_that_cannot_be_is_refused(browser: Client, url: str, why: str) -> None:
    answer = browser.post(reverse("endpoint_change"), {"url": url})

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert target().url == ""


def test_without_an_address_or_a_secret_nothing_is_tried(browser: Client, settings: LazySettings) -> None:
    assert "No address is set yet" in browser.post(reverse("endpoint_try")).content.decode()
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = URL, ""
    assert "no secret to sign with" in browser.post(reverse("endpoint_try")).content.decode()


def test_a_third_secret_is_refused_and_the_only_one_stays(browser: Client) -> None:
    (only,) = secrets_in_use()
    assert browser.post(reverse("secret_retire"), {"fingerprint": only.fingerprint}).status_code == 422
    browser.post(reverse("secret_make"))
    assert browser.post(reverse("secret_make")).status_code == 422
    assert browser.post(reverse("secret_retire"), {"fingerprint": "x"}).status_code == 404


def test_an_address_is_changed_and_shown(browser: Client) -> None:
    answer = browser.post(reverse("endpoint_change"), {"url": f" {URL} "}, follow=True)

    assert target().url == URL
    assert URL in answer.content.decode()


def test_a_secret_is_shown_whole_once_and_then_never(browser: Client) -> None:
    made = browser.post(reverse("secret_make")).content.decode()
    secret = target().secrets[0]

    assert secret in made
    assert SECRET not in made
    later = browser.get(reverse("endpoint")).content.decode()
    assert secret not in later
    assert SECRET not in later
    assert f"whsec_…{secret.rstrip('=')[-4:]}" in later

    browser.post(reverse("secret_retire"), {"fingerprint": secrets_in_use()[1].fingerprint})
    assert target().secrets == (secret,)


def test_a_test_event_is_signed_by_both_secrets_and_about_nobody(browser: Client, platform: Receiver) -> None:
    browser.post(reverse("secret_make"))
    text = tried(browser)

    (call,) = platform.calls
    assert "The platform took the test event" in text
    assert call.id in text
    assert call.event["type"] == "endpoint.test"
    assert len(target().secrets) == 2
    for secret in target().secrets:
        assert Webhook(secret).verify(call.body, call.headers) == call.event
    assert not OutboxEvent.objects.exists()
    assert AuditEntry.objects.latest("id").verb == "endpoint.tried"


def test_what_came_back_is_shown_as_text(browser: Client, platform: Receiver) -> None:
    platform.manner = answers(500, HOSTILE.encode() + b"\x00\x1b[2J\xff", **{"Content-Type": "text/html"})

    text = tried(browser)

    assert "The test event was not taken" in text
    assert "The platform answered 500" in text
    assert "text/html" in text
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    assert "\x1b" not in text


def test_a_huge_answer_is_cut(browser: Client, platform: Receiver) -> None:
    platform.manner = answers(200, b"y" * 5_000_000)

    text = tried(browser)

    assert "y" * 2000 in text
    assert "y" * 2001 not in text
    assert "There was more, which was not read." in text


def test_a_redirect_is_shown_and_not_followed(browser: Client, platform: Receiver) -> None:
    platform.manner = answers(307, Location=platform.url)

    assert "a redirect, and those are not followed" in tried(browser)
    assert len(platform.calls) == 1


def test_a_dropped_connection_and_a_refused_target_are_told(
    browser: Client, platform: Receiver, settings: LazySettings
) -> None:
    platform.manner = drops
    assert "The connection broke" in tried(browser)

    settings.WEBHOOK_ALLOW_PRIVATE = False
    assert "which is no public address" in tried(browser)
    assert len(platform.calls) == 1
