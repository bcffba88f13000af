"""Writing texts and the secrets of second factors anew under the current key: after a key was changed, and once for
what was stored before there was one.

A stretch of rows a transaction, none waited for; nobody who reads or writes notices.
"""

from dataclasses import dataclass

import pgtrigger
from django.db import connection

from accounts import SYSTEM, audit
from accounts.database import whole
from accounts.encryption import keys, opened, sealed
from moderation.models import PolicyVersion
from moderation.models.secret_text import mark

STRETCH = 500


@dataclass(frozen=True, slots=True)
class Column:
    table: str
    column: str = "text"
    part: str = ""  # of a JSON object, the text in it that is sealed
    is_list: bool = False
    is_json: bool = False  # all of it is sealed, as one text
    has_mark: bool = False

    @property
    def stored(self) -> str:
        if self.is_json:
            return f"({self.column} #>> '{{}}')"
        return f"({self.column} ->> '{self.part}')" if self.part else self.column


COLUMNS = (
    Column("moderation_message"),
    Column("moderation_messageedit"),
    Column("moderation_evidence", has_mark=True),
    Column("moderation_report"),
    Column("moderation_case", "snippet"),
    Column("moderation_appeal"),
    Column("moderation_appeal", "reply"),
    Column("moderation_appeal", "before", is_json=True),
    Column("moderation_appeal", "after", is_json=True),
    Column("moderation_firstview"),
    Column("moderation_reflection", "answers", is_list=True),
    Column("moderation_note"),
    Column("moderation_referral", "reason"),
    Column("moderation_escalation", "note"),
    Column("moderation_escalation", "answer"),
    Column("moderation_decision", "note"),
    Column("moderation_decision", "answer_note"),
    Column("moderation_sanction", "notice"),
    Column("moderation_sanction", "end_reason"),
    Column("moderation_sanctionchange", "reason"),
    Column("moderation_sanctionchange", "notice"),
    Column("moderation_sanctionchange", "answer_note"),
    Column("moderation_clustermember", "reason"),
    Column("moderation_checkin", "waive_reason"),
    Column("moderation_outboxevent", "payload", is_json=True),
    Column("mfa_authenticator", "data", part="secret"),
    Column("mfa_authenticator", "data", part="seed"),
)


# Tables of which the database lets nobody change a row: here the text stays what it was.
_NEVER_CHANGED = (
    "moderation.Evidence:evidence_stays_as_it_was",
    "moderation.Note:note_stays_as_it_was",
    "moderation.Referral:referral_stays_as_it_was",
    "moderation.FirstView:first_view_stays_as_it_was",
)


@dataclass(frozen=True, slots=True)
class Place:
    """How far it has come: which column, and after which row of it."""

    nth: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Resealed:
    following: Place | None  # None: that was the last
    rows: int


# The same text of the same message, kept once more since marks are made otherwise: the newer row stays.
_DELETE_TWINS = """
DELETE FROM moderation_evidence AS older
USING unnest(%s::bigint[], %s::text[]) AS told(id, mark), moderation_evidence AS newer
WHERE older.id = told.id AND newer.id <> older.id AND newer.digest = told.mark
    AND newer.case_id = older.case_id AND newer.message_id = older.message_id
"""


@whole
def reseal(place: Place) -> Resealed:
    """Go on behind a place; a row that somebody else holds is left for another run."""
    column = COLUMNS[place.nth]
    with connection.cursor() as cursor, pgtrigger.ignore(*_NEVER_CHANGED):
        cursor.execute(_found(column), [place.after, keys().prefix, STRETCH])
        rows = cursor.fetchall()
        if rows:
            values = _values(column, rows)
            if column.has_mark:
                cursor.execute(_DELETE_TWINS, [values[0], values[2]])
            cursor.execute(_rewritten(column), values)
    if rows:
        version = PolicyVersion.objects.in_force()
        audit.record(
            "texts.resealed", actor=SYSTEM, target=version, kind=column.table, rows=len(rows), key=keys().current
        )
        return Resealed(Place(place.nth, rows[-1][0]), len(rows))
    following = Place(place.nth + 1) if place.nth + 1 < len(COLUMNS) else None
    return Resealed(following, 0)


def left() -> int:
    """How many rows are not under the current key yet. Reads every row: for the command, not for a page."""
    total = 0
    with connection.cursor() as cursor:
        for column in COLUMNS:
            cursor.execute(f"SELECT count(*) FROM {column.table} WHERE {_is_old(column)}", [keys().prefix])  # noqa: S608
            total += cursor.fetchone()[0]
    return total


def _is_old(column: Column) -> str:
    """SQL: it says something, and not under the key whose prefix is the one parameter."""
    if column.is_list:
        return f"EXISTS (SELECT FROM unnest({column.column}) AS one WHERE one <> '' AND NOT starts_with(one, %s))"
    said = "'{}'" if column.is_json else "''"
    return f"{column.stored} <> {said} AND NOT starts_with({column.stored}, %s)"


def _found(column: Column) -> str:
    return (
        f"SELECT id, {column.stored} FROM {column.table} WHERE id > %s AND {_is_old(column)}"  # noqa: S608
        " ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED"
    )


def _rewritten(column: Column) -> str:
    if column.is_list:  # arrays of one length, laid out in one row after the other
        return (
            f"UPDATE {column.table} AS row SET {column.column} = told.texts FROM (SELECT id, array_agg(one ORDER BY"  # noqa: S608
            " nth) AS texts FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS each(id, nth, one) GROUP BY id)"
            " AS told WHERE row.id = told.id"
        )
    marked = ", digest = told.mark" if column.has_mark else ""
    anew = "to_jsonb(told.one)" if column.is_json else "told.one"
    if column.part:
        anew = f"jsonb_set({column.column}, '{{{column.part}}}', to_jsonb(told.one))"
    return (
        f"UPDATE {column.table} AS row SET {column.column} = {anew}{marked}"  # noqa: S608
        " FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS told(id, one, mark) WHERE row.id = told.id"
    )


def _values(column: Column, rows: list[tuple[int, str]] | list[tuple[int, list[str]]]) -> list[list[object]]:
    if column.is_list:
        each = [(pk, nth, sealed(opened(one))) for pk, texts in rows for nth, one in enumerate(texts)]
        return [list(values) for values in zip(*each, strict=True)]
    texts = [opened(str(text)) for _, text in rows]
    return [[pk for pk, _ in rows], [sealed(text) for text in texts], [mark(text) for text in texts]]
