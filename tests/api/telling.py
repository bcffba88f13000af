"""Bodies as a platform would write them, made in one line each."""

from itertools import count
from typing import Any

_numbers = count(1)


def message(**given: Any) -> dict[str, Any]:
    known = {
        "id": f"told{next(_numbers)}",
        "conversation": {"id": "room 1", "room": "one_to_one"},
        "sender": "ann",
        "sent_at": "2026-03-01T18:00:00Z",
        "text": "hello",
    }
    return known | given


def account(**given: Any) -> dict[str, Any]:
    known = {
        "id": "ann",
        "username": "quiet_river",
        "role": "listener",
        "age_group": "adult",
        "status": "active",
        "badges": ["teen_listener", "verified"],
        "person": "p-1",
        "joined_at": "2024-05-01T09:30:00+02:00",
    }
    return known | given


def report(**given: Any) -> dict[str, Any]:
    known = {
        "id": f"report{next(_numbers)}",
        "reporter": "bea",
        "reported": "ann",
        "reason": "contact_shared",
        "text": "she gave me her number",
        "channel": "report button",
        "created_at": "2026-03-01T18:05:00Z",
    }
    return known | given


def appeal(**given: Any) -> dict[str, Any]:
    known = {
        "id": f"appeal{next(_numbers)}",
        "sanction": "1",
        "text": "it was my own old number",
        "created_at": "2026-03-01T18:05:00Z",
    }
    return known | given
