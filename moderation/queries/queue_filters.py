"""What one can narrow the queue by, and how many cases each further choice would leave.

A filter stands in the address bar; `as_query` and `filters_from` are the only places that know how. What a choice means
stands in `trait_of` for counts and in `_condition` for rows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from django.conf.locale import LANG_INFO
from django.db.models import Q
from django.db.models.functions import Now
from django.http import QueryDict

from moderation.domain.vocabulary import Ground, Lane, Severity
from moderation.models.cases import CaseQuerySet
from moderation.queries.tally import Tally

MOST_LANGUAGES = 8  # offered as choices: those with the most cases
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")


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
    HANDED = "handed"  # to whoever looks

    @property
    def label(self) -> str:
        return {"handed": "Handed to me"}.get(self.value, self.value.capitalize())


class Reporters(StrEnum):
    TWO = "2"
    MORE = "3"

    @property
    def label(self) -> str:
        return {"2": "By 2 people", "3": "By 3 or more"}[self.value]


FLAGS = {
    "teen": "Teen involved",
    "late": "Past due",
    "on_break": "On a break",
    "seen_before": "Contact seen before",
    "put_off": "Put off",
}
RAISED = tuple(lane for lane in Lane if lane is not Lane.ORDINARY)


@dataclass(frozen=True, slots=True)
class Filters:
    """Several grounds: any of them. Different filters: all of them. What is put off is shown only when asked for."""

    grounds: frozenset[Ground] = frozenset()
    severity: Severity | None = None
    teen: bool = False
    source: Source | None = None
    claim: Claim | None = None
    language: str | None = None
    reporters: Reporters | None = None
    lane: Lane | None = None
    late: bool = False
    on_break: bool = False
    seen_before: bool = False
    put_off: bool = False

    def __bool__(self) -> bool:
        return self != Filters()

    def narrow(self, cases: CaseQuerySet, viewer_id: int) -> CaseQuerySet:
        if not self.put_off:
            cases = cases.ready()
        for name, values in self._on():
            wanted = Q()
            for value in values:
                wanted |= _condition(name, value, viewer_id)
            cases = cases.filter(wanted)
        return cases

    def sorts(self, counted: Tally, viewer_id: int, *, but: str = "") -> int:
        """The same narrowing, on counted cases; `but` is the filter that is left out."""
        cube = counted.cube
        found = cube.everything if self.put_off or but == "put_off" else cube.any_of(["ready"])
        for name, values in self._on():
            if name != but:
                found &= cube.any_of(trait_of(name, value, viewer_id) for value in values)
        return found

    def one_by_one(self) -> "list[Filters]":
        """The same filters in parts, each of which some index has in the order of the queue.

        No index has the cases of several grounds in that order. And those indexes that begin with ground and severity
        have it only for one of each: so when one of the two is asked for together with what such an index is about,
        the other is asked for value by value.
        """
        parts = [replace(self, grounds=frozenset({ground})) for ground in sorted(self.grounds)] or [self]
        if not self._has_sorted_index or bool(self.grounds) is (self.severity is not None):
            return parts
        if self.grounds:
            return [replace(part, severity=severity) for part in parts for severity in Severity]
        return [replace(self, grounds=frozenset({ground})) for ground in Ground]

    @property
    def _has_sorted_index(self) -> bool:
        return bool(self.source or self.language or self.reporters or self.on_break or self.seen_before)

    def _on(self) -> Iterator[tuple[str, list[Any]]]:
        """The filters that are on, each with what it asks for."""
        for name in _NAMES:
            value = getattr(self, name)
            if value is None or value is False or value == frozenset():
                continue
            yield name, sorted(value) if isinstance(value, frozenset) else [value]

    def as_query(self) -> QueryDict:
        query = QueryDict(mutable=True)
        for name, values in self._on():
            query.setlist({"grounds": "ground"}.get(name, name), [_written(value) for value in values])
        return query


_NAMES = tuple(one.name for one in fields(Filters))


def trait_of(name: str, value: Any, viewer_id: int) -> str:
    """The trait by which the cases of one choice are counted; `_condition` asks the same of a row."""
    match name:
        case "grounds":
            return f"ground:{value}"
        case "severity":
            return f"severity:{value.value}"
        case "language" | "lane":
            return f"{name}:{value}"
        case "reporters":
            return f"people:{value}"
        case "source":
            return "screened" if value is Source.PRESCREEN else "reported"
        case "claim":
            return _CLAIMED[value].format(viewer_id)
    return name


def _condition(name: str, value: Any, viewer_id: int) -> Q:
    """What one choice asks of a row."""
    match name:
        case "grounds":
            return Q(ground=value)
        case "severity" | "language" | "lane":
            return Q(**{name: value})
        case "reporters":
            return Q(reporters__gte=3) if value is Reporters.MORE else Q(reporters=2)
        case "source":
            return Q(screened=True) if value is Source.PRESCREEN else Q(reporters__gt=0)
        case "claim":
            mine = Q(handed_to=viewer_id) if value is Claim.HANDED else Q(holder=viewer_id)
            return mine if value in (Claim.MINE, Claim.HANDED) else Q(holder__isnull=value is Claim.UNCLAIMED)
        case "late":
            return Q(due_at__lt=Now())
        case "put_off":
            return Q(waits_until__gt=Now())
    return Q(**{name: True})


_CLAIMED = {Claim.UNCLAIMED: "free", Claim.CLAIMED: "held", Claim.MINE: "holder:{}", Claim.HANDED: "handed_to:{}"}


def _written(value: Any) -> str:
    if value is True:
        return "1"
    return value.code if isinstance(value, Severity) else str(value)


def filters_from(query: QueryDict) -> Filters:
    """What the address asks for. Words that are no filter are left out; the page shows which ones are on."""
    language = query.get("language", "")
    return Filters(
        grounds=frozenset(ground for ground in Ground if ground in query.getlist("ground")),
        severity=next((severity for severity in Severity if severity.code == query.get("severity")), None),
        source=next((source for source in Source if source == query.get("source")), None),
        claim=next((claim for claim in Claim if claim == query.get("claim")), None),
        language=language if _LANGUAGE.fullmatch(language) else None,
        reporters=next((reporters for reporters in Reporters if reporters == query.get("reporters")), None),
        lane=next((lane for lane in RAISED if lane == query.get("lane")), None),
        **{flag: query.get(flag) == "1" for flag in FLAGS},
    )


def language_name(code: str) -> str:
    """«Polish» for «pl»; the code itself where the language is not known by name."""
    name: str = LANG_INFO.get(code, {}).get("name", code)
    return name


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
    _others: dict[str, int] = field(default_factory=dict)  # by filter: the sorts that all the others leave

    @property
    def total(self) -> int:
        return self.counted.cube.count(self.chosen.sorts(self.counted, self.viewer_id))

    def groups(self) -> tuple[Group, ...]:
        """Those that most people want most of the time."""
        return (
            Group("Ground", tuple(map(self._ground, Ground))),
            Group("Severity", self._singles("severity", sorted(Severity, reverse=True))),
            Group("Age and time", (self._flag("teen"), self._flag("late"))),
            Group("Claim", self._singles("claim", Claim)),
        )

    def more_groups(self) -> tuple[Group, ...]:
        """The others; one without a choice is left out."""
        languages = (self._single("language", code, language_name(code)) for code in self._languages())
        groups = (
            Group("Source", self._singles("source", Source)),
            Group("Reported", self._singles("reporters", Reporters)),
            Group("Record", (self._flag("on_break"), self._flag("seen_before"))),
            Group("Raised and put off", (*self._singles("lane", RAISED), self._flag("put_off"))),
            Group("Language", tuple(languages)),
        )
        return tuple(group for group in groups if group.choices)

    def _languages(self) -> list[str]:
        """The most frequent, and the chosen one wherever it stands."""
        cube = self.counted.cube
        counts = {name: cube.count(mask) for name, mask in cube.traits.items() if name.startswith("language:")}
        names = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_LANGUAGES]
        codes = [name.partition(":")[2] for name in names]
        chosen = self.chosen.language
        return codes if chosen is None or chosen in codes else [*codes, chosen]

    def _ground(self, ground: Ground) -> Choice:
        on = self.chosen.grounds
        count = self._count("grounds", ground)
        return _choice(ground.label, count, replace(self.chosen, grounds=on ^ {ground}), is_on=ground in on)

    def _singles(self, name: str, values: Any) -> tuple[Choice, ...]:
        return tuple(self._single(name, value, value.label) for value in values)

    def _flag(self, name: str) -> Choice:
        return self._single(name, True, FLAGS[name])

    def _single(self, name: str, value: Any, label: str) -> Choice:
        is_on = getattr(self.chosen, name) == value
        none = False if value is True else None
        pressed: dict[str, Any] = {name: none if is_on else value}
        leads_to = replace(self.chosen, **pressed)
        return _choice(label, self._count(name, value), leads_to, is_on=is_on)

    def _count(self, name: str, value: Any) -> int:
        """The cases of this choice alone, under whatever is chosen of the other filters."""
        cube = self.counted.cube
        if name not in self._others:
            self._others[name] = self.chosen.sorts(self.counted, self.viewer_id, but=name)
        return cube.count(self._others[name] & cube.any_of([trait_of(name, value, self.viewer_id)]))


def _choice(label: str, count: int, leads_to: Filters, *, is_on: bool) -> Choice:
    slug = f"filter-{label.lower().replace(' ', '-')}"
    return Choice(slug, label, count, is_on, leads_to.as_query())
