"""How many open cases there are of each sort, counted at most every ten seconds for everybody.

Must not know which counts a page shows: it keeps one cube from which every one of them can be added up.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q

from moderation.domain.vocabulary import DecisionState, Ground, Severity
from moderation.models import Case, Decision
from moderation.models.clock import now

KEEP_FOR = timedelta(seconds=10)
MOST_COUNTED = 1000  # beyond this the answer is «more than 1000», which no page needs more precisely
_KEY = "queue-tally"


@dataclass(frozen=True, slots=True)
class Cell:
    """Open cases that are alike in everything one can filter by."""

    ground: Ground
    severity: Severity
    teen: bool
    screened: bool
    reported: bool
    holder: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Tally:
    cells: tuple[Cell, ...]
    past_due: int  # at most MOST_COUNTED + 1
    oldest: datetime | None
    approvals: int  # decisions that wait for a second signature, at most MOST_COUNTED + 1
    as_of: datetime

    def count(self, fits: Callable[[Cell], bool] | None = None) -> int:
        return sum(cell.count for cell in self.cells if fits is None or fits(cell))


def tally() -> Tally:
    """The counts, up to KEEP_FOR old. Five queries when nobody has asked within that time, otherwise none."""
    kept = cache.get(_KEY)
    if kept is not None:
        return _read(kept)
    fresh = _count()
    cache.set(_KEY, _write(fresh), KEEP_FOR.total_seconds())
    return fresh


def forget() -> None:
    """Count anew at the next call: for whoever has just changed a great deal at once."""
    cache.delete(_KEY)


def _count() -> Tally:
    moment = now()
    cells = (
        Case.objects.open()
        .annotate(reported=ExpressionWrapper(Q(reporters__gt=0), output_field=BooleanField()))
        .values_list("ground", "severity", "teen", "screened", "reported", "holder")
        .annotate(n=Count("*"))
        .order_by()
    )
    late = Case.objects.open().filter(due_at__lt=moment)
    waiting = Decision.objects.filter(state=DecisionState.PROPOSED)
    return Tally(
        cells=tuple(_cell(row) for row in cells),
        past_due=_capped(late),
        oldest=Case.objects.open().aggregate(oldest=Min("opened_at"))["oldest"],
        approvals=_capped(waiting),
        as_of=moment,
    )


def _capped(rows: Any) -> int:
    found: int = rows.order_by()[: MOST_COUNTED + 1].count()
    return found


def _cell(row: Any) -> Cell:
    ground, severity, *rest = row
    return Cell(Ground(ground), Severity(severity), *rest)


def _write(fresh: Tally) -> list[Any]:
    """As JSON can hold it, because that is what the cache speaks."""
    oldest = fresh.oldest.isoformat() if fresh.oldest else None
    return [
        [list(astuple(cell)) for cell in fresh.cells],
        fresh.past_due,
        oldest,
        fresh.approvals,
        fresh.as_of.isoformat(),
    ]


def _read(kept: list[Any]) -> Tally:
    cells, past_due, oldest, approvals, as_of = kept
    return Tally(
        cells=tuple(_cell(row) for row in cells),
        past_due=past_due,
        oldest=datetime.fromisoformat(oldest) if oldest else None,
        approvals=approvals,
        as_of=datetime.fromisoformat(as_of),
    )
