"""The receiver of the example platform, called directly and signed by a library that is not ours."""

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from examples.platform.receiver import Answer, BadSecretError, Event, Receiver, UnreadableError
from tests.integrations.receiver import OTHER_SECRET, SECRET

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def call(
    receiver: Receiver,
    name: str = "1",
    *,
    secret: str = SECRET,
    sent: datetime = NOW,
    told: datetime = NOW,
    **given: str,
) -> Answer:
    body = json.dumps({"type": "notice.sent", "timestamp": told.isoformat(), "data": {"account": "ann"} | given})
    headers = {
        "Webhook-Id": name,
        "Webhook-Timestamp": str(int(sent.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(name, sent, body),
    }
    return receiver.take(body.encode(), headers, now=NOW)


@pytest.mark.parametrize("secrets", ["", "whsec_", "whsec_%%%", f"{SECRET} whsec_", "whsec_é"])
def test_secrets_that_cannot_be_used(secrets: str) -> None:
    with pytest.raises(BadSecretError, match="WEBHOOK_SECRET"):
        Receiver(secrets)


@pytest.mark.parametrize("off", [timedelta(seconds=-301), timedelta(seconds=301), timedelta(days=-3)])
def test_an_old_call_and_one_from_the_future_are_refused(off: timedelta) -> None:
    assert call(Receiver(SECRET), sent=NOW + off).status == 401


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Webhook-Id", ""),
        ("Webhook-Id", "2"),
        ("Webhook-Timestamp", ""),
        ("Webhook-Timestamp", "1772366401"),
        ("Webhook-Timestamp", "-1"),
        ("Webhook-Timestamp", "9" * 5_000),
        ("Webhook-Timestamp", "²"),
        ("Webhook-Signature", ""),
        ("Webhook-Signature", "v1,"),
        ("Webhook-Signature", "v1,é \udce9"),
    ],
)
def test_headers_that_were_touched_are_refused(header: str, value: str) -> None:
    body = '{"type": "notice.sent", "timestamp": "2026-03-01T12:00:00Z", "data": {}}'
    headers = {
        "Webhook-Id": "1",
        "Webhook-Timestamp": str(int(NOW.timestamp())),
        "Webhook-Signature": Webhook(SECRET).sign("1", NOW, body),
    }
    receiver = Receiver(SECRET)
    assert receiver.take(body.encode(), headers | {header: value}, now=NOW).status == 401
    assert receiver.take(body.encode() + b" ", headers, now=NOW).status == 401
    assert receiver.take(body.encode(), headers, now=NOW).status == 200


def test_a_body_nested_without_end_is_no_event() -> None:
    body = "[" * 100_000
    headers = {
        "webhook-id": "1",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("1", NOW, body),
    }
    assert Receiver(SECRET).take(body.encode(), headers, now=NOW).status == 422


@pytest.mark.parametrize("secret", [SECRET, OTHER_SECRET])
def test_either_of_two_secrets_is_taken_and_no_third(secret: str) -> None:
    assert call(Receiver(f"{SECRET} {OTHER_SECRET}"), secret=secret).status == 200
    assert call(Receiver(SECRET), secret=OTHER_SECRET).status == 401


def test_what_cannot_be_acted_on_is_asked_for_again() -> None:
    troubles = [RuntimeError("the account is busy")]
    acted: list[Event] = []

    def act(event: Event) -> None:
        if troubles:
            raise troubles.pop()
        acted.append(event)

    receiver = Receiver(SECRET, act=act)
    first, second, third = call(receiver), call(receiver), call(receiver)
    assert (first.status, first.sentence) == (503, "Not now (RuntimeError): send it again.")
    assert (second.sentence, third.sentence) == ("Taken.", "Known already.")
    assert [event.id for event in acted] == ["1"]


def test_tries_that_arrive_together_are_acted_on_once_and_one_at_a_time() -> None:
    at_once, most, acted = 0, 0, 0

    def act(_event: Event) -> None:
        nonlocal at_once, most, acted
        at_once += 1
        most = max(most, at_once)
        acted += 1
        at_once -= 1

    receiver, together = Receiver(SECRET, act=act), threading.Barrier(8)

    def deliver(name: str) -> None:
        together.wait()
        assert call(receiver, name).status == 200

    threads = [threading.Thread(target=deliver, args=(str(n % 2),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, acted, receiver.repeats("0") + receiver.repeats("1")) == (1, 2, 6)


def test_an_event_after_a_younger_one_of_its_account_is_marked_as_late(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    receiver = Receiver(SECRET, file)
    call(receiver, "young")
    old: dict[str, Any] = {"told": NOW - timedelta(days=3)}
    call(receiver, "other account", account="bob", **old)
    call(receiver, "nobody's", account="", sanction="7", **old)
    assert call(Receiver(SECRET, file), "old", **old).event is not None
    assert {event.id: event.is_late for event in Receiver(SECRET, file).events} == {
        "young": False, "other account": False, "nobody's": False, "old": True
    }  # fmt: skip


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("milk\neggs")
    with pytest.raises(UnreadableError, match="holds no events"):
        Receiver(SECRET, file)
    assert file.read_text() == "milk\neggs"
