"""What one can narrow the queue by, and how many cases each further choice would leave.

A filter stands in the address bar; `as_query` and `filters_from` are the only places that know how.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from django.http import QueryDict

from moderation.domain.vocabulary import Ground, Severity
from moderation.models.cases import CaseQuerySet
from moderation.queries.tally import Cell, Tally


class Source(StrEnum):
    PRESCREEN = "prescreen"
    REPORT = "report"

    @property
    def label(self) -> str:
        return {"prescreen": "Pre-screen", "report": "Reported"}[self.value]


class Claim(StrEnum):
    UNCLAIMED = "unclaimed"
    CLAIMED = "claimed"
    MINE = "mine"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Filters:
    """Several grounds: any of them. Different filters: all of them."""

    grounds: frozenset[Ground] = frozenset()
    severity: Severity | None = None
    teen: bool = False
    source: Source | None = None
    claim: Claim | None = None

    def __bool__(self) -> bool:
        return self != Filters()

    def narrow(self, cases: CaseQuerySet, viewer_id: int) -> CaseQuerySet:
        """Several grounds are left for `one_by_one`: no index has the cases of several in the order of the queue."""
        if len(self.grounds) == 1:
            cases = cases.filter(ground=next(iter(self.grounds)))
        if self.severity is not None:
            cases = cases.filter(severity=self.severity)
        if self.teen:
            cases = cases.filter(teen=True)
        if self.source is not None:
            cases = cases.filter(**({"screened": True} if self.source is Source.PRESCREEN else {"reporters__gt": 0}))
        if self.claim is Claim.MINE:
            return cases.filter(holder_id=viewer_id)
        if self.claim is not None:
            return cases.filter(holder__isnull=self.claim is Claim.UNCLAIMED)
        return cases

    def one_by_one(self) -> "list[Filters]":
        """The same filters, split so that each has one ground or none."""
        return [replace(self, grounds=frozenset({ground})) for ground in sorted(self.grounds)] or [self]

    def fits(self, cell: Cell, viewer_id: int) -> bool:
        """The same narrowing, on counted cases."""
        return (
            (not self.grounds or cell.ground in self.grounds)
            and (self.severity is None or cell.severity is self.severity)
            and (not self.teen or cell.teen)
            and (self.source is not Source.PRESCREEN or cell.screened)
            and (self.source is not Source.REPORT or cell.reported)
            and (self.claim is not Claim.MINE or cell.holder == viewer_id)
            and (self.claim is not Claim.UNCLAIMED or cell.holder is None)
            and (self.claim is not Claim.CLAIMED or cell.holder is not None)
        )

    def as_query(self) -> QueryDict:
        query = QueryDict(mutable=True)
        query.setlist("ground", [ground.value for ground in sorted(self.grounds)])
        query.setlist("severity", [self.severity.code] if self.severity is not None else [])
        query.setlist("teen", ["1"] if self.teen else [])
        query.setlist("source", [self.source.value] if self.source else [])
        query.setlist("claim", [self.claim.value] if self.claim else [])
        for name in [name for name, values in query.lists() if not values]:
            del query[name]
        return query


def filters_from(query: QueryDict) -> Filters:
    """What the address asks for. Words that are no filter are left out; the page shows which ones are on."""
    return Filters(
        grounds=frozenset(ground for ground in Ground if ground in query.getlist("ground")),
        severity=next((severity for severity in Severity if severity.code == query.get("severity")), None),
        teen=query.get("teen") == "1",
        source=next((source for source in Source if source == query.get("source")), None),
        claim=next((claim for claim in Claim if claim == query.get("claim")), None),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter to switch on or off: how many cases it would show, and the query that it leads to."""

    id: str
    label: str
    count: int
    is_on: bool
    query: QueryDict


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Facets:
    """Every choice with its count under the other filters that are on."""

    chosen: Filters
    counted: Tally
    viewer_id: int

    @property
    def total(self) -> int:
        return self._count(self.chosen)

    def groups(self) -> tuple[Group, ...]:
        return (
            Group("Ground", tuple(map(self._ground, Ground))),
            Group("Severity", tuple(self._single("severity", s, s.label) for s in sorted(Severity, reverse=True))),
            Group("Age", (self._single("teen", True, "Teen involved"),)),
            Group("Source", tuple(self._single("source", source, source.label) for source in Source)),
            Group("Claim", tuple(self._single("claim", claim, claim.label) for claim in Claim)),
        )

    def _ground(self, ground: Ground) -> Choice:
        on = self.chosen.grounds
        alone = replace(self.chosen, grounds=frozenset({ground}))
        return self._choice(ground.label, alone, replace(self.chosen, grounds=on ^ {ground}), is_on=ground in on)

    def _single(self, name: str, value: Any, label: str) -> Choice:
        is_on = getattr(self.chosen, name) == value
        alone = self._with(name, value)
        without = self._with(name, False if value is True else None)
        return self._choice(label, alone, without if is_on else alone, is_on=is_on)

    def _with(self, name: str, value: Any) -> Filters:
        return replace(self.chosen, **{name: value})

    def _choice(self, label: str, alone: Filters, leads_to: Filters, *, is_on: bool) -> Choice:
        slug = f"filter-{label.lower().replace(' ', '-')}"
        return Choice(slug, label, self._count(alone), is_on, leads_to.as_query())

    def _count(self, filters: Filters) -> int:
        return self.counted.count(lambda cell: filters.fits(cell, self.viewer_id))
