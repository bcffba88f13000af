"""The events that have arrived, each once. Knows nothing of HTTP, nor of what an event means."""

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self


class UnreadableError(Exception):
    """The file that should hold the events holds something else."""


class NotAnEventError(Exception):
    """What was signed is not an event as Haven's interface describes it."""


@dataclass(frozen=True)
class Event:
    id: str
    received_at: str
    type: str
    timestamp: str
    data: Mapping[str, Any]

    @classmethod
    def read(cls, body: bytes, *, message_id: str, received_at: datetime) -> Self:
        try:
            told = json.loads(body)
            _aware(told["timestamp"])
            kind, data = told["type"], told["data"]
        except (ValueError, KeyError, TypeError) as error:
            raise NotAnEventError("An event is an object with type, timestamp and data.") from error
        if not isinstance(kind, str) or not isinstance(data, dict):
            raise NotAnEventError("The type of an event is text and its data an object.")
        return cls(message_id, received_at.isoformat(), kind, told["timestamp"], data)

    @property
    def told_at(self) -> datetime:
        return _aware(self.timestamp)

    def says(self, name: str) -> str:
        """A fact of the event as text; empty when it has none of that name."""
        value = self.data.get(name)
        return "" if value is None else str(value)


class Memory:
    """Events in the order of their arrival; with a file, they survive a restart: one line an event."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._events: dict[str, Event] = {}
        self._repeats: Counter[str] = Counter()
        for event in _lines(file) if file else []:
            self._events[event.id] = event

    @property
    def events(self) -> list[Event]:
        with self._lock:
            return list(self._events.values())

    def repeats(self, event_id: str) -> int:
        """How often the event came again after the first time."""
        return self._repeats[event_id]

    def take(self, event: Event) -> bool:
        """Keep the event; False when it is known already, which is no error: delivery is at least once.

        With a file, it is there before Haven hears that it arrived.
        """
        with self._lock:
            if event.id in self._events:
                self._repeats[event.id] += 1
                return False
            if self._file:
                with self._file.open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps(asdict(event)) + "\n")
            self._events[event.id] = event
            return True


def _lines(file: Path) -> list[Event]:
    if not file.exists():
        return []
    whole, _, torn = file.read_text(encoding="utf-8").rpartition("\n")
    if torn:  # cut off while it was written, so Haven was not told that it arrived, and sends it again
        file.write_text(f"{whole}\n" if whole else "", encoding="utf-8")
    try:
        return [Event(**json.loads(line)) for line in whole.splitlines()]
    except (ValueError, TypeError) as error:
        raise UnreadableError(
            f"{file} holds no events: move it away, or name another one in PLATFORM_STATE."
        ) from error


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment
