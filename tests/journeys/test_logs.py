"""What real processes write to their logs while private text goes through them: ids, and nothing that somebody said."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from moderation.models import Case, Message
from tests import making
from tests.journeys import processes
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("transactional_db")

# Each stands in one place only, so that a leak names its way.
SAID, CONTACT, REPORTED, NAMED = "marker-said-41", "07700 900142", "marker-reported-42", "marker-named-43"
SEARCHED, KEY, BROKEN = "marker-searched-44", "marker-key-45", "marker-broken-46"
REQUEST = "request-of-this-test"


def _tell(address: str, secret: str) -> None:
    """Everything that the interface takes, the right and the wrong."""
    headers = {"Authorization": f"Bearer {secret}", "X-Request-ID": REQUEST}
    message = {
        "id": "m1",
        "conversation": {"id": "c1", "room": "one_to_one"},
        "sender": "u1",
        "sent_at": "2026-03-01T12:00:00Z",
        "text": f"{SAID} text me on +44 {CONTACT}",
    }
    account = {"id": "u1", "username": NAMED, "role": "member", "age_group": "teen"}
    report = {
        "id": "r1",
        "reporter": "u2",
        "reported": "u1",
        "reason": "other",
        "text": f"{REPORTED} {CONTACT}",
        "channel": "app",
        "created_at": "2026-03-01T12:00:00Z",
    }
    with httpx.Client(base_url=f"{address}/api/v1/", headers=headers, timeout=30) as client:
        assert client.post("messages", json={"messages": [message], "accounts": [account]}).status_code == 202
        assert client.post("messages", json={"messages": [message | {"sent_at": BROKEN}]}).status_code == 202
        assert client.post("messages", content=f'{{"{BROKEN}": ', headers={"Content-Type": "application/json"}).is_error
        assert client.post("reports", json=report).status_code == 202
        assert client.post("reports", json=report | {"reason": BROKEN}).status_code == 422
        assert client.get("nothing", params={"q": SEARCHED}).status_code == 404
        assert client.get("accounts/u1/standing", headers={"Authorization": f"Bearer {KEY}"}).status_code == 401


def _lines(folder: Path) -> list[dict[str, Any]]:
    """The lines that Haven itself writes: one JSON object each."""
    lines = [line for log in folder.glob("*.log") for line in log.read_text().splitlines()]
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_logs_carry_ids_and_nothing_that_somebody_said(
    process_environment: dict[str, str], tmp_path: Path, level: str
) -> None:
    environment = process_environment | {"HAVEN_LOCAL": "1", "LOG_LEVEL": level, "LOG_READABLE": "0"}
    secret = making.api_key()[1]
    with processes.web(environment, tmp_path) as address, processes.workers(environment, tmp_path):
        _tell(address, secret)
        eventually(Case.objects.exists, what="the message becomes a case")
        eventually(lambda: not Message.objects.unscreened().exists(), what="every message is screened")

    written = "".join(log.read_text() for log in tmp_path.glob("*.log"))
    planted = (SAID, CONTACT, CONTACT.replace(" ", ""), REPORTED, NAMED, SEARCHED, KEY, BROKEN, secret)
    assert [marker for marker in planted if marker in written] == []
    requests = [line for line in _lines(tmp_path) if line["event"] == "request" and line["request_id"] == REQUEST]
    assert len(requests) == 7
