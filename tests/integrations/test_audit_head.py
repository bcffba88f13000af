"""The head of the audit trail is told outside: signed, and without holding anything up when nobody takes it."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from standardwebhooks.webhooks import Webhook

from accounts import SYSTEM, audit, sealing
from moderation.integrations import audit_head
from tests import making
from tests.integrations.receiver import SECRET, Receiver, answers, receiving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform(settings: LazySettings) -> Iterator[Receiver]:
    with receiving() as receiver:
        settings.WEBHOOK_URL = receiver.url
        settings.WEBHOOK_SECRET = SECRET
        settings.WEBHOOK_ALLOW_PRIVATE = True
        yield receiver


def sealed() -> sealing.Head:
    audit.record("something.done", actor=SYSTEM, target=making.account())
    assert sealing.seal_batch() == 1
    return sealing.head()


def test_of_an_empty_trail_nothing_is_told(platform: Receiver) -> None:
    assert audit_head.tell().seq == 0
    assert platform.calls == []


def test_without_a_platform_the_log_is_enough(settings: LazySettings) -> None:
    settings.WEBHOOK_URL = ""
    head = sealed()
    assert audit_head.tell() == head


def test_a_platform_that_fails_holds_nothing_up(platform: Receiver) -> None:
    platform.manner = answers(500)
    head = sealed()
    assert audit_head.tell() == head


def test_the_platform_gets_place_and_head_signed(platform: Receiver) -> None:
    head = sealed()
    audit_head.tell()
    [call] = platform.calls
    Webhook(SECRET).verify(call.body, call.headers)
    assert call.event["type"] == "audit.sealed"
    assert (call.event["data"]["seq"], call.event["data"]["head"]) == (1, head.head.hex())


def test_the_same_head_has_the_same_id(platform: Receiver) -> None:
    sealed()
    audit_head.tell()
    audit_head.tell()
    sealed()
    audit_head.tell()
    first, again, later = (call.id for call in platform.calls)
    assert first == again != later
