"""A whole Haven for a journey: pages and interface over HTTP, a worker, beat, and the platform that is told."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from moderation.models import PolicyVersion
from tests import making
from tests.journeys import processes
from tests.journeys.plain_browser import PlainBrowser

SECRET = "whsec_" + base64.b64encode(b"a secret of the journey, 32 bytes").decode()
COMMUNITY: dict[str, Any] = json.loads((Path(__file__).parent / "community.json").read_text())


@dataclass(frozen=True)
class Haven:
    address: str
    key: str

    def tell(self, path: str, body: Any) -> httpx.Response:
        """Call the machine interface as the platform does."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.post(f"{self.address}/api/v1/{path}", json=body, headers=headers, timeout=20)

    def backlog(self) -> int:
        return int(httpx.get(f"{self.address}/readyz", timeout=10).json()["screening"]["backlog"])

    def browser(self) -> PlainBrowser:
        return PlainBrowser(self.address)


@dataclass(frozen=True)
class Platform:
    """The example platform, as its own pages tell what it has heard."""

    address: str

    def account(self, ext_id: str) -> dict[str, Any]:
        accounts = httpx.get(f"{self.address}/accounts.json", timeout=5).json()["accounts"]
        return next((dict(account) for account in accounts if account["id"] == ext_id), {})

    def events(self) -> list[str]:
        return [event["type"] for event in httpx.get(f"{self.address}/events.json", timeout=5).json()["events"]]


@pytest.fixture
def haven(live_server: LiveServer) -> Haven:
    return Haven(live_server.url, making.api_key()[1])


@pytest.fixture
def quick_undo(transactional_db: None) -> None:
    """An undo window of one second, so that a journey need not wait for ten."""
    version = PolicyVersion.objects.in_force()
    version.body["undo_seconds"] = 1
    version.save(update_fields=["body"])


@pytest.fixture
def platform(process_environment: dict[str, str], tmp_path: Path) -> Iterator[Platform]:
    with processes.platform(process_environment | {"WEBHOOK_SECRET": SECRET}, tmp_path) as address:
        yield Platform(address)


@pytest.fixture
def worker_environment(process_environment: dict[str, str], platform: Platform) -> dict[str, str]:
    return process_environment | {
        "HAVEN_LOCAL": "1",
        "WEBHOOK_URL": f"{platform.address}/webhooks",
        "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_ALLOW_PRIVATE": "1",
    }
