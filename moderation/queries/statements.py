"""Statements of reasons: beside their sanction, and as anonymised rows for publication. Must not know HTTP."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from accounts import Actor
from accounts.roles import Capability
from moderation.domain import transparency_database as database
from moderation.domain.refusals import Missing, Refused
from moderation.domain.statements import Source, is_restriction
from moderation.domain.transparency_database import Stated
from moderation.domain.vocabulary import Ground, SanctionKind, SanctionState
from moderation.models import Sanction, Statement, clock
from moderation.permissions import require, require_sight_of

BATCH = 500


@dataclass(frozen=True, slots=True)
class StatementShown:
    """What anybody may read who may know of the sanction, the user themselves among them."""

    number: int
    stated_at: datetime
    is_restriction: bool
    decided: str
    territory: str
    duration: str
    facts: str
    rule: str
    clause: str
    clause_text: str
    policy_version: int
    source: Source
    detected_by_machine: bool
    decided_by_machine: bool
    complaint_until: datetime
    redress: tuple[str, ...]  # one way a paragraph


@dataclass(frozen=True, slots=True)
class StatementPage:
    sanction_id: int
    account: str
    measure: str
    is_restriction: bool
    is_in_force: bool
    state: str
    case_id: int
    notice: str
    statement: StatementShown | None  # None: not in force yet
    earlier: tuple[StatementShown, ...]  # the newest first


def statement_page(sanction_id: int, *, viewer: Actor) -> StatementPage:
    """Two queries. Raises NotPermitted, Missing."""
    require(viewer, Capability.READ_SANCTIONS)
    sanction = Sanction.objects.select_related("account").filter(pk=sanction_id).first()
    if sanction is None:
        raise Missing("There is no such sanction.")
    require_sight_of(viewer, sanction.case_id, what="sanction")
    said = statements_of(sanction_id)
    return StatementPage(
        sanction_id=sanction.pk,
        account=sanction.account.display_name,
        measure=sanction.measure.label,
        is_restriction=is_restriction(SanctionKind(sanction.kind)),
        is_in_force=sanction.state == SanctionState.IN_FORCE,
        state=sanction.get_state_display().lower(),
        case_id=sanction.case_id,
        notice=sanction.notice,
        statement=said[0] if said else None,
        earlier=tuple(said[1:]),
    )


def statements_of(sanction_id: int) -> list[StatementShown]:
    """The statements of one sanction, the last first, for any page that may show the sanction at all: one query."""
    said = Statement.objects.filter(sanction=sanction_id).select_related("policy_version").order_by("-number")
    return [_shown(one) for one in said]


def _shown(one: Statement) -> StatementShown:
    return StatementShown(
        number=one.number,
        stated_at=one.stated_at,
        is_restriction=one.is_restriction,
        decided=one.decided,
        territory=one.territory,
        duration=one.duration,
        facts=one.facts,
        rule=Ground(one.ground).label,
        clause=one.clause,
        clause_text=one.clause_text,
        policy_version=one.policy_version.number,
        source=Source(one.source),
        detected_by_machine=one.detected_by_machine,
        decided_by_machine=one.decided_by_machine,
        complaint_until=one.complaint_until,
        redress=tuple(one.redress.split("\n")),
    )


class Form(StrEnum):
    """How the rows are written."""

    CSV = "csv"
    JSON_LINES = "jsonl"

    @property
    def label(self) -> str:
        return {"csv": "CSV", "jsonl": "JSON lines"}[self.value]

    @property
    def content_type(self) -> str:
        return {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson; charset=utf-8"}[self.value]


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, both of them included."""

    since: date
    until: date

    def check(self) -> None:
        """Raise Refused when there is no day in it."""
        if self.until < self.since:
            raise Refused(f"The last day, {self.until}, is before the first, {self.since}: exchange them.")
        if self.until == date.max:
            raise Refused(f"{self.until} is too far off: choose an earlier day.")

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.since, time.min, UTC)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.until + timedelta(days=1), time.min, UTC)


def published_lines(period: Period, form: Form) -> Iterator[str]:
    """The anonymised rows of the statements given in these days, in order, each line as it is asked for.

    A batch at a time is in memory, however many there are. What can still be undone is left out.
    """
    if form is Form.JSON_LINES:
        yield from (f"{database.as_json(told)}\n" for told in _rows(period))
        return
    lines = csv.writer(_Line())
    yield lines.writerow(database.COLUMNS)
    for told in _rows(period):
        yield lines.writerow(database.as_cells(told))


class _Line:
    """What csv.writer writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def _rows(period: Period) -> Iterator[database.Row]:
    said = Statement.objects.to_be_published(clock.now()).filter(
        stated_at__gte=period.begins, stated_at__lt=period.ends
    )
    said = said.select_related("policy_version").order_by("stated_at", "pk")
    batch = list(said[:BATCH])
    while batch:
        yield from (database.row(_stated(one)) for one in batch)
        batch = list(said.after(batch[-1].stated_at, batch[-1].pk)[:BATCH])


def _stated(one: Statement) -> Stated:
    return Stated(
        puid=one.puid,
        measure=one.measure,
        decided=one.decided,
        facts=one.facts,
        starts_on=one.starts_at.date(),
        ends_on=one.ends_at.date() if one.ends_at else None,
        ground=Ground(one.ground),
        clause=one.clause,
        clause_text=one.clause_text,
        policy_version=one.policy_version.number,
        source=Source(one.source),
        detected_by_machine=one.detected_by_machine,
        decided_by_machine=one.decided_by_machine,
        with_minor=one.with_minor,
        content_on=one.content_on,
        language=one.language,
    )
