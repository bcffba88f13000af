"""Which sanctions a list holds, in which order, page after page: filters, search and places. Must not know HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.http import urlencode

from accounts import Actor
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Ground, OutboxState, SanctionKind
from moderation.models import Account, OutboxEvent, Sanction
from moderation.models.decisions import Column, SanctionQuerySet
from moderation.permissions import about_cases_of

PAGE_SIZE = 50
SOON = timedelta(days=7)
MOST_NAMES = 1_000  # accounts whose names begin alike; more than that is no search
LONGEST_SEARCH = 200

TOO_MANY = f"More than {MOST_NAMES:,} user names begin so: type more of the name."

Word = TypeVar("Word", bound=StrEnum)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tab(StrEnum):
    IN_FORCE = "in_force"
    WAITING = "waiting"
    ENDING = "ending"
    ENDED = "ended"
    UNDELIVERED = "undelivered"

    @property
    def label(self) -> str:
        return {
            "in_force": "In force",
            "waiting": "Waiting for approval",
            "ending": "Ending soon",
            "ended": "Ended",
            "undelivered": "Undelivered",
        }[self.value]

    @property
    def orders(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """The two ways to go through the list, each with its code; the first unless told otherwise."""
        if self is Tab.ENDING:
            return ("up", "Ending first"), ("down", "Ending last")
        if self in (Tab.WAITING, Tab.UNDELIVERED):
            return ("up", "Waiting longest"), ("down", "Newest first")
        return ("down", "Newest first"), ("up", "Oldest first")

    @property
    def column(self) -> Column | None:
        """What the list is ordered by; None: by number."""
        columns: dict[Tab, Column] = {Tab.IN_FORCE: "starts_at", Tab.ENDING: "ends_at", Tab.ENDED: "ended_at"}
        return columns.get(self)


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page; the next page begins after it."""

    moment: datetime
    number: int

    def __str__(self) -> str:
        return f"{(self.moment - _EPOCH) // timedelta(microseconds=1)}.{self.number}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see of the sanctions."""

    tab: Tab = Tab.IN_FORCE
    kind: SanctionKind | None = None
    ground: Ground | None = None
    search: str = ""
    order: str = ""
    after: Place | None = None

    @property
    def backwards(self) -> bool:
        return (self.order or self.tab.orders[0][0]) == "down"

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.ground or self.search)

    def query(self, **other: str) -> str:
        """The same list as an address says it, with another tab, place or order."""
        said = {
            "tab": self.tab.value,
            "kind": self.kind or "",
            "ground": self.ground or "",
            "q": self.search,
            "order": self.order,
        } | other
        return urlencode({name: value for name, value in said.items() if value})


def asked_from(said: Mapping[str, str]) -> Asked:
    """What an address asks for. A word that Haven does not know is left out."""
    tab = _word(Tab, said.get("tab", "")) or Tab.IN_FORCE
    order = said.get("order", "")
    return Asked(
        tab=tab,
        kind=_word(SanctionKind, said.get("kind", "")),
        ground=_word(Ground, said.get("ground", "")),
        search=said.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        order=order if order in dict(tab.orders) else "",
        after=_place(said.get("after", "")),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list: the numbers of its sanctions in order, and the place where the next begins."""

    ids: tuple[int, ...] = ()
    following: Place | None = None
    too_many_names: bool = False


def found(asked: Asked, now: datetime, viewer: Actor) -> Found:
    """Of those about cases that this person may see. One query; two with a search by name."""
    if asked.search:
        names = accounts_named(asked.search)
        if len(names) > MOST_NAMES:
            return Found(too_many_names=True)
        return _page([(place, place.number) for place in _searched(asked, names, now, viewer)])
    if asked.tab is Tab.UNDELIVERED:
        return _page([(Place(_EPOCH, event), sanction) for event, sanction in _untold(asked, now, viewer)])
    return _page([(Place(moment or _EPOCH, number), number) for number, moment in _walk(asked, now, viewer)])


def all_of(asked: Asked, now: datetime, viewer: Actor) -> SanctionQuerySet:
    """Every row of the list in order, whatever its page: for an export. Raises Refused when the search is none."""
    rows = _narrowed(_in_tab(asked.tab, now, viewer), asked)
    if asked.tab is Tab.UNDELIVERED:
        rows = rows.filter(Exists(_untold_events(now).filter(sanction=OuterRef("pk"))))
    if asked.search:
        names = accounts_named(asked.search)
        if len(names) > MOST_NAMES:
            raise Refused(TOO_MANY)
        rows = rows.filter(_about(asked.search, names))
    return _walked(rows, asked)


def _page(rows: list[tuple[Place, int]]) -> Found:
    shown = rows[:PAGE_SIZE]
    return Found(tuple(number for _, number in shown), shown[-1][0] if len(rows) > PAGE_SIZE else None)


def _in_tab(tab: Tab, now: datetime, viewer: Actor) -> SanctionQuerySet:
    seen = Sanction.objects.filter(about_cases_of(viewer))
    if tab is Tab.WAITING:
        return seen.waiting()
    if tab is Tab.ENDED:
        return seen.ended()
    if tab is Tab.ENDING:
        return seen.in_force().filter(ends_at__lte=now + SOON)
    return seen.in_force() if tab is Tab.IN_FORCE else seen


def _narrowed(rows: SanctionQuerySet, asked: Asked) -> SanctionQuerySet:
    wanted = {"kind": asked.kind, "ground": asked.ground}
    return rows.filter(**{column: word for column, word in wanted.items() if word})


def _walk(asked: Asked, now: datetime, viewer: Actor) -> list[tuple[int, datetime | None]]:
    """Along an index that holds the order. Asked for a kind or a ground alone, once for each value of the other: a
    walk in order might pass a million rows in search of a rare one."""
    column = asked.tab.column
    rows = _walked(from_place(_in_tab(asked.tab, now, viewer), asked), asked)
    if column is None:
        numbers = _narrowed(rows, asked).values_list("pk", flat=True)[: PAGE_SIZE + 1]
        return [(number, None) for number in numbers]
    arms: list[Any] = [rows.filter(**arm).values_list("pk", column)[: PAGE_SIZE + 1] for arm in _arms(asked)]
    if len(arms) == 1:
        return list(arms[0])
    sign = "-" if asked.backwards else ""
    together = arms[0].union(*arms[1:], all=True).order_by(f"{sign}{column}", f"{sign}id")
    return list(together[: PAGE_SIZE + 1])


def _arms(asked: Asked) -> Iterator[dict[str, str]]:
    if not (asked.kind or asked.ground):
        yield {}
        return
    for kind in [asked.kind] if asked.kind else list(SanctionKind):
        for ground in [asked.ground] if asked.ground else list(Ground):
            yield {"kind": kind.value, "ground": ground.value}


def _walked(rows: SanctionQuerySet, asked: Asked) -> SanctionQuerySet:
    if asked.tab.column is None:
        return rows.order_by("-id" if asked.backwards else "id")
    return rows.walked(asked.tab.column, backwards=asked.backwards)


def from_place(rows: SanctionQuerySet, asked: Asked) -> SanctionQuerySet:
    """What of a list comes after its place."""
    place = asked.after
    if place is None:
        return rows
    if asked.tab.column is None:
        return rows.filter(pk__lt=place.number) if asked.backwards else rows.filter(pk__gt=place.number)
    return rows.beyond(asked.tab.column, place.moment, place.number, backwards=asked.backwards)


def place_of(tab: Tab, row: Mapping[str, Any]) -> Place:
    """Where the rest of the list begins after a row, given as its columns by name."""
    return Place(row[tab.column] if tab.column else _EPOCH, row["pk"])


def _untold_events(now: datetime) -> QuerySet[OutboxEvent]:
    """Events of sanctions that should have reached the platform by now."""
    late = Q(state=OutboxState.DEAD) | Q(state=OutboxState.PENDING, not_before__lte=now)
    return OutboxEvent.objects.filter(late, sanction__isnull=False, state__in=["pending", "dead"])


def _untold(asked: Asked, now: datetime, viewer: Actor) -> list[tuple[int, int]]:
    """The latest of each sanction, by the index of those that were not told."""
    newer = _untold_events(now).filter(sanction=OuterRef("sanction"), pk__gt=OuterRef("pk"))
    events = _untold_events(now).filter(~Exists(newer), about_cases_of(viewer, "sanction__case"))
    if asked.kind:
        events = events.filter(sanction__kind=asked.kind)
    if asked.ground:
        events = events.filter(sanction__ground=asked.ground)
    if asked.after:
        side = "pk__lt" if asked.backwards else "pk__gt"
        events = events.filter(**{side: asked.after.number})
    order = "-pk" if asked.backwards else "pk"
    return list(events.order_by(order).values_list("pk", "sanction_id")[: PAGE_SIZE + 1])


def accounts_named(search: str) -> list[int]:
    """The account of that id, and those whose names begin so: one more than the most when there are too many."""
    names = Account.objects.filter(username__startswith=search).values_list("pk", flat=True)[: MOST_NAMES + 1]
    return list(names.union(Account.objects.filter(ext_id=search).values_list("pk", flat=True)))


def _about(search: str, accounts: list[int]) -> Q:
    """What a search means: accounts by name; also a sanction or a case, by number."""
    number = search.removeprefix("#")
    wanted = Q(account__in=accounts)
    if number.isascii() and number.isdigit() and len(number) <= 18:
        wanted |= Q(pk=int(number)) | Q(case=int(number))
    return wanted


def _searched(asked: Asked, accounts: list[int], now: datetime, viewer: Actor) -> list[Place]:
    """All that fits, put in order here: so the database has no reason to walk along the order in search of it."""
    rows = _narrowed(_in_tab(asked.tab, now, viewer), asked).filter(_about(asked.search, accounts)).order_by()
    if asked.tab is Tab.UNDELIVERED:
        rows = rows.filter(Exists(_untold_events(now).filter(sanction=OuterRef("pk"))))
    column = asked.tab.column or "pk"
    pairs = rows.values_list("pk", column)
    places = [Place(moment if isinstance(moment, datetime) else _EPOCH, pk) for pk, moment in pairs]
    places.sort(key=lambda place: (place.moment, place.number), reverse=asked.backwards)
    if asked.after in places:
        return places[places.index(asked.after) + 1 :]
    return places


def _word(vocabulary: type[Word], text: str) -> Word | None:
    return next((word for word in vocabulary if word == text), None)


def _place(text: str) -> Place | None:
    try:
        micros, number = (int(part) for part in text.split("."))
        moment = _EPOCH + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return None
    return Place(moment, number) if 0 <= number < 2**63 else None
