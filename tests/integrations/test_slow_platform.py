"""A platform that is slow or dead for some accounts, as a real server: the others do not wait for it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from moderation import outbox
from moderation.domain.vocabulary import OutboxState
from moderation.integrations import webhook
from moderation.integrations.webhook import Endpoint, Sender
from moderation.models import OutboxEvent
from moderation.operations import delivery
from moderation.operations.delivery import Answer, deliver_due
from tests.integrations.receiver import SECRET, Call, Receiver, answers, receiving
from tests.outbox_events import make_due, post
from tests.races.test_delivery import PATIENCE, elsewhere
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT = timedelta(seconds=8)


@pytest.fixture
def platform() -> Iterator[Receiver]:
    """Hangs for every account whose name begins with «slow»."""
    with receiving() as receiver:

        def manner(call: Call, to: BaseHTTPRequestHandler) -> None:
            if call.event["data"]["account"].startswith("slow"):
                receiver.hangs(call, to)
            else:
                answers(204)(call, to)

        receiver.manner = manner
        yield receiver


@pytest.fixture
def sender(platform: Receiver) -> Iterator[Sender]:
    with Sender(Endpoint(httpx.URL(platform.url), (SECRET,), allow_private=True), longest_try=LIMIT) as sender:
        yield sender


def arrived(platform: Receiver, account: str) -> list[str]:
    return [call.text for call in platform.calls if call.event["data"]["account"] == account]


def tried_slow() -> int:
    return OutboxEvent.objects.filter(account__ext_id__startswith="slow", attempts__gt=0).count()


def test_accounts_for_which_the_platform_hangs_do_not_delay_others(
    platform: Receiver, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLOW_AFTER", timedelta(seconds=0.2))
    for number in range(3 * delivery.SENT_AT_ONCE):
        post(f"slow{number}", "1")
    for name in ("1", "2", "3"):
        post("quick", name)

    with ThreadPoolExecutor(1) as threads:
        worker = elsewhere(threads, lambda: deliver_due(sender.send))
        eventually(lambda: arrived(platform, "quick") == ["1", "2", "3"], within=PATIENCE)
        tried_by_then = tried_slow()
        platform.released.set()
        worker.result(PATIENCE)

    assert tried_by_then == 0  # not one of the slow ones had come to its end
    assert tried_slow() == 3 * delivery.SENT_AT_ONCE


def test_what_is_posted_while_all_others_hang_leaves_at_once(
    platform: Receiver, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLOW_AFTER", timedelta(seconds=0.2))
    for number in range(delivery.SENT_AT_ONCE):
        post(f"slow{number}", "1")

    with ThreadPoolExecutor(1) as threads:
        worker = elsewhere(threads, lambda: deliver_due(sender.send))
        eventually(lambda: len(platform.calls) == delivery.SENT_AT_ONCE, within=PATIENCE)
        post("quick", "1")
        eventually(lambda: arrived(platform, "quick") == ["1"], within=PATIENCE)
        tried_by_then = tried_slow()
        platform.released.set()
        worker.result(PATIENCE)

    assert tried_by_then == 0


def test_never_more_than_the_most_are_under_way(
    platform: Receiver, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLOW_AFTER", timedelta())
    monkeypatch.setattr(delivery, "MOST_AT_ONCE", 6)
    for number in range(9):
        post(f"slow{number}", "1")

    with ThreadPoolExecutor(1) as threads:
        worker = elsewhere(threads, lambda: deliver_due(sender.send))
        eventually(lambda: len(platform.calls) == 6, within=PATIENCE)
        platform.released.set()
        assert worker.result(PATIENCE) == 9

    assert {len(arrived(platform, f"slow{number}")) for number in range(9)} == {1}


def test_while_half_of_the_places_hang_only_fresh_events_are_claimed() -> None:
    tried, fresh = post("a", "1"), post("b", "1")
    OutboxEvent.objects.filter(pk=tried.pk).update(attempts=1)

    assert outbox.claim_batch(fresh_only=True) == [fresh]
    assert outbox.claim_batch() == [tried]


def test_what_waits_for_its_turn_when_the_working_time_is_over_is_handed_back(
    platform: Receiver, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "WORKING_TIME", timedelta(seconds=0.5))
    for number in range(2 * delivery.SENT_AT_ONCE):
        post(f"slow{number}", "1")

    def send(event: OutboxEvent) -> Answer:
        platform.released.wait(1)
        return Answer(200)

    assert deliver_due(send) == delivery.SENT_AT_ONCE
    assert OutboxEvent.objects.filter(state=OutboxState.DELIVERED).count() == delivery.SENT_AT_ONCE
    assert not OutboxEvent.objects.exclude(claim=None).exists()


def test_a_body_that_drips_ends_soon_after_its_status(platform: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "LONGEST_BODY", 0.3)

    def drips(_: Call, to: BaseHTTPRequestHandler) -> None:
        to.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not platform.released.wait(1):
            try:
                to.wfile.write(b"a")
            except OSError:
                break
        to.close_connection = True

    platform.manner = drips
    event = post("a", "1")
    with Sender(Endpoint(httpx.URL(platform.url), (SECRET,), allow_private=True)) as sender:
        deliver_due(sender.send)

    event.refresh_from_db()
    assert event.state == OutboxState.DELIVERED
    assert event.tries.get().took_ms < 5_000


def test_a_dead_platform_costs_each_event_one_try_and_loses_none() -> None:
    with receiving() as gone:
        url = gone.url
    for number in range(12):
        post(f"a{number}", "1")
    with Sender(Endpoint(httpx.URL(url), (SECRET,), allow_private=True)) as sender:
        assert deliver_due(sender.send) == 12
        make_due()
        assert deliver_due(sender.send) == 12

    assert set(OutboxEvent.objects.values_list("state", "attempts")) == {("pending", 2)}
