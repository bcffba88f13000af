"""From the outbox to a real HTTP server, as the settings say."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from moderation.domain.vocabulary import OutboxState
from moderation.integrations.webhook import deliver_due
from moderation.models import OutboxEvent
from tests.integrations.receiver import SECRET, Manner, Receiver, answers, drops, receiving
from tests.outbox_events import make_due, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform(settings: LazySettings) -> Iterator[Receiver]:
    with receiving() as receiver:
        settings.WEBHOOK_URL = receiver.url
        settings.WEBHOOK_SECRET = SECRET
        settings.WEBHOOK_ALLOW_PRIVATE = True
        yield receiver


def test_without_a_platform_events_wait_and_no_try_is_counted(settings: LazySettings) -> None:
    settings.WEBHOOK_URL = ""
    event = post("a", "1")

    assert deliver_due() == 0

    event.refresh_from_db()
    assert (event.state, event.attempts, event.claim) == (OutboxState.PENDING, 0, None)


def test_a_private_platform_is_not_called_unless_allowed(platform: Receiver, settings: LazySettings) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    event = post("a", "1")

    deliver_due()

    event.refresh_from_db()
    assert (event.attempts, event.last_status) == (1, None)
    assert event.last_error.startswith("127.0.0.1 leads to 127.0.0.1, which is no public address.")
    assert platform.connections == 0


@pytest.mark.parametrize(("manner", "status"), [(answers(500), 500), (answers(302, Location="/"), 302), (drops, None)])
def test_a_failed_try_is_noted_and_repeated_under_the_same_id(
    platform: Receiver, manner: Manner, status: int | None
) -> None:
    event = post("a", "1")
    platform.manner = manner
    deliver_due()
    event.refresh_from_db()
    assert (event.state, event.last_status) == (OutboxState.PENDING, status)

    platform.manner = answers(200)
    make_due()
    deliver_due()

    event.refresh_from_db()
    assert event.state == OutboxState.DELIVERED
    assert [call.id for call in platform.calls] == [f"msg_{event.public_id.hex}"] * 2


def test_events_of_many_accounts_arrive_each_in_its_order(platform: Receiver) -> None:
    for name in ("1", "2", "3"):
        for account in ("a", "b", "c", "d", "e", "f", "g"):
            post(account, name)

    assert deliver_due() == 21

    heard: dict[str, list[str]] = {}
    for call in platform.calls:
        heard.setdefault(call.event["data"]["account"], []).append(call.text)
    assert heard == {account: ["1", "2", "3"] for account in "abcdefg"}
    assert not OutboxEvent.objects.filter(state=OutboxState.PENDING).exists()
