"""The example platform running in a thread, Haven's own way to call it, and events to send it."""

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from examples.platform.receiver import Receiver
from examples.platform.server import Server
from moderation.integrations.webhook import Endpoint, Sender
from moderation.models import OutboxEvent
from moderation.operations.delivery import Answer
from tests.integrations.receiver import SECRET

NOW = datetime.now(UTC)
IN_A_WEEK = (NOW + timedelta(days=7)).isoformat()
YESTERDAY = (NOW - timedelta(days=1)).isoformat()


class Platform:
    """A running example platform and Haven's own way to call it."""

    def __init__(self, server: Server) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"

    def send(self, event: OutboxEvent, *, secrets: tuple[str, ...] = (SECRET,), path: str = "/webhooks") -> Answer:
        endpoint = Endpoint(httpx.URL(self.url + path), secrets, allow_private=True)
        with Sender(endpoint, longest_try=timedelta(seconds=1)) as sender:
            return sender.send(event)

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        return httpx.post(f"{self.url}/webhooks", content=body, headers=headers).status_code

    def get(self, path: str = "/") -> httpx.Response:
        return httpx.get(self.url + path).raise_for_status()

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/events.json").json()["events"]
        return found

    def account(self, name: str) -> dict[str, Any]:
        known: list[dict[str, Any]] = self.get("/accounts.json").json()["accounts"]
        return next(account for account in known if account["id"] == name)


@contextmanager
def running(*, secrets: str = SECRET, file: Path | None = None, fail_rate: float = 0) -> Iterator[Platform]:
    with Server(("127.0.0.1", 0), receiver=Receiver(secrets, file), fail_rate=fail_rate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Platform(server)
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def told(topic: str, *, at: datetime = NOW, **data: Any) -> OutboxEvent:
    return OutboxEvent(public_id=uuid.uuid4(), topic=topic, payload=data, created_at=at)


def suspension(account: str = "ann", *, at: datetime = NOW, **facts: Any) -> OutboxEvent:
    known = {"sanction": "7", "account": account, "kind": "suspension", "ends_at": IN_A_WEEK, "notice": "You wrote …"}
    return told("sanction.applied", at=at, **known | facts)
