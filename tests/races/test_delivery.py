"""Several senders at once, in real threads with connections of their own."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.conf import LazySettings
from django.db import connection, transaction

from moderation import outbox
from moderation.domain.vocabulary import OutboxState
from moderation.integrations.webhook import deliver_due
from moderation.models import OutboxEvent
from moderation.operations.delivery import Answer, deliver_batch
from tests.integrations.receiver import SECRET, receiving
from tests.outbox_events import let_claims_run_out, post

pytestmark = pytest.mark.django_db(transaction=True)

Result = TypeVar("Result")
PATIENCE = 20  # seconds after which a test that hangs fails


def elsewhere(threads: ThreadPoolExecutor, work: Callable[[], Result]) -> "Future[Result]":
    """Run it in another thread, whose database connection is closed afterwards."""

    def run() -> Result:
        try:
            return work()
        finally:
            connection.close()

    return threads.submit(run)


class Sending:
    """A `send` that waits in the middle until it is let go on."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.keys: list[str] = []

    def send(self, event: OutboxEvent) -> Answer:
        self.keys.append(event.key)
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        return self.answer


@pytest.mark.parametrize("senders", [2, 4])
def test_senders_at_once_never_send_an_event_twice_nor_out_of_order(senders: int, settings: LazySettings) -> None:
    names = [str(number) for number in range(6)]
    for name in names:
        for account in "abcdefghij":
            post(account, name)

    with receiving() as platform, ThreadPoolExecutor(senders) as threads:
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = platform.url, SECRET
        settings.WEBHOOK_ALLOW_PRIVATE = True
        together = threading.Barrier(senders)

        def deliver() -> int:
            together.wait(PATIENCE)
            return deliver_due()

        counts = [each.result(PATIENCE) for each in [elsewhere(threads, deliver) for _ in range(senders)]]
        sum_of_tries = sum(counts)
        if OutboxEvent.objects.filter(state=OutboxState.PENDING).exists():
            sum_of_tries += deliver_due()  # a sender stops when all that is left is in the hands of the others

    assert sum_of_tries == 60
    assert set(Counter(call.id for call in platform.calls).values()) == {1}
    for account in "abcdefghij":
        assert [call.text for call in platform.calls if call.event["data"]["account"] == account] == names


def test_while_a_claim_lives_no_other_sender_gets_the_event_nor_its_followers() -> None:
    post("a", "1")
    post("a", "2")
    slow = Sending(Answer(200))

    with ThreadPoolExecutor(1) as threads:
        first = elsewhere(threads, lambda: deliver_batch(slow.send))
        assert slow.begun.wait(PATIENCE)
        other = deliver_batch(lambda _: Answer(200))
        slow.go_on.set()
        first.result(PATIENCE)

    assert other == 0
    assert slow.keys == ["a:1"]


def test_the_events_of_a_sender_that_died_are_taken_over_when_its_claim_has_run_out() -> None:
    event = post("a", "1")
    with ThreadPoolExecutor(1) as threads:
        elsewhere(threads, outbox.claim_batch).result(PATIENCE)  # and never heard of again

    assert deliver_batch(lambda _: Answer(200)) == 0
    let_claims_run_out()
    assert deliver_batch(lambda _: Answer(200)) == 1

    event.refresh_from_db()
    assert event.state == OutboxState.DELIVERED


def test_a_result_that_comes_after_the_event_was_taken_over_does_not_count() -> None:
    event = post("a", "1")
    overtaken = Sending(Answer(500, "too late"))

    with ThreadPoolExecutor(1) as threads:
        first = elsewhere(threads, lambda: deliver_batch(overtaken.send))
        assert overtaken.begun.wait(PATIENCE)
        let_claims_run_out()
        assert deliver_batch(lambda _: Answer(200)) == 1
        overtaken.go_on.set()
        first.result(PATIENCE)

    event.refresh_from_db()
    assert (event.state, event.attempts, event.last_error) == (OutboxState.DELIVERED, 1, "")


def test_a_late_result_counts_while_nobody_has_taken_over() -> None:
    event = post("a", "1")
    late = Sending(Answer(200))

    with ThreadPoolExecutor(1) as threads:
        sender = elsewhere(threads, lambda: deliver_batch(late.send))
        assert late.begun.wait(PATIENCE)
        let_claims_run_out()
        late.go_on.set()
        sender.result(PATIENCE)

    event.refresh_from_db()
    assert event.state == OutboxState.DELIVERED


def test_what_is_being_sent_cannot_be_cancelled() -> None:
    event = post("a", "1", cause="decision:1")
    slow = Sending(Answer(200))

    with ThreadPoolExecutor(1) as threads:
        sender = elsewhere(threads, lambda: deliver_batch(slow.send))
        assert slow.begun.wait(PATIENCE)
        with transaction.atomic():
            cancelled = outbox.cancel("decision:1")
        slow.go_on.set()
        sender.result(PATIENCE)

    assert not cancelled
    event.refresh_from_db()
    assert event.state == OutboxState.DELIVERED


def test_what_is_just_being_cancelled_is_passed_over() -> None:
    event = post("a", "1", cause="decision:1")

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            assert outbox.cancel("decision:1")
            meanwhile = elsewhere(threads, outbox.claim_batch).result(PATIENCE)
        afterwards = elsewhere(threads, outbox.claim_batch).result(PATIENCE)

    assert meanwhile == []
    assert afterwards == []
    event.refresh_from_db()
    assert event.state == OutboxState.CANCELLED


def test_an_event_posted_in_an_open_transaction_is_not_seen() -> None:
    earlier = post("a", "1")
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        post("a", "2")
        claimed = elsewhere(threads, outbox.claim_batch).result(PATIENCE)

    assert claimed == [earlier]
