"""Check-ins for the people who look after them: who is overdue, and which suspensions wait. Must not know HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.check_ins import months_after
from moderation.domain.vocabulary import AccountStatus
from moderation.domain.wording import day
from moderation.models import CheckIn, Reflection, clock
from moderation.models.check_ins import CheckInQuerySet
from moderation.permissions import about_cases_of, require
from moderation.queries.places import beyond, place, place_from
from moderation.queries.transcripts import words_of

PAGE_SIZE = 50
CSV_PAGE = 1000
MOST_ANSWERS = 3  # of each account, in a party's box


class Late(StrEnum):
    """For how long a check-in has been overdue."""

    ANY = "any"
    MONTH = "month"
    QUARTER = "quarter"
    LONGER = "longer"

    @property
    def label(self) -> str:
        return {
            "any": "However long",
            "month": "Up to 1 month",
            "quarter": "1 to 3 months",
            "longer": "Over 3 months",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What the list is narrowed to."""

    late: Late = Late.ANY
    never: bool = False  # only those who never had one

    def narrow(self, found: CheckInQuerySet, now: datetime) -> CheckInQuerySet:
        month, quarter = months_after(now, -1), months_after(now, -3)
        between = {
            Late.ANY: {},
            Late.MONTH: {"overdue_at__gt": month},
            Late.QUARTER: {"overdue_at__lte": month, "overdue_at__gt": quarter},
            Late.LONGER: {"overdue_at__lte": quarter},
        }[self.late]
        found = found.filter(**between)
        return found.filter(last_at__isnull=True) if self.never else found


@dataclass(frozen=True, slots=True)
class OverdueRow:
    account: str
    account_id: str  # the platform's
    words: str
    is_teen: bool
    status: str  # empty: active
    overdue_at: datetime
    due_at: datetime
    last_at: datetime | None
    told: str  # «asked on 3 May 2026, reminded twice»
    asked_at: datetime | None
    reminders: int
    reminded_at: datetime | None


@dataclass(frozen=True, slots=True)
class OverduePage:
    filters: Overdue
    rows: tuple[OverdueRow, ...]
    following: str  # the place where the next page begins; empty: there is none


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """A suspension that does not end before its check-in."""

    check_in_id: int
    account: str
    words: str
    is_teen: bool
    case_id: int
    ends_at: datetime | None
    is_held: bool  # its time is over, and only the check-in keeps it
    told: str


@dataclass(frozen=True, slots=True)
class HoldingPage:
    rows: tuple[HoldingRow, ...]
    following: str


def overdue_page(filters: Overdue, *, viewer: Actor, after: str = "") -> OverduePage:
    """The longest overdue first: one query. What cannot be read of `after` begins at the top. Raises NotPermitted."""
    require(viewer, Capability.MANAGE_SANCTIONS)
    found = _overdue(filters, clock.now(), after, PAGE_SIZE + 1)
    shown = found[:PAGE_SIZE]
    return OverduePage(
        filters=filters,
        rows=tuple(map(_row, shown)),
        following=_place(shown[-1]) if len(found) > PAGE_SIZE else "",
    )


def every_overdue(filters: Overdue, *, now: datetime) -> Iterator[OverdueRow]:
    """All that the list would show, read a stretch at a time. The caller has asked who may, and recorded it."""
    after = ""
    while found := _overdue(filters, now, after, CSV_PAGE):
        yield from map(_row, found)
        after = _place(found[-1])


def holding_page(*, viewer: Actor, after: int = 0) -> HoldingPage:
    """The suspensions that wait, the oldest first: one query. Raises NotPermitted."""
    require(viewer, Capability.MANAGE_SANCTIONS)
    now = clock.now()
    seen = CheckIn.objects.holding().filter(about_cases_of(viewer, "sanction__case"))
    waiting = seen.filter(pk__gt=after).select_related("account", "sanction").order_by("pk")
    found = list(waiting[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return HoldingPage(
        rows=tuple(_holding(check_in, now) for check_in in shown),
        following=str(shown[-1].pk) if len(found) > PAGE_SIZE else "",
    )


@dataclass(frozen=True, slots=True)
class Handed:
    """That somebody has written to the six questions. What, stands elsewhere."""

    reflection_id: int
    handed_in_at: datetime
    occasion: str


@dataclass(frozen=True, slots=True)
class Learning:
    """Where an account stands with check-ins that wait, and what it has handed in."""

    told: str = ""  # of the one that is due
    held: str = ""  # of a suspension that waits for one
    handed: tuple[Handed, ...] = ()


def learning_of(account_ids: Sequence[int]) -> Mapping[int, Learning]:
    """Of every account: two queries. Who may read is its caller's affair; no text is given."""
    waiting = CheckIn.objects.waiting().filter(account__in=account_ids).select_related("sanction").order_by("pk")
    told = {one.account_id: _told(one) for one in waiting if one.sanction is None}
    held = {one.account_id: _held(one) for one in waiting if one.sanction and one.sanction.awaits_check_in}
    handed: dict[int, list[Handed]] = {}
    # One account's are few: one an education notice, one a check-in.
    known = Reflection.objects.filter(account__in=account_ids, handed_in_at__isnull=False).defer("answers")
    for one in known.order_by("-handed_in_at", "-pk"):
        assert one.handed_in_at is not None
        handed.setdefault(one.account_id, []).append(Handed(one.pk, one.handed_in_at, occasion_of(one)))
    return {
        pk: Learning(told.get(pk, ""), held.get(pk, ""), tuple(handed.get(pk, ())[:MOST_ANSWERS])) for pk in account_ids
    }


def occasion_of(reflection: Reflection) -> str:
    return "education notice" if reflection.sanction_id else "check-in"


def late_from(text: str) -> Late:
    """What the address asks for; anything else is any."""
    return next((late for late in Late if late == text), Late.ANY)


def _overdue(filters: Overdue, now: datetime, after: str, limit: int) -> list[CheckIn]:
    found = filters.narrow(CheckIn.objects.overdue(now), now).select_related("account").order_by("overdue_at", "pk")
    at = place_from(after)
    if at:
        found = found.filter(beyond("moderation_checkin", "overdue_at", ">", at))
    return list(found[:limit])


def _place(check_in: CheckIn) -> str:
    return place(check_in.overdue_at, check_in.pk)


def _row(check_in: CheckIn) -> OverdueRow:
    account = check_in.account
    status = AccountStatus(account.status)
    return OverdueRow(
        account=account.display_name,
        account_id=account.ext_id,
        words=words_of(account),
        is_teen=account.is_teen,
        status="" if status is AccountStatus.ACTIVE else status.label,
        overdue_at=check_in.overdue_at,
        due_at=check_in.due_at,
        last_at=check_in.last_at,
        told=_told(check_in),
        asked_at=check_in.asked_at,
        reminders=check_in.reminders,
        reminded_at=check_in.reminded_at,
    )


def _holding(check_in: CheckIn, now: datetime) -> HoldingRow:
    account, sanction = check_in.account, check_in.sanction
    assert sanction is not None
    return HoldingRow(
        check_in_id=check_in.pk,
        account=account.display_name,
        words=words_of(account),
        is_teen=account.is_teen,
        case_id=sanction.case_id,
        ends_at=sanction.ends_at,
        is_held=sanction.ends_at is not None and sanction.ends_at <= now,
        told=_told(check_in),
    )


def _told(check_in: CheckIn) -> str:
    if check_in.asked_at is None:
        return "not asked yet"
    times = {0: "", 1: ", reminded once", 2: ", reminded twice"}
    return f"asked on {day(check_in.asked_at)}{times.get(check_in.reminders, f', reminded {check_in.reminders} times')}"


def _held(check_in: CheckIn) -> str:
    ends_at = check_in.sanction and check_in.sanction.ends_at
    since = f"; its time ends on {day(ends_at)}" if ends_at else ""
    return f"the suspension ends only after one{since}; {_told(check_in)}"
