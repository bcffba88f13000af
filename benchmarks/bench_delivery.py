"""How many events a second reach the platform: through the outbox, and by plain posts without one.

`python -m benchmarks.bench_delivery [--events N] [--rounds N]`. Own durable embedded servers, thrown away afterwards;
the example platform on loopback is the receiver. The last line is JSON.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier

import django
import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.throwaway import migrate, own_servers

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
AT_ONCE = 5  # threads of the plain posts; as many as one sender uses
NOTICE = "Your account is suspended, because contact information was given to another person. " * 5


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_delivery", description=__doc__)
    parser.add_argument("--events", type=int, default=2000, help="a run (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of all runs, alternating (default: %(default)s)")
    options = parser.parse_args()
    with own_servers(), _platform():
        migrate()
        rates = _measure(options.events, options.rounds)
    _show(rates, options.events)


@contextmanager
def _platform() -> Iterator[None]:
    os.environ |= {"WEBHOOK_SECRET": SECRET, "WEBHOOK_ALLOW_PRIVATE": "1"}
    command = [sys.executable, "-u", "-m", "examples.platform", "--port", "0"]
    with tempfile.TemporaryFile("w+") as lines:
        process = subprocess.Popen(command, stdout=lines, text=True)
        try:
            while not (first := _first_line(lines.fileno())):
                if process.poll() is not None:
                    sys.exit("The example platform does not start.")
                time.sleep(0.05)
            os.environ["WEBHOOK_URL"] = f"{first.split()[-1]}webhooks"
            yield
        finally:
            process.terminate()
            process.wait()


def _first_line(descriptor: int) -> str:
    line, end, _ = os.pread(descriptor, 200, 0).decode().partition("\n")
    return line if end else ""


def _measure(events: int, rounds: int) -> dict[str, list[float]]:
    runs: dict[str, Callable[[], float]] = {
        "plain posts, one after the other": lambda: _plain(events, 1),
        f"plain posts, {AT_ONCE} at once": lambda: _plain(events, AT_ONCE),
        "outbox, 1 sender": lambda: _outbox(events, accounts=events, senders=1),
        "outbox, 2 senders": lambda: _outbox(events, accounts=events, senders=2),
        "outbox, 1 sender, all of one account": lambda: _outbox(events // 4, accounts=1, senders=1),
    }
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            rates[name].append(run())
    return rates


def _plain(events: int, threads: int) -> float:
    """What the network and the receiver allow: signed posts over kept connections, with nothing written down."""
    from moderation.integrations.webhook import signed

    url = os.environ["WEBHOOK_URL"]
    body = json.dumps(
        {
            "type": "sanction.applied",
            "timestamp": datetime.now(UTC).isoformat(),
            "data": {"account": "a", "notice": NOTICE},
        }
    )
    with httpx.Client() as client, ThreadPoolExecutor(threads) as pool:

        def post(_: int) -> None:
            headers = signed(f"msg_{uuid.uuid4().hex}", body, [SECRET], now=datetime.now(UTC))
            client.post(url, content=body, headers=headers).raise_for_status()

        begun = time.perf_counter()
        for _ in pool.map(post, range(events)):
            pass
        return events / (time.perf_counter() - begun)


def _outbox(events: int, *, accounts: int, senders: int) -> float:
    from django.db import connection

    from moderation.models import OutboxEvent

    _post(events, accounts)
    connection.close()
    processes = multiprocessing.get_context("spawn")
    together = processes.Barrier(senders + 1)
    workers = [processes.Process(target=_send, args=(together,)) for _ in range(senders)]
    for worker in workers:
        worker.start()
    together.wait()
    begun = time.perf_counter()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - begun
    assert not OutboxEvent.objects.exclude(state="delivered").exists(), "not everything was delivered"
    return events / seconds


def _post(events: int, accounts: int) -> None:
    from moderation.models import Account, OutboxEvent, clock

    OutboxEvent.objects.all().delete()
    Account.objects.all().delete()
    owners = Account.objects.bulk_create(Account(ext_id=f"account {number}") for number in range(accounts))
    now = clock.now()
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            topic="sanction.applied",
            payload={"account": owners[number % accounts].ext_id, "notice": NOTICE},
            account=owners[number % accounts],
            key=str(number),
            not_before=now,
        )
        for number in range(events)
    )


def _send(together: Barrier) -> None:
    """One worker, as Celery would run it, in a process of its own."""
    django.setup()
    from django.db import connection

    from moderation.integrations.webhook import deliver_due

    connection.ensure_connection()
    together.wait()
    while deliver_due():
        pass


def _show(rates: dict[str, list[float]], events: int) -> None:
    table = Table("way", "events a second (median)", "least", "most", title=f"Delivery, {events} events a run")
    for name, each in rates.items():
        table.add_row(name, *(f"{value:,.0f}" for value in (statistics.median(each), min(each), max(each))))
    Console().print(table)
    medians = {name: round(statistics.median(each)) for name, each in rates.items()}
    print(json.dumps({"benchmark": "delivery", "events": events, "events_per_second": medians}))


if __name__ == "__main__":
    main()
