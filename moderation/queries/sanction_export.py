"""A list of sanctions as CSV, however long it is: rows come a stretch at a time, by key. Must not know HTTP."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.spreadsheet import cell
from moderation.models import OutboxEvent, clock
from moderation.permissions import require
from moderation.queries.sanction_lists import Asked, all_of, from_place, place_of

STRETCH = 2_000

_COLUMNS = {
    "sanction": "pk",
    "state": "state",
    "account": "account__ext_id",
    "user name": "account__username",
    "kind": "kind",
    "ground": "ground",
    "days": "days",
    "permanent": "permanent",
    "starts at": "starts_at",
    "ends at": "ends_at",
    "appeal until": "appeal_until",
    "ended at": "ended_at",
    "ended by": "ended_by__name",
    "how it ended": "ended_how",
    "why it ended": "end_reason",
    "case": "case_id",
    "decision": "decision_id",
    "policy version": "policy_version__number",
    "clause": "clause",
    "reason": "reason",
    "proposed by": "proposer__name",
    "approved by": "approver__name",
    "notice": "notice",
    "delivery": "told",
}


class _Line:
    """What csv writes to: hands the line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def export(asked: Asked, *, viewer: Actor) -> Iterator[str]:
    """Lines of CSV, the first with the names of the columns. What is refused is refused at once, not with a line.

    Raises NotPermitted; Refused when the search is none.
    """
    require(viewer, Capability.MANAGE_SANCTIONS)
    latest = OutboxEvent.objects.filter(sanction=OuterRef("pk")).order_by("-id").values("state")[:1]
    rows = all_of(asked, clock.now(), viewer).annotate(told=Subquery(latest))
    return _lines(rows, replace(asked, after=None))


def _lines(rows: "QuerySet[Any]", asked: Asked) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(_COLUMNS)
    for stretch in _stretches(rows, asked):
        yield from map(writer.writerow, map(_cells, stretch))


def _stretches(rows: Any, asked: Asked) -> Iterator[list[tuple[Any, ...]]]:
    """Each in a statement of its own: no cursor, which a pooler could not keep, and no transaction that stays open as
    long as somebody downloads. What changes meanwhile stands as it was when its stretch was read."""
    while True:
        stretch = list(from_place(rows, asked).values_list(*_COLUMNS.values())[:STRETCH])
        yield stretch
        if len(stretch) < STRETCH:
            return
        last = dict(zip(_COLUMNS.values(), stretch[-1], strict=True))
        asked = replace(asked, after=place_of(asked.tab, last))


def _cells(row: Iterable[Any]) -> list[str]:
    return [cell(_text(value)) for value in row]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, datetime) else str(value)
