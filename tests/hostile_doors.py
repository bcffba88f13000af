"""Every door by which texts of strangers come in, opened with the corpus in each of its fields.

The machine interfaces, the pages behind links, and the files that are imported. Nothing here looks at what comes of it.
"""

import csv
import json
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from moderation.hosted_links import Purpose, link_to
from moderation.models import Sanction, clock
from moderation.operations.screening import screen_batch
from tests import hostile, making
from tests.hostile import Sort

SENT = "2026-03-01T18:%02d:%02dZ"
SENT_AT_SIX = SENT % (0, 0)
NAMES = [payload.text[:150] for payload in hostile.CORPUS]
OF_ACCOUNTS = 6  # hostile user names are spread over so many conversations
WHOLE = "\n".join(payload.text for payload in hostile.of(Sort.SCRIPT, Sort.TEMPLATE, Sort.BIDI, Sort.TERMINAL))[:3900]
WORST = (
    f'"><img src=x onerror=window.{hostile.GLOBAL}=1>',
    "\u202etxet\u2067 ann",
    "Z" + "\u0336\u0310\u0351\u035b" * 30,
    "w" * 140,
)


def worst(longest: int = 120) -> str:
    """A little of everything that is worst, for a field in which there is little room."""
    mixed = "".join(part[: max(8, longest // len(WORST))] for part in WORST)
    return mixed[:longest]


@dataclass
class Platform:
    """Calls the machine interfaces, and keeps what was sent to which."""

    secret: str = field(default_factory=lambda: making.api_key()[1])
    sent: list[tuple[str, Any]] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}", "X-API-KEY": self.secret}
        client = Client(raise_request_exception=False)
        answer = client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code < 400, (path, answer.status_code, answer.content[:600])
        self.sent.append((f"{method} {path}", body))
        return answer


def by_the_interfaces(platform: Platform) -> None:
    """Messages, edits, accounts, reports and Coop's reports."""
    accounts = _accounts()
    messages = _messages(accounts)
    taken = platform.call("POST", "/api/v1/messages", {"messages": messages, "accounts": accounts})
    assert taken.json()["rejected"] == []
    edits = [message | {"text": f"{message['text']} edited"} for message in messages[::7]]
    assert platform.call("POST", "/api/v1/messages", {"messages": edits}).json()["edited"] == len(edits)
    for account in accounts[:3]:
        platform.call("PUT", "/api/v1/accounts/one", account | {"id": "one"})
    screen_batch()
    for number in range(OF_ACCOUNTS):
        platform.call("POST", "/api/v1/reports", _report(number, accounts, messages))
    platform.call("POST", "/api/coop/v1/report", _coop_report())
    screen_batch()


def _accounts() -> list[dict[str, Any]]:
    return [
        {
            "id": f"h{number} {text}"[:200],
            "username": text,
            "role": "listener" if number % 2 else "member",
            "age_group": "teen" if number % 3 else "adult",
            "badges": [text[:64], "teen_listener"],
            "person": NAMES[number // 2][:200],  # two accounts are one person's
        }
        for number, text in enumerate(NAMES)
    ]


def _messages(accounts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "id": f"m{number} {payload.text}"[:200],
            "conversation": {"id": f"c{where} {NAMES[where]}"[:200], "room": "one_to_one"},
            "sender": accounts[where + OF_ACCOUNTS * (number % 2)]["id"],
            "sent_at": SENT % (number // 60, number % 60),
            "text": f"{payload.text} text me on {making.PHONE} {payload.text}"[:20_000],
        }
        for number, payload in enumerate(hostile.CORPUS)
        for where in [number % OF_ACCOUNTS]
    ]


def _report(number: int, accounts: list[dict[str, Any]], messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"r{number} {worst(80)}",
        "reporter": accounts[number + OF_ACCOUNTS]["id"],
        "reported": accounts[number]["id"],
        "conversation": messages[number]["conversation"]["id"],
        "messages": [messages[number]["id"]],
        "reason": "contact_shared",
        "text": WHOLE,
        "channel": worst(64),
        "created_at": "2026-03-01T18:30:00Z",
    }


def _coop_report() -> dict[str, Any]:
    data = {"creatorId": worst(), "threadId": f"{worst()} coop", "text": WHOLE, "createdAt": SENT_AT_SIX}
    item = {"id": f"{worst(100)} item", "typeId": worst(40), "data": data, "type": _kind()}
    before = item | {"id": f"{worst(100)} before"}
    return {
        "reporter": {"kind": "user", "typeId": f"user {worst()}", "id": worst(150)},
        "reportedAt": "2026-03-01T18:05:00Z",
        "reportedItem": item,
        "reportedForReason": {"policyId": worst(), "reason": WHOLE},
        "reportedItemThread": [before],
        "reportedItemsInThread": [{"id": before["id"], "typeId": worst(40)}],
        "additionalItems": [item | {"id": f"{worst(100)} beside"}],
    }


def _kind() -> dict[str, str]:
    return {"id": worst(40), "version": worst(20)}


def appeals(platform: Platform, by_platform: Sanction, by_coop: Sanction, by_link: Sanction) -> None:
    """By the three doors that there are for one."""
    told = {"id": worst(), "sanction": str(by_platform.pk), "text": WHOLE, "created_at": SENT_AT_SIX}
    platform.call("POST", "/api/v1/appeals", told)
    item = {"id": worst(), "typeId": worst(40), "data": {"text": WHOLE}, "type": _kind()}
    coop = {
        "appealId": f"{worst()} coop",
        "appealedBy": {"typeId": worst(40), "id": by_coop.account.ext_id},
        "appealedAt": SENT_AT_SIX,
        "actionedItem": item,
        "actionsTaken": [str(by_coop.pk)],
        "appealReason": WHOLE,
        "violatingPolicies": [{"id": worst()}],
        "additionalItems": [item],
    }
    platform.call("POST", "/api/coop/v1/report/appeal", coop)
    _post(path_of(Purpose.APPEAL, by_link.pk), {"text": WHOLE})


def answers(notice: Sanction, check_in_id: int) -> None:
    """What is written behind the links of an education notice and of a check-in."""
    said = {f"answer_{number}": WHOLE for number in range(1, 7)}
    _post(path_of(Purpose.QUESTIONS, notice.pk), said | {"hand_in": "1"})
    _post(path_of(Purpose.CHECK_IN, check_in_id), said | {"save": "1", "confirmed": "1"})


def _post(path: str, said: dict[str, str]) -> None:
    answer = Client(raise_request_exception=False).post(path, said)
    assert answer.status_code == 303, (path, answer.status_code, answer.text[-600:])


def path_of(purpose: Purpose, row_id: int) -> str:
    return link_to(purpose, row_id, until=clock.now() + timedelta(days=1)).removeprefix(settings.PUBLIC_URL)


def by_the_imports(folder: Path) -> None:
    """The two commands that read files of another platform."""
    call_command("import_conversations", str(conversations_file(folder)), stdout=StringIO(), stderr=StringIO())
    rows, mapping = reports_file(folder)
    call_command("import_reports", str(rows), mapping=str(mapping), stdout=StringIO(), stderr=StringIO())
    screen_batch()


TEXTS = [payload.text for payload in hostile.CORPUS]
MAPPING = """
[columns]
id = "Ticket"
reporter = "From"
reported = "About"
text = "What"
channel = "Where"
conversation = "Talk"
created_at = "Date"
[constants]
reason = "other"
"""


def conversations_file(folder: Path, **of_participants: Any) -> Path:
    file = folder / "conversations.jsonl"
    lines = [
        {
            "id": f"c{number} {text}"[:90],
            "room": "one_to_one",
            "participants": [
                {
                    "id": f"u{number} {text}"[:90],
                    "role": "member",
                    "age_group": "adult",
                    "status": "active",
                    "badges": [text[:60]],
                }
                | of_participants
            ],
            "messages": [
                {
                    "id": f"m{number} {text}"[:90],
                    "sender": f"u{number} {text}"[:90],
                    "sent_at": SENT_AT_SIX,
                    "text": text,
                }
            ],
        }
        for number, text in enumerate(TEXTS)
    ]
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def reports_file(folder: Path) -> tuple[Path, Path]:
    """The table and the mapping. Every second row has no date that can be read."""
    file, mapping = folder / "reports.csv", folder / "mapping.toml"
    mapping.write_text(MAPPING)
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["Ticket", "From", "About", "What", "Where", "Talk", "Date"])
        for number, text in enumerate(TEXTS):
            date = SENT_AT_SIX if number % 2 else text
            told = [f"{number} {text}"[:200], text[:200], f"x {text}"[:200], text, text[:60], f"t {text}"[:200]]
            rows.writerow([*told, date])
    return file, mapping
