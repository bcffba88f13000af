"""The chat platform's mouth: messages and reports, each sent until it is acknowledged."""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from tests.faults.system import System

BATCH = 100
CLIENTS = 4
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TALK = (
    "how was your day", "i could not sleep again", "that sounds hard", "thank you for listening", "i am here for you",
    "school is a lot right now", "did you talk to your mum about it", "it helps to write it down", "same as yesterday",
    "take your time", "i went for a walk", "my exam is on monday", "do you want to tell me more", "good night",
)  # fmt: skip
CONTACTS = ("call me on +44 7700 900{:03d}", "mail me at quiet.river{:03d}@gmail.com", "text me, +44 7700 901{:03d}")
ONE_IN = 150  # messages gives a contact


@dataclass
class Told:
    """What the platform wants to tell; every random choice is made here, before anything is sent."""

    batches: list[list[dict[str, Any]]]
    reports: list[dict[str, Any]]
    giving: set[str]  # ids of messages that give a contact away

    @property
    def message_ids(self) -> list[str]:
        return [message["id"] for batch in self.batches for message in batch]


@dataclass
class Heard:
    """What the platform was answered."""

    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: str, *, acknowledged: bool = False, wrong: str = "") -> None:
        with self.lock:
            self.statuses[status] += 1
            self.acknowledged += acknowledged
            if wrong:
                self.wrong.append(wrong)


def invent(messages: int, reports: int, dice: Random) -> Told:
    conversations = max(messages // 20, 2)
    all_of_them, giving = [], set()
    for number in range(messages):
        where = dice.randrange(conversations)
        text = dice.choice(TALK)
        if dice.randrange(ONE_IN) == 0:
            text = dice.choice(CONTACTS).format(dice.randrange(1000))
            giving.add(f"m{number}")
        all_of_them.append(
            {
                "id": f"m{number}",
                "conversation": {"id": f"c{where}", "room": "one_to_one"},
                "sender": f"a{where}-{dice.randrange(2)}",
                "sent_at": (START + timedelta(seconds=number)).isoformat(),
                "text": text,
            }
        )
    told = []
    for number in range(reports):
        where = dice.randrange(conversations)
        told.append(
            {
                "id": f"r{number}",
                "reporter": f"a{where}-0",
                "reported": f"a{where}-1",
                "conversation": f"c{where}",
                "reason": "other",
                "text": "this made me uncomfortable",
                "channel": "chat",
                "created_at": START.isoformat(),
            }
        )
    return Told([all_of_them[at : at + BATCH] for at in range(0, messages, BATCH)], told, giving)


class Streaming:
    """Sends everything over `seconds`, from several threads; what is not acknowledged is sent again."""

    def __init__(self, system: System, told: Told, seconds: float) -> None:
        self.heard = Heard()
        self.over = threading.Event()
        self._system, self._give_up = system, threading.Event()
        calls = [("messages", {"messages": batch}) for batch in told.batches] + [("reports", r) for r in told.reports]
        self._calls = calls
        self._pause = seconds * CLIENTS / len(calls)

    def run(self, dice: Random) -> None:
        dice.shuffle(self._calls)
        with ThreadPoolExecutor(CLIENTS) as threads:
            shares = [threads.submit(self._send, self._calls[client::CLIENTS]) for client in range(CLIENTS)]
            for share in shares:
                share.result()
        self.over.set()

    def stop(self) -> None:
        self._give_up.set()

    def _send(self, calls: Sequence[tuple[str, Any]]) -> None:
        for path, body in calls:
            while not self._give_up.is_set() and not self._is_taken(path, body):
                self._give_up.wait(0.3)
            self._give_up.wait(self._pause)

    def _is_taken(self, path: str, body: Any) -> bool:
        """Only an acknowledgement counts. A 503 or a broken connection is what faults look like; all else is wrong."""
        headers = {"Authorization": f"Bearer {self._system.key}"}
        try:
            answer = httpx.post(f"{self._system.address}/api/v1/{path}", json=body, headers=headers, timeout=15)
        except httpx.TransportError as error:
            self.heard.note(type(error).__name__)
            return False
        if answer.status_code == 202:
            refused = path == "messages" and answer.json()["rejected"]
            self.heard.note("202", acknowledged=True, wrong=f"rejected: {refused}" if refused else "")
            return True
        expected = answer.status_code == 503 and "Retry-After" in answer.headers
        self.heard.note(str(answer.status_code), wrong="" if expected else f"{answer.status_code}: {answer.text[:300]}")
        return False
