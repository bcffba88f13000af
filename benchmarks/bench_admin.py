"""How long the admins' pages take with a million sanctions and five million accounts.

`python -m benchmarks.bench_admin [--sanctions N] [--accounts N] [--rounds N]`. Own durable embedded servers, thrown
away afterwards; requests go through the whole of Django in this process, so what is measured is the server's own time
without the network. On a busy machine only «own CPU» tells something. The last line is JSON.

Another page is one line in `pages`.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.admin_data import Size, build
from benchmarks.desk import Desk, Took, median, p95
from benchmarks.throwaway import megabytes, migrate, own_servers

LIMIT_MS = 50.0
FAR_DOWN = 10  # pages, before the one that is measured


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_admin", description=__doc__)
    parser.add_argument("--sanctions", type=int, default=1_000_000, help="(default: %(default)s)")
    parser.add_argument("--accounts", type=int, default=5_000_000, help="(default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=50, help="of each page (default: %(default)s)")
    options = parser.parse_args()
    if options.sanctions < 100 or options.accounts < 100 or options.rounds < 1:
        parser.error("--sanctions and --accounts are at least 100, --rounds at least 1.")
    with own_servers():
        os.environ["HAVEN_DATABASE_ROLE"] = "owner"  # without the limits that a request has: building takes longer
        migrate()
        size = Size(options.sanctions, options.accounts)
        begun = time.perf_counter()
        build(size)
        built = time.perf_counter() - begun
        print(f"{size.label}: built in {built:,.0f} s, {megabytes():,} MB", file=sys.stderr)
        desk = Desk(_admin())
        took = {name: [desk.get(path) for _ in range(options.rounds)] for name, path in pages(desk)}
        _show(size, took, built)


def pages(desk: Desk) -> Iterator[tuple[str, str]]:
    """Name and address of every page that is measured."""
    lists = "/sanctions/?tab="
    for tab in ("in_force", "waiting", "ending", "ended", "undelivered"):
        yield f"sanctions, {tab}", f"{lists}{tab}"
    for tab in ("in_force", "ending", "ended"):
        yield f"sanctions, {tab}, a common kind", f"{lists}{tab}&kind=suspension"
        yield f"sanctions, {tab}, a rare kind", f"{lists}{tab}&kind=teen_badge_hold"
        yield f"sanctions, {tab}, a rare ground", f"{lists}{tab}&ground=offsite_harm"
        yield f"sanctions, {tab}, kind and ground", f"{lists}{tab}&kind=suspension&ground=contact_shared"
        yield f"sanctions, {tab}, the other order", f"{lists}{tab}&order={'down' if tab == 'ending' else 'up'}"
        yield f"sanctions, {tab}, by name", f"{lists}{tab}&q=calmFox10"
        yield f"sanctions, {tab}, by number", f"{lists}{tab}&q=4711"
        yield f"sanctions, {tab}, far down", _far_down(desk, f"{lists}{tab}")
    yield "sanctions, a name that is none", f"{lists}in_force&q=calm"
    yield "one sanction", "/sanctions/77/"
    yield "preview of fifty", "/sanctions/change/?deed=lift&" + "&".join(f"sanction={n}" for n in range(100, 150))


def _far_down(desk: Desk, path: str) -> str:
    """Where the link to the next page leads, some pages on."""
    for _ in range(FAR_DOWN):
        following = desk.following(path)
        if following is None:
            break
        path = following
    return path


def _admin() -> Any:
    from accounts.models import User

    return User.objects.get(username="staff1")


def _show(size: Size, took: dict[str, list[Took]], built: float) -> None:
    table = Table(
        "page", "p50 ms", "p95 ms", "database p95", "own CPU p50", "queries", f"≤ {LIMIT_MS:g} ms", title=size.label
    )
    for name, one in took.items():
        numbers = [median(one), p95(one), p95(one, "database"), median(one, "cpu")]
        verdict = "met" if p95(one) <= LIMIT_MS else "MISSED"
        table.add_row(name, *(f"{number:.1f}" for number in numbers), str(max(r.queries for r in one)), verdict)
    Console(width=120).print(table)
    report = {
        "benchmark": "admin",
        "sanctions": size.sanctions,
        "accounts": size.accounts,
        "build_seconds": round(built),
        "p95_ms": {name: round(p95(one), 2) for name, one in took.items()},
        "database_p95_ms": {name: round(p95(one, "database"), 2) for name, one in took.items()},
        "missed": [name for name, one in took.items() if p95(one) > LIMIT_MS],
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
