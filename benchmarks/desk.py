"""Somebody at work in this very process: signs in, asks for pages, decides cases, and tells how long each took.

Owns what is measured of a request; knows no sizes, no targets and no tables.
"""

import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.decision_form import decision_form

HTMX = {"HX-Request": "true"}
WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Took:
    """One request: all of it, the part spent waiting for the database, what this process computed. Milliseconds."""

    whole: float
    database: float
    cpu: float
    queries: int


def p95(took: Sequence[Took], what: str = "whole") -> float:
    values = sorted(getattr(one, what) for one in took)
    return float(values[min(len(values) - 1, -(-len(values) * 95 // 100) - 1)])


def median(took: Sequence[Took], what: str = "whole") -> float:
    return float(statistics.median(getattr(one, what) for one in took))


class Desk:
    """Somebody at work, signed in: every request is timed with its share of the database."""

    def __init__(self, person: Any) -> None:
        from django.test import Client

        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(person)
        _vouch(self.client, person)
        for _ in range(WARM_UP):
            self.get("/")

    def get(self, path: str) -> Took:
        return self._timed(200, lambda: self.client.get(path))[0]

    def text(self, path: str) -> str:
        return self.client.get(path).content.decode()

    def following(self, path: str) -> str | None:
        """Where the link to the next page leads; None on the last one."""
        found = re.search(r'href="([^"]*[?&](?:amp;)?after=[^"]*)"', self.text(path))
        return found[1].replace("&amp;", "&") if found else None

    def poll(self) -> Took:
        """As the page itself asks. Counts that were made anew in between are news: then it asks again."""
        for _ in range(10):
            found = re.search(r'hx-get="(/queue/news/[^"]*)"', self.text("/"))
            if found is None:
                sys.exit("The queue page does not say where to ask for news.")
            path = found[1].replace("&amp;", "&")
            took, answer = self._timed(None, lambda: self.client.get(path, headers=HTMX))  # noqa: B023 - called at once
            if answer.status_code == 204:
                return took
        sys.exit("The queue never stands still: every poll brought news.")

    def work(self, cases: int) -> tuple[list[Took], list[Took]]:
        """Review next, then read and decide «as suggested» again and again: each decision leads to the next case."""
        pages, decisions = [], []
        address = self.client.post("/cases/next/")["Location"]
        for _ in range(cases):
            pages.append(self.get(address))
            form = decision_form(self.text(address))
            took, answer = self._timed(303, lambda: self.client.post(form.action, form.values))  # noqa: B023
            decisions.append(took)
            address = answer["Location"]
        return pages, decisions

    def _timed(self, expected: int | None, request: Callable[[], Any]) -> tuple[Took, Any]:
        with _database_time() as spent:
            begun, computed = time.perf_counter(), time.thread_time()
            answer = request()
            whole, cpu = (time.perf_counter() - begun) * 1000, (time.thread_time() - computed) * 1000
        if expected is not None and answer.status_code != expected:
            sys.exit(f"{answer.request['PATH_INFO']} answered {answer.status_code} instead of {expected}.")
        return Took(whole, sum(spent), cpu, len(spent)), answer


def _vouch(client: Any, person: Any) -> None:
    """Let the session say that its second factor was shown: without it the gate leads every page to setting it up."""
    from allauth.account.internal.flows.login import record_authentication
    from django.http import HttpRequest

    request = HttpRequest()
    request.session = client.session
    record_authentication(request, person, "mfa", type="benchmark")
    request.session.save()


@contextmanager
def _database_time() -> Iterator[list[float]]:
    from django.db import connection

    spent: list[float] = []

    def timed(execute: Callable[..., Any], *args: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*args)
        finally:
            spent.append((time.perf_counter() - begun) * 1000)

    with connection.execute_wrapper(timed):
        yield spent
