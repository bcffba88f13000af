"""Screening from claim to `screened_at`, beside the engine alone on the same messages.

Target: what the worker adds around the engine costs no more a message than the engine itself.
"""

import argparse
import json
import os
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.throwaway import migrate, own_servers

CASES = Path(__file__).resolve().parents[1] / "tests" / "prescreen" / "cases"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_screening", description=__doc__)
    parser.add_argument("corpus", nargs="*", type=Path, help="JSONL files of conversations; the project's own if none")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=500)
    options = parser.parse_args()
    corpus = options.corpus or sorted(CASES.glob("*.jsonl"))
    talks = [json.loads(line) for file in corpus for line in file.read_text(encoding="utf-8").splitlines() if line]
    with own_servers():
        figures = _measure(talks, options.messages, options.batch)
    print(f"{'way':44} messages/s")
    for way, rate in figures.items():
        print(f"{way:44} {rate:10,.0f}")
    print(json.dumps({"benchmark": "screening", "messages": options.messages, **figures}))


def _measure(talks: list[dict[str, Any]], wanted: int, batch: int) -> dict[str, float]:
    os.environ["HAVEN_DATABASE_ROLE"] = "owner"
    migrate()
    from django.db import connection

    from moderation.operations.screening import screen_batch

    sent = _store(talks, wanted)
    connection.cursor().execute("ANALYZE")
    start = time.perf_counter()
    done = 0
    while screened := screen_batch(limit=batch):
        done += screened
    through = done / (time.perf_counter() - start)
    assert done == sent
    return {"engine alone, whole conversations": _engine(talks, wanted), "claim, screen, write": through}


def _store(talks: list[dict[str, Any]], wanted: int) -> int:
    """Conversations side by side, message by message, as they come in on a busy site."""
    from moderation.models import Account, Conversation, Message

    dice = random.Random(7)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows: list[Message] = []
    copy = 0
    while len(rows) < wanted:
        for talk in talks:
            where = Conversation.objects.create(ext_id=f"{copy}:{talk['id']}", room=talk["room"])
            people: dict[str, Account] = {}
            begin = start + timedelta(minutes=dice.randrange(600))
            for place, message in enumerate(talk["messages"]):
                sender = message["sender"]
                if sender not in people:
                    people[sender] = Account.objects.create(ext_id=f"{copy}:{talk['id']}:{sender}")
                rows.append(
                    Message(
                        ext_id=f"{copy}:{talk['id']}:{message['id']}",
                        conversation=where,
                        sender=people[sender],
                        sent_at=begin + timedelta(minutes=place),
                        text=message["text"],
                    )
                )
        copy += 1
    rows.sort(key=lambda row: row.sent_at)
    Message.objects.bulk_create(rows[:wanted], batch_size=5_000)
    return wanted


def _engine(talks: list[dict[str, Any]], wanted: int) -> float:
    from moderation.prescreen import Conversation, Message, screen

    ready = [
        Conversation(t["id"], t["room"], (), tuple(Message(m["id"], m["sender"], m["text"]) for m in t["messages"]))
        for t in talks
    ]
    done = 0
    start = time.perf_counter()
    while done < wanted:
        for talk in ready:
            screen(talk)
            done += len(talk.messages)
    return done / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
