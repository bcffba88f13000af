"""A full or read-only database, and processes that are told to stop: nothing is cut short."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from random import Random
from typing import Any

import httpx
import psycopg
import pytest

from config.embedded_postgres import SUPERUSER
from tests.faults import ledger, stream
from tests.faults.system import System
from tests.waiting import eventually

FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON moderation_message EXECUTE FUNCTION no_room();
"""
TROUBLES = {
    "full": (FULL, "DROP FUNCTION no_room CASCADE"),
    "read-only": (
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "ALTER SYSTEM RESET default_transaction_read_only",
    ),
}
# Keys are checked at the end of a transaction, so this is where one waits for a row that they point at.
WAITS_AT_ITS_END = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query = 'COMMIT'"
UNSCREENED = "SELECT count(*) FROM moderation_message WHERE screened_at IS NULL"


def tell(system: System, body: Any, *, by: str = "web") -> httpx.Response:
    headers = {"Authorization": f"Bearer {system.key}"}
    return httpx.post(f"{system.address_of(by)}/api/v1/messages", json=body, headers=headers, timeout=30)


def batches(count: int, dice: Random) -> list[dict[str, Any]]:
    return [{"messages": batch} for batch in stream.invent(count * stream.BATCH, 0, dice).batches]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_database_that_cannot_write_is_503_and_comes_back_by_itself(
    system: System, dice: Random, trouble: str
) -> None:
    before, during = batches(2, dice)
    begin, end = TROUBLES[trouble]
    assert tell(system, before).status_code == 202
    system.ask(begin)
    system.ask("SELECT pg_reload_conf()")
    refused = eventually(lambda: _unless(202, tell(system, during)), what="the trouble is felt")
    assert refused is not None
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.headers["Content-Type"] == "application/problem+json"

    system.ask(end)
    system.ask("SELECT pg_reload_conf()")
    eventually(lambda: tell(system, during).status_code == 202, what="it is taken again, by the same processes")
    eventually(lambda: system.ask(UNSCREENED) == [(0,)], within=60, what="the worker goes on by itself")


def _unless(status: int, answer: httpx.Response) -> httpx.Response | None:
    return None if answer.status_code == status else answer


def test_a_request_in_progress_is_finished_by_a_server_that_is_told_to_end(system: System, dice: Random) -> None:
    before, during = batches(2, dice)
    during["messages"][0]["conversation"] = before["messages"][0]["conversation"]
    assert tell(system, before).status_code == 202
    with psycopg.connect(system.servers.postgres.url(SUPERUSER)) as other, ThreadPoolExecutor(1) as thread:
        name = before["messages"][0]["conversation"]["id"]
        other.execute("SELECT FROM moderation_conversation WHERE ext_id = %s FOR UPDATE", [name])
        answer = thread.submit(tell, system, during)
        eventually(lambda: system.ask(WAITS_AT_ITS_END) == [(1,)], what="the request waits for the conversation")
        system.tell_to_end("web")
        eventually(lambda: not system.is_answering("web"), what="nothing new is taken")
        other.rollback()
    assert answer.result().status_code == 202
    assert system.wait_for("web") == 0


class Balancer:
    """As a proxy before two web servers: one that is about to end gets nothing new, and is told to once it has answered
    what it got."""

    def __init__(self) -> None:
        self._open = ["web", "web2"]
        self._busy = Counter[str]()
        self._changed = threading.Condition()
        self._turn = 0

    def tell(self, system: System, body: Any) -> httpx.Response:
        with self._changed:
            self._turn += 1
            name = self._open[self._turn % len(self._open)]
            self._busy[name] += 1
        try:
            return tell(system, body, by=name)
        finally:
            with self._changed:
                self._busy[name] -= 1
                self._changed.notify_all()

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        with self._changed:
            self._open.remove(name)
            assert self._changed.wait_for(lambda: not self._busy[name], timeout=60)
        yield
        with self._changed:
            self._open.append(name)


def test_rolling_restarts_under_load_show_no_error(system: System, dice: Random) -> None:
    system.start("web2")
    system.start("worker2")
    eventually(lambda: system.is_answering("web2"), within=60, what="the second web server answers")
    ledger.watch(system)
    balancer, over, answers = Balancer(), threading.Event(), Counter[str]()
    told = batches(2000, dice)
    sent = iter(told)
    taking = threading.Lock()
    count = 0

    def send() -> None:
        nonlocal count
        while not over.is_set():
            with taking:
                body = next(sent, None)
                count += body is not None
            if body is None:
                return
            try:
                answers[str(balancer.tell(system, body).status_code)] += 1
            except httpx.TransportError as error:
                answers[type(error).__name__] += 1

    with ThreadPoolExecutor(3) as threads:
        senders = [threads.submit(send) for _ in range(3)]
        try:
            for name in ("web", "web2"):
                with balancer.without(name):
                    assert system.terminate(name) == 0
                    system.start(name)
                    eventually(partial(system.is_answering, name), within=60, what=f"{name} is back")
            for name in ("worker", "worker2"):
                assert system.terminate(name, within=90) == 0
                system.start(name)
        finally:
            over.set()
        for sender in senders:
            sender.result()

    assert set(answers) == {"202"}
    assert answers["202"] == count
    eventually(lambda: system.ask(UNSCREENED) == [(0,)], within=120, what="everything is screened")
    assert system.ask("SELECT count(*) FROM moderation_message") == [(count * stream.BATCH,)]
    twice = ledger.NEVER["a message screened more than once by an engine"]
    assert system.ask(twice) == []
