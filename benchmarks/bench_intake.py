"""How many messages a second come in: through the operation, through HTTP, and by raw COPY of the same rows.

`python -m benchmarks.bench_intake [--batches N] [--size N] [--rounds N]`. Own durable embedded servers, thrown away
afterwards; granian serves as in production. The last line is JSON.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.throwaway import migrate, own_servers

CONNECTIONS = 4  # of the platform
TEXT = "I think it got worse after the move, because nobody here knows me and the evenings are so long. "
STARTED = datetime(2026, 3, 1, 12, tzinfo=UTC)
Told = dict[str, Any]
Batches = Sequence[list[Told]]
_runs = count(1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_intake", description=__doc__)
    parser.add_argument("--batches", type=int, default=60, help="a run (default: %(default)s)")
    parser.add_argument("--size", type=int, default=500, help="messages a batch (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of all runs, alternating (default: %(default)s)")
    options = parser.parse_args()
    with own_servers():
        os.environ["API_CALLS_PER_MINUTE"] = "1000000"
        migrate()
        with web_server() as address:
            rates = _measure(options, address)
    _show(rates, options)


@contextmanager
def web_server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2"]
    command += ["--blocking-threads", "2", "--log-level", "warning", "config.wsgi:application"]
    process = subprocess.Popen(command)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            httpx.get(f"{address}/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    sys.exit("The web server does not start.")


def _measure(options: argparse.Namespace, address: str) -> dict[str, list[float]]:
    ways: dict[str, Callable[[Batches], float]] = {
        "raw COPY into the table, one connection": copy_rate,
        "operation, one connection": lambda batches: _operation(batches, 1),
        "operation, two connections": lambda batches: _operation(batches, 2),
        "operation, all of it here already": _again,
        f"HTTP, {CONNECTIONS} connections": _http(address),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            empty()
            rates[name].append(way(made_up(options.batches, options.size)))
    return rates


def made_up(batches: int, size: int) -> list[list[Told]]:
    """Ten messages of each of size/10 one-to-one conversations a batch; a conversation goes on for ten batches."""
    run = next(_runs)
    return [[_told(run, batch, place) for place in range(size)] for batch in range(batches)]


def _told(run: int, batch: int, place: int) -> Told:
    conversation = f"{run}.{batch // 10}.{place // 10}"
    return {
        "id": f"{run}.{batch}.{place}",
        "conversation": {"id": conversation, "room": "one_to_one"},
        "sender": f"{conversation}.{place % 2}",
        "sent_at": (STARTED + timedelta(seconds=batch * 60 + place)).isoformat(),
        "text": f"{TEXT} {place}",
    }


def empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE moderation_statement DISABLE TRIGGER USER")  # it refuses, and is empty here
        cursor.execute("TRUNCATE moderation_message, moderation_conversation, moderation_account CASCADE")
        cursor.execute("ALTER TABLE moderation_statement ENABLE TRIGGER USER")
        cursor.execute("CHECKPOINT")


def _rate(batches: Batches, work: Callable[[], None]) -> float:
    from moderation.models import Message

    messages = sum(len(batch) for batch in batches)
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    assert Message.objects.count() == messages, "not every message was stored"
    return messages / seconds


def copy_rate(batches: Batches) -> float:
    """What the database allows: one COPY and one commit a batch, with every index and key, but neither idempotent
    nor with the accounts and conversations, which are there before the clock starts."""
    from moderation.models import Account, Conversation

    accounts = {told["sender"] for batch in batches for told in batch}
    Account.objects.bulk_create(Account(ext_id=ext_id) for ext_id in accounts)
    conversations = {told["conversation"]["id"] for batch in batches for told in batch}
    Conversation.objects.bulk_create(Conversation(ext_id=ext_id, room="one_to_one") for ext_id in conversations)
    account_ids = dict(Account.objects.values_list("ext_id", "pk"))
    conversation_ids = dict(Conversation.objects.values_list("ext_id", "pk"))
    rows = [
        [
            (t["id"], conversation_ids[t["conversation"]["id"]], account_ids[t["sender"]], t["sent_at"], t["text"], "")
            for t in batch
        ]
        for batch in batches
    ]
    return _rate(batches, lambda: _copy_all(rows))


def _copy_all(batches: list[list[tuple[Any, ...]]]) -> None:
    from django.db import connection, transaction

    columns = "ext_id, conversation_id, sender_id, sent_at, text, engine"
    for batch in batches:
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            cursor.copy(f"COPY moderation_message ({columns}) FROM STDIN") as copy,
        ):
            for row in batch:
                copy.write_row(row)


def _operation(batches: Batches, connections: int) -> float:
    told = _as_told(batches)
    return _rate(batches, lambda: _take_all(told, connections))


def _again(batches: Batches) -> float:
    told = _as_told(batches)
    _take_all(told, 1)
    return _rate(batches, lambda: _take_all(told, 1))


def _as_told(batches: Batches) -> list[Any]:
    from moderation.api.schemas import MessageIn
    from moderation.operations.intake import Batch

    return [Batch([MessageIn.model_validate(told).told() for told in batch]) for batch in batches]


def _take_all(batches: Sequence[Any], connections: int) -> None:
    from django.db import connection

    from accounts import SYSTEM
    from moderation.operations.intake import take_messages

    def take_share(first: int) -> None:
        for batch in batches[first::connections]:
            take_messages(batch, actor=SYSTEM)
        connection.close()

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(take_share, range(connections)))


def _http(address: str) -> Callable[[Batches], float]:
    from accounts import SYSTEM
    from accounts.operations import create_api_key
    from accounts.roles import Scope

    secret = create_api_key("benchmark", actor=SYSTEM, scopes=[Scope.MESSAGES_WRITE]).secret
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def rate(batches: Batches) -> float:
        bodies = [json.dumps({"messages": batch}).encode() for batch in batches]

        def post_share(first: int) -> None:
            with httpx.Client(headers=headers, timeout=60) as client:
                for body in bodies[first::CONNECTIONS]:
                    client.post(f"{address}/api/v1/messages", content=body).raise_for_status()

        def post_all() -> None:
            with ThreadPoolExecutor(CONNECTIONS) as pool:
                list(pool.map(post_share, range(CONNECTIONS)))

        return _rate(batches, post_all)

    return rate


def _show(rates: dict[str, list[float]], options: argparse.Namespace) -> None:
    title = f"Intake, {options.batches} batches of {options.size} a run"
    table = Table("way", "messages a second (median)", "least", "most", title=title)
    for name, each in rates.items():
        table.add_row(name, *(f"{value:,.0f}" for value in (statistics.median(each), min(each), max(each))))
    Console().print(table)
    medians = {name: round(statistics.median(each)) for name, each in rates.items()}
    report = {"benchmark": "intake", "batches": options.batches, "size": options.size, "messages_per_second": medians}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
