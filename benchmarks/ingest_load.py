"""What the benchmark of the whole way sends, talks as batches, and how much memory it takes meanwhile.

Knows no rate and no clock but those of the messages.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeVar

import psutil

STARTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
_RUN = "@@"  # stands in ids for the number of the round, so that no message is ever sent twice
Told = dict[str, Any]
Item = TypeVar("Item")


def corpus(files: Sequence[Path], guilty: float) -> list[Told]:
    """The talks of case files, of which a share of `guilty` breaks a rule: those without are repeated as needed."""
    talks = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]
    bad = [talk for talk in talks if talk.get("violations")]
    good = [talk for talk in talks if not talk.get("violations")]
    if not bad or not good:
        return talks
    wanted = max(int(len(bad) * (1 - guilty) / guilty), 1) if guilty else len(good)
    mixed = [good[at % len(good)] for at in range(wanted)] + (bad if guilty else [])
    random.Random(7).shuffle(mixed)
    return mixed


@dataclass(frozen=True, slots=True)
class Round:
    """The bodies of all batches, ready but for the number of the round; and the same as told messages."""

    bodies: list[bytes]
    size: int

    def __post_init__(self) -> None:
        if not self.bodies:
            raise SystemExit("The corpus does not fill one batch: give more conversations or a smaller --size.")

    def told(self) -> list[list[Told]]:
        return [json.loads(body)["messages"] for body in self.bodies]

    def endless(self) -> Iterator[bytes]:
        for number in count(1):
            for body in self.bodies:
                yield body.replace(_RUN.encode(), f"r{number}".encode())


def round_of(talks: Sequence[Told], size: int, together: int) -> Round:
    """Talks side by side: `together` messages of one, then of the next; size / together talks go on at a time."""
    going = max(size // together, 1)
    waiting = iter(enumerate(talks))
    seats: list[Iterator[Told]] = [iter(()) for _ in range(going)]
    messages: list[Told] = []
    empty = 0
    while empty < going:
        empty = 0
        for seat in range(going):
            said = _next(seats[seat], together)
            if not said:
                place, talk = next(waiting, (0, None))
                seats[seat] = iter(()) if talk is None else _of_one(place, talk)
                said = _next(seats[seat], together)
            empty += not said
            messages += said
    full = range(0, len(messages) - size + 1, size)
    return Round([json.dumps({"messages": messages[at : at + size]}).encode() for at in full], size)


def _next(items: Iterator[Item], most: int) -> list[Item]:
    return list(islice(items, most))


def _of_one(place: int, talk: Told) -> Iterator[Told]:
    name = f"{_RUN}.{place}"
    for at, message in enumerate(talk["messages"]):
        yield {
            "id": f"{name}.{at}",
            "conversation": {"id": name, "room": talk["room"]},
            "sender": f"{name}.{message['sender']}",
            "sent_at": (STARTED + timedelta(minutes=at)).isoformat(),
            "text": message["text"],
        }


# ---- memory


class Memory:
    """How much each sort of process holds, as its share of what it shares (PSS); sampled by whoever keeps the time."""

    def __init__(self, roots: dict[str, int]) -> None:
        self._roots = roots
        self.samples: list[dict[str, float]] = []

    def sample(self) -> None:
        self.samples.append({name: _megabytes(pid) for name, pid in self._roots.items()})

    def over_time(self) -> dict[str, dict[str, float]]:
        """After a tenth of the time, when all is warm; at the end; at most."""
        early = self.samples[len(self.samples) // 10]
        return {
            name: {"early": early[name], "late": self.samples[-1][name], "most": max(s[name] for s in self.samples)}
            for name in self._roots
        }


def _megabytes(pid: int) -> float:
    total = 0
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return round(total / 2**20, 1)
