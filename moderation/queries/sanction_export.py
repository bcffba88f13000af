"""A list of sanctions as CSV, however long it is: rows come from a cursor in the database. Must not know HTTP."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.spreadsheet import cell
from moderation.models import OutboxEvent, clock
from moderation.permissions import require
from moderation.queries.sanction_lists import Asked, all_of

CHUNK = 2_000

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
    now = clock.now()
    latest = OutboxEvent.objects.filter(sanction=OuterRef("pk")).order_by("-id").values("state")[:1]
    rows = all_of(asked, now, viewer).annotate(told=Subquery(latest))
    return _lines(rows.values_list(*_COLUMNS.values()))


def _lines(rows: Any) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(_COLUMNS)
    with transaction.atomic():  # a cursor lives as long as its transaction; outside of one it would first be filled
        yield from map(writer.writerow, map(_cells, rows.iterator(chunk_size=CHUNK)))


def _cells(row: Iterable[Any]) -> list[str]:
    return [cell(_text(value)) for value in row]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, datetime) else str(value)
