"""The whole way of a message: HTTP batches in, findings and cases in the database, on servers as in production.

`python -m benchmarks.bench_ingest [--seconds N] [--stored M] [CORPUS.jsonl …]`. Own durable embedded servers, thrown
away afterwards. The last line is JSON.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.bench_intake import copy_rate, empty, web_server
from benchmarks.ingest_load import Memory, Round, corpus, round_of
from benchmarks.stock import bytes_a_message, store
from benchmarks.throwaway import migrate, own_servers

CASES = Path(__file__).resolve().parents[1] / "tests" / "prescreen" / "cases"
BACKLOG = 10_000  # messages that may wait while the steady rate is measured
LOOKS = 0.02  # seconds between two looks at the queue


def main() -> None:
    options = _options()
    sent = round_of(
        corpus(options.corpus or sorted(CASES.glob("*.jsonl")), options.guilty), options.size, options.in_a_row
    )
    with own_servers():
        os.environ["API_CALLS_PER_MINUTE"] = "10000000"
        os.environ["HAVEN_DATABASE_ROLE"] = "owner"
        migrate()
        figures: dict[str, Any] = {
            "engine alone, one core": _engine(sent),
            "raw COPY of the same rows": copy_rate(sent.told()),
        }
        empty()
        if options.stored:
            begun = time.monotonic()
            store(options.stored)
            figures["bytes a stored message"] = bytes_a_message()
            print(f"{options.stored:,} messages stored in {time.monotonic() - begun:.0f} s.", flush=True)
        with web_server() as address, _workers():
            memory = Memory(_processes())
            way = _Way(address, sent, memory, options)
            figures |= way.flood() | way.steady() | way.at_half()
    _show(figures, memory, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_ingest", description=__doc__)
    parser.add_argument("corpus", nargs="*", type=Path, help="JSONL files of conversations; the project's own if none")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each phase (default: %(default)s)")
    parser.add_argument("--stored", type=int, default=0, help="messages already there (default: %(default)s)")
    parser.add_argument("--size", type=int, default=500, help="messages a batch (default: %(default)s)")
    parser.add_argument(
        "--in-a-row", type=int, default=10, help="of one conversation in a batch (default: %(default)s)"
    )
    parser.add_argument(
        "--guilty", type=float, default=0.02, help="share of talks that break a rule (default: %(default)s)"
    )
    parser.add_argument("--connections", type=int, default=4, help="of the platform (default: %(default)s)")
    return parser.parse_args()


def _engine(sent: Round) -> float:
    """Messages a second of whole conversations, screened as many together as a worker claims."""
    from moderation.prescreen import Conversation, Message, Stretch, screen_all

    talks: dict[str, list[Message]] = {}
    for batch in sent.told():
        for told in batch:
            where = talks.setdefault(told["conversation"]["id"], [])
            where.append(Message(told["id"], told["sender"], told["text"]))
    ready = [Stretch(Conversation(name, "one_to_one", (), tuple(said))) for name, said in talks.items()]
    screen_all(ready[:20])
    begun = time.perf_counter()
    for at in range(0, len(ready), 50):
        screen_all(ready[at : at + 50])
    return sum(map(len, talks.values())) / (time.perf_counter() - begun)


@contextmanager
def _workers() -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-A", "config", "--quiet", "worker", "--queues", "screening"]
    command += ["--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _processes() -> dict[str, int]:
    """The roots of each sort of process."""
    postgres = Path(os.environ["HAVEN_VAR_DIR"], "postgres", "data", "postmaster.pid").read_text(encoding="utf-8")
    found = {"PostgreSQL": int(postgres.splitlines()[0])}
    for child in psutil.Process().children():
        command = " ".join(child.cmdline())
        if "granian" in command:
            found["web server"] = child.pid
        elif "celery" in command:
            found["worker"] = child.pid
    return found


@dataclass
class _Way:
    """One run of phases over the same servers; every phase begins with nothing left to be screened."""

    address: str
    sent: Round
    memory: Memory
    options: argparse.Namespace
    accepted: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        from accounts import SYSTEM
        from accounts.operations import create_api_key
        from accounts.roles import Scope

        secret = create_api_key("benchmark", actor=SYSTEM, scopes=[Scope.MESSAGES_WRITE]).secret
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self._bodies = self.sent.endless()

    def flood(self) -> dict[str, float]:
        """As much as is taken, while screening catches up as well as it can."""
        took = self._post(lambda: True)
        accepted, caught_up = self.accepted / took, (self.accepted - _waiting()) / took
        _pass_over()
        _drain()
        return {"accepted, flooded": accepted, "screened meanwhile": caught_up}

    def steady(self) -> dict[str, float]:
        """As much as goes all the way: nothing is sent while BACKLOG messages wait."""
        self._fill()
        waiting = _waiting()
        took = self._post(_is_short)
        self.steady_rate = (waiting + self.accepted - _waiting()) / took
        _drain()
        return {"end to end, steady": self.steady_rate}

    def at_half(self) -> dict[str, float]:
        pace = self.steady_rate / 2 / self.sent.size
        begun, posted = time.monotonic(), 0

        def due() -> bool:
            nonlocal posted
            if posted > (time.monotonic() - begun) * pace:
                return False
            posted += 1
            return True

        with _Watch() as watch:
            self._post(due)
            _drain()
        return {"half load, cases": len(watch.waited), **watch.percentiles()}

    def _fill(self) -> None:
        with httpx.Client(headers=self._headers, timeout=60) as client:
            for body in (next(self._bodies) for _ in range(BACKLOG // self.sent.size)):
                client.post(f"{self.address}/api/v1/messages", content=body).raise_for_status()

    def _post(self, may: Callable[[], bool]) -> float:
        """Post for as long as a phase lasts, whenever it may; how long it took."""
        self.accepted = 0
        begun = time.monotonic()
        until = begun + self.options.seconds
        threads = [
            threading.Thread(target=self._post_share, args=(may, until)) for _ in range(self.options.connections)
        ]
        for thread in threads:
            thread.start()
        while time.monotonic() < until:
            self.memory.sample()
            time.sleep(1)
        for thread in threads:
            thread.join()
        return time.monotonic() - begun

    def _post_share(self, may: Callable[[], bool], until: float) -> None:
        from django.db import connection

        with httpx.Client(headers=self._headers, timeout=60) as client:
            while time.monotonic() < until:
                with self._turn:
                    body = next(self._bodies) if may() else None
                if body is None:
                    time.sleep(0.005)
                    continue
                answer = client.post(f"{self.address}/api/v1/messages", content=body)
                if answer.status_code == 429:  # the backlog is full: a platform waits too
                    time.sleep(min(float(answer.headers.get("Retry-After", 1)), 1.0))
                    continue
                taken = answer.raise_for_status().json()["accepted"]
                with self._turn:
                    self.accepted += taken
        connection.close()


class _Watch:
    """Notes when each case is first seen in the queue, and how long before that its newest message was accepted."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(array_agg(id), ARRAY[]::bigint[]) FROM moderation_case")
            seen = set(cursor.fetchone()[0])
            while not self._over.wait(LOOKS):
                cursor.execute(_NEW_CASES, [max(seen, default=0) - 1_000, list(seen)[-5_000:]])
                for case, waited in cursor.fetchall():
                    seen.add(case)
                    self.waited.append(waited)
        connection.close()

    def percentiles(self) -> dict[str, float]:
        if len(self.waited) < 2:
            return {}
        cuts = statistics.quantiles(self.waited, n=100, method="inclusive")
        return {f"half load, p{at}, s": cuts[at - 1] for at in (50, 95, 99)}


# Ids are seen out of order when the later of two transactions ends first: a stretch behind the last is looked at too.
_NEW_CASES = """
SELECT c.id, extract(epoch FROM clock_timestamp() - max(m.received_at))::float
FROM moderation_case AS c
JOIN moderation_finding AS f ON f.case_id = c.id
JOIN moderation_message AS m ON m.id = ANY (f.message_ids)
WHERE c.id > %s AND NOT c.id = ANY (%s::bigint[])
GROUP BY c.id
"""


def _waiting(most: int = 10**9) -> int:
    """By the partial index of what is unscreened, whatever else is stored."""
    return _count(
        "SELECT count(*) FROM (SELECT 1 FROM moderation_message"
        f" WHERE screened_at IS NULL AND attempts < 3 LIMIT {most}) AS found"
    )


def _is_short() -> bool:
    return _waiting(BACKLOG) < BACKLOG


def _count(query: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _pass_over() -> None:
    """What a flood left behind would take minutes at a rate that is measured anyway."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE moderation_message SET screened_at = now(), engine = 'none' WHERE id IN ("
            "SELECT id FROM moderation_message WHERE screened_at IS NULL FOR UPDATE SKIP LOCKED)"
        )
        cursor.execute("VACUUM moderation_message")


def _drain() -> None:
    """Wait until everything is screened; hints are repeated as beat would."""
    from moderation import hints

    while _waiting(1):
        hints.send(hints.SCREEN)
        time.sleep(1)


def _show(figures: dict[str, Any], memory: Memory, options: argparse.Namespace) -> None:
    console = Console()
    table = Table("what", "figure", title=f"Ingest, {options.seconds:g} s a phase, {options.stored:,} messages stored")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:,.2f}" if name.endswith(", s") else f"{figure:,.0f}")
    for bound in ("raw COPY of the same rows", "engine alone, one core"):
        table.add_row(f"steady rate of {bound}", f"{figures['end to end, steady'] / figures[bound]:.0%}")
    console.print(table)
    held = Table("memory, MB", "early", "late", "most")
    for name, of_it in memory.over_time().items():
        held.add_row(name, *(f"{value:,.0f}" for value in of_it.values()))
    console.print(held)
    settings = {
        "seconds": options.seconds,
        "stored": options.stored,
        "size": options.size,
        "in_a_row": options.in_a_row,
    }
    report = {name: round(figure, 3) for name, figure in figures.items()}
    print(json.dumps({"benchmark": "ingest", **settings, **report, "memory_mb": memory.over_time()}))


if __name__ == "__main__":
    main()
