"""The yearly report: the figures of one year from the small tables, as a page and as rows. Must not know HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum
from django.db.models.functions import ExtractMonth

from accounts import Actor
from accounts.roles import Capability, Role
from moderation.domain.transparency import Figure, Median
from moderation.domain.vocabulary import Ground
from moderation.models import DailyFigure, TransparencyYear, clock
from moderation.permissions import require

Row = tuple[str, ...]
CSV_HEAD: Row = ("year", "figure", "what", "ground", "kind", "month", "value", "unit")
_EARLIEST, _LATEST = 1, 9998  # of the years that a date can hold and be followed by another


@dataclass(frozen=True, slots=True)
class YearsFigures:
    """What was counted in one year: by figure, ground, kind and month; and what cannot be added up."""

    year: int
    counts: Mapping[tuple[Figure, str, str, int], int]
    medians: Mapping[str, Mapping[str, float]]
    staff: Mapping[str, int]

    def count(
        self, figure: Figure, *, ground: str | None = None, kind: str | None = None, month: int | None = None
    ) -> int:
        """Everything that fits; None is all of them."""
        return sum(
            count
            for (each, its_ground, its_kind, its_month), count in self.counts.items()
            if each is figure
            and ground in (None, its_ground)
            and kind in (None, its_kind)
            and month in (None, its_month)
        )

    def median(self, median: Median, ground: str = "") -> float | None:
        """In seconds; without a ground, of all of them."""
        return self.medians.get(median.value, {}).get(ground)


@dataclass(frozen=True, slots=True)
class TransparencyPage:
    year: int
    years: tuple[int, ...]  # that were counted, and this one; the latest first
    today: date
    counted_at: datetime | None  # None: not yet
    figures: YearsFigures | None
    can_export: bool


def transparency_page(year: int | None, *, viewer: Actor) -> TransparencyPage:
    """Two queries of the small tables, however much the year held. None: this year. Raises NotPermitted."""
    require(viewer, Capability.READ_TRANSPARENCY)
    today = clock.now().date()
    counted = {one.year: one for one in TransparencyYear.objects.all()}
    wanted = year if year is not None and _EARLIEST <= year <= _LATEST else today.year
    found = counted.get(wanted)
    return TransparencyPage(
        year=wanted,
        years=tuple(sorted({today.year, *counted}, reverse=True)),
        today=today,
        counted_at=found.counted_at if found else None,
        figures=_figures(found) if found else None,
        can_export=viewer.can(Capability.EXPORT_STATEMENTS),
    )


def _figures(counted: TransparencyYear) -> YearsFigures:
    daily = DailyFigure.objects.filter(day__gte=date(counted.year, 1, 1), day__lt=date(counted.year + 1, 1, 1))
    monthly = daily.values_list("figure", "ground", "kind", ExtractMonth("day")).annotate(Sum("count")).order_by()
    counts = {(Figure(figure), ground, kind, month): int(count) for figure, ground, kind, month, count in monthly}
    return YearsFigures(counted.year, counts, counted.medians, counted.staff)


def csv_rows(figures: YearsFigures) -> Iterator[Row]:
    """Every figure of the year, one a row; months only where there was something."""
    yield CSV_HEAD
    year = str(figures.year)
    for (figure, ground, kind, month), count in sorted(figures.counts.items()):
        yield (year, figure.value, figure.label, ground, kind, str(month), str(count), "number")
    for median in Median:
        for ground, seconds in sorted(figures.medians.get(median.value, {}).items()):
            label = f"{median.label}, median"
            yield (year, median.value, label, ground or "all", "", "", f"{seconds:.0f}", "seconds")
    for role, people in figures.staff.items():
        yield (year, "staff", Role(role).label, "", role, "", str(people), "people")
    yield (year, "orders", "Orders of authorities (Articles 9 and 10)", "", "", "", "0", "number")


def grounds() -> Iterator[tuple[str, str]]:
    """Code and name of each, in the order of the policy."""
    for ground in Ground:
        yield ground.value, ground.label
