"""How long the desk takes with a hundred times as many cases: queue page, case page, decision, live poll.

`python -m benchmarks.bench_queue [--small N] [--open N] [--closed N] [--rounds N] [--pages N]`. Own durable embedded
servers, thrown away afterwards; requests go through the whole of Django in this process, so what is measured is the
server's own time without the network. First with few cases, then with all of them. Filters are those that the queue
offers when this runs, each pair of them. On a busy machine only «own CPU» tells something. The last line is JSON.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.desk import Desk, Took, median, p95
from benchmarks.queue_data import Size, grow
from benchmarks.throwaway import megabytes, migrate, own_servers

MOST_RATIO = 1.5
WORST_SHOWN = 5


@dataclass(slots=True)
class Figures:
    """What was measured at one size. `pairs` is the queue page by filters."""

    pages: dict[str, list[Took]] = field(default_factory=dict)
    pairs: dict[str, list[Took]] = field(default_factory=dict)
    build_seconds: float = 0.0
    megabytes: int = 0  # of the database

    @property
    def worst(self) -> list[str]:
        return sorted(self.pairs, key=lambda name: -p95(self.pairs[name]))


@dataclass(frozen=True, slots=True)
class Target:
    name: str
    limit: float
    figure: Callable[[Figures], float]


TARGETS = (
    Target("queue page, no filter", 25, lambda f: p95(f.pages["queue"])),
    Target("queue page, the database's share", 7, lambda f: p95(f.pages["queue"], "database")),
    Target("queue page, far down", 25, lambda f: p95(f.pages["queue, far down"])),
    Target("queue page, all pairs of filters", 25, lambda f: p95(_all(f.pairs))),
    Target("queue page, the worst pair", 25, lambda f: p95(f.pairs[f.worst[0]])),
    Target("database, all pairs of filters", 7, lambda f: p95(_all(f.pairs), "database")),
    Target("database, the worst pair", 7, lambda f: max(p95(took, "database") for took in f.pairs.values())),
    Target("case page", 40, lambda f: p95(f.pages["case page"])),
    Target("decision", 40, lambda f: p95(f.pages["decision"])),
    Target("live poll (204)", 5, lambda f: p95(f.pages["poll"])),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_queue", description=__doc__)
    parser.add_argument("--small", type=int, default=10_000, help="open cases to compare with (default: %(default)s)")
    parser.add_argument("--open", type=int, default=1_000_000, help="open cases in the end (default: %(default)s)")
    parser.add_argument("--closed", type=int, default=10_000_000, help="closed cases in the end (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=30, help="of each pair of filters (default: %(default)s)")
    parser.add_argument("--pages", type=int, default=200, help="cases opened and decided (default: %(default)s)")
    options = parser.parse_args()
    if not 100 <= options.small <= options.open or options.closed < 0 or min(options.rounds, options.pages) < 1:
        parser.error("--small is at least 100 and at most --open, --rounds and --pages at least 1.")
    with own_servers():
        os.environ["HAVEN_DATABASE_ROLE"] = "owner"  # without the limits that a request has: building takes longer
        migrate()
        sizes = [
            Size(options.small, options.closed * options.small // options.open),
            Size(options.open, options.closed),
        ]
        figures = list(_at_each(sizes, options))
    _show(sizes, figures)


def _at_each(sizes: Sequence[Size], options: argparse.Namespace) -> Iterator[Figures]:
    was = Size(0, 0)
    for size in sizes:
        begun = time.perf_counter()
        grow(was, size, talks=options.pages * 2 + 50)
        figures = Figures(build_seconds=time.perf_counter() - begun)
        figures.megabytes = megabytes()
        built = f"built in {figures.build_seconds:,.0f} s, {figures.megabytes:,} MB"
        print(f"{size.label}: {built}", file=sys.stderr)
        _measure(figures, options)
        was = size
        yield figures


def _measure(figures: Figures, options: argparse.Namespace) -> None:
    from accounts.models import User

    people = list(User.objects.filter(username__startswith="staff").order_by("pk"))
    holder, free = people[0], people[-1]
    reader, worker = Desk(holder), Desk(free)
    rounds = range(max(options.rounds, 50))
    figures.pages["queue"] = [reader.get("/") for _ in rounds]
    figures.pages["poll"] = [reader.poll() for _ in rounds]
    figures.pages["queue, far down"] = [reader.get(path) for path in _far_down(reader, len(rounds))]
    figures.pages["counting anew"] = [_counted_anew(reader) for _ in range(5)]
    for name, path in _pairs(holder).items():
        figures.pairs[name] = [reader.get(path) for _ in range(options.rounds)]
    pages, decisions = worker.work(options.pages)
    figures.pages |= {"case page": pages, "decision": decisions}


def _counted_anew(reader: Desk) -> Took:
    from moderation.queries import tally

    tally.forget()
    return reader.get("/")


def _far_down(reader: Desk, pages: int) -> list[str]:
    """Places spread over the whole queue, as the link to the next page names them."""
    from moderation.models import Case
    from moderation.queries.queue import Place

    total = Case.objects.open().count()
    ids = list(Case.objects.open().values_list("pk", flat=True)[:: max(1, total // pages)][:pages])
    return [f"/?after={Place.after(case)}" for case in Case.objects.filter(pk__in=ids)]


def _pairs(viewer: Any) -> dict[str, str]:
    """Every two choices that the page offers now, by their labels; two of which one replaces the other are no pair."""
    from django.http import QueryDict

    from moderation.queries.queue import Asked, queue_page
    from moderation.queries.queue_filters import filters_from

    choices = [choice for group in queue_page(Asked(viewer)).groups for choice in group.choices]
    alone = {filters_from(choice.query).as_query().urlencode() for choice in choices}
    pairs: dict[str, str] = {}
    for one, other in combinations(choices, 2):
        both = QueryDict(f"{one.query.urlencode()}&{other.query.urlencode()}")
        query = filters_from(both).as_query().urlencode()
        if query not in alone:
            pairs[f"{one.label} + {other.label}"] = f"/?{query}"
    return pairs


def _all(pairs: dict[str, list[Took]]) -> list[Took]:
    return [took for each in pairs.values() for took in each]


def _show(sizes: Sequence[Size], figures: Sequence[Figures]) -> None:
    console = Console(width=120)
    console.print(_pages(sizes, figures))
    console.print(_worst(sizes[-1], figures[-1]))
    rows = [_against(target, *figures) for target in TARGETS]
    console.print(_verdicts(rows))
    report = {
        "benchmark": "queue",
        "sizes": [{"open": size.open, "closed": size.closed} for size in sizes],
        "build_seconds": [round(one.build_seconds) for one in figures],
        "megabytes": [one.megabytes for one in figures],
        "pairs_of_filters": len(figures[-1].pairs),
        "p95_ms": {row["name"]: row["ms"] for row in rows},
        "ratio": {row["name"]: row["ratio"] for row in rows},
        "missed": [row["name"] for row in rows if not row["is_met"]],
    }
    print(json.dumps(report))


def _pages(sizes: Sequence[Size], figures: Sequence[Figures]) -> Table:
    table = Table("page", "open cases", "p50 ms", "p95 ms", "database p50", "database p95", "own CPU p50", "queries")
    for size, one in zip(sizes, figures, strict=True):
        measured = one.pages | {f"queue, {len(one.pairs)} pairs of filters": _all(one.pairs)}
        for name, took in measured.items():
            numbers = [median(took), p95(took), median(took, "database"), p95(took, "database"), median(took, "cpu")]
            most = str(max(request.queries for request in took))
            table.add_row(name, f"{size.open:,}", *(f"{number:.1f}" for number in numbers), most)
    return table


def _worst(size: Size, figures: Figures) -> Table:
    table = Table("filters", "p95 ms", "database p95", title=f"The slowest pairs of filters, {size.label}")
    for name in figures.worst[:WORST_SHOWN]:
        table.add_row(name, f"{p95(figures.pairs[name]):.1f}", f"{p95(figures.pairs[name], 'database'):.1f}")
    return table


def _against(target: Target, small: Figures, large: Figures) -> dict[str, Any]:
    before, now = target.figure(small), target.figure(large)
    ratio = now / before
    return {
        "name": target.name,
        "limit": target.limit,
        "ms": [round(before, 2), round(now, 2)],
        "ratio": round(ratio, 2),
        "is_met": now <= target.limit and ratio <= MOST_RATIO,
    }


def _verdicts(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table("p95", "small ms", "large ms", "target", "ratio", f"≤ {MOST_RATIO}", "", title="Targets")
    for row in rows:
        small, large = row["ms"]
        within = "yes" if row["ratio"] <= MOST_RATIO else "no"
        table.add_row(
            row["name"],
            f"{small:.1f}",
            f"{large:.1f}",
            f"≤ {row['limit']:g}",
            f"{row['ratio']:.2f}",
            within,
            "met" if row["is_met"] else "MISSED",
        )
    return table


if __name__ == "__main__":
    main()
