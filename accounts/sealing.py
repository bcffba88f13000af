"""Sealing the audit trail into a hash chain. Reads entries, appends seals, and can change neither.

Entries are written without a chain, because one chain in every operation would make all of them wait for each other; a
task seals what has been committed, seconds later. docs/decisions/0009 tells why, and what the chain can prove.
"""

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import connection

from accounts.database import whole

log = structlog.get_logger(__name__)

BATCH = 5_000
LONGEST = timedelta(minutes=10)  # of any transaction that writes an entry; far more than the limits of the database
FIRST_HEAD = b"\x00" * 32
_ONE_AT_A_TIME = 1_742_113_005  # the advisory lock of whoever appends to the chain; nobody else uses this number

COLUMNS = (
    "id",
    "at",
    "verb",
    "actor_kind",
    "actor_id",
    "actor_name",
    "on_behalf_of",
    "address",
    "target_type",
    "target_id",
    "request_id",
    "policy_version",
    "details",
)


def micros(column: str) -> str:
    """SQL for a time as the number of microseconds since 1970."""
    return f"(extract(epoch FROM {column}) * 1000000)::bigint"


# An entry as one text, in the order of COLUMNS. Made by the database from what it stores: no time zone, no language and
# no library of Python has a part in it. The text itself is kept in the seal, so that a later PostgreSQL that writes
# JSON otherwise breaks no chain.
SAID = (
    f"jsonb_build_array(entry.id, {micros('entry.at')}, entry.verb, entry.actor_kind,"
    " entry.actor_id, entry.actor_name, entry.on_behalf_of, host(entry.address), entry.target_type, entry.target_id,"
    " entry.request_id, entry.policy_version, entry.details)::text"
)

# An entry that is committed after its neighbours has a smaller id than some that are sealed: therefore everything is
# looked through that can still have been under way when the chain was last extended.
_UNSEALED = f"""
SELECT entry.id, {SAID} FROM accounts_auditentry AS entry
WHERE entry.id > %(floor)s AND NOT EXISTS (
    SELECT 1 FROM accounts_auditseal AS seal WHERE seal.entry_id = entry.id AND seal.entry_id > %(floor)s
)
ORDER BY entry.id LIMIT %(limit)s
"""  # noqa: S608 - constants alone
_LOCK = f"SELECT pg_try_advisory_xact_lock(%s), {micros('statement_timestamp()')}"
_LAST = f"SELECT seq, head, {micros('swept_at')} FROM accounts_auditseal ORDER BY seq DESC LIMIT 1"  # noqa: S608
_FLOOR = "SELECT entry_id FROM accounts_auditseal WHERE swept_at < %s ORDER BY swept_at DESC, seq DESC LIMIT 1"
_APPEND = """
INSERT INTO accounts_auditseal (seq, entry_id, said, swept_at, head)
SELECT told.seq, told.entry_id, told.said, %s, told.head
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bytea[]) AS told(seq, entry_id, said, head)
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: whoever keeps it elsewhere sees later that nothing before it was touched or cut off."""

    seq: int
    head: bytes
    swept: int | None  # in microseconds since 1970: everything committed before is sealed; None: not yet so

    @property
    def swept_at(self) -> datetime | None:
        return None if self.swept is None else _EPOCH + timedelta(microseconds=self.swept)

    def __str__(self) -> str:
        return f"{self.seq}:{self.head.hex()}"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PLACE = struct.Struct(">qq")


def chained(previous: bytes, seq: int, swept: int | None, said: str) -> bytes:
    """The head after one more seal."""
    return hashlib.sha256(previous + _PLACE.pack(seq, -1 if swept is None else swept) + said.encode()).digest()


@whole
def seal_batch(limit: int = BATCH) -> int:
    """Seal up to `limit` entries in the order of their ids; answers how many. Two at once never fork the chain: the
    second does nothing. Fewer than `limit` means that everything committed is sealed."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_ONE_AT_A_TIME])
        is_mine, now = cursor.fetchone()
        if not is_mine:
            return 0
        last = head()
        cursor.execute(_UNSEALED, {"floor": _floor(cursor, last), "limit": limit})
        rows = cursor.fetchall()
        if not rows:
            return 0
        _append(cursor, rows, last, now if len(rows) < limit else last.swept)
    return len(rows)


def head() -> Head:
    """The end of the chain as it stands; of an empty one, the beginning."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        found = cursor.fetchone()
    return Head(found[0], bytes(found[1]), found[2]) if found else Head(0, FIRST_HEAD, None)


def tell_head() -> Head:
    """Put the head into the log, where whoever alters the database does not reach it."""
    now = head()
    log.info("audit_head", seq=now.seq, head=now.head.hex(), swept_at=now.swept_at and now.swept_at.isoformat())
    return now


def _floor(cursor: Any, last: Head) -> int:
    """An id up to which every entry is sealed: what has a smaller one was under way for longer than LONGEST."""
    if last.swept_at is None:
        return -1
    cursor.execute(_FLOOR, [last.swept_at - LONGEST])
    found = cursor.fetchone()
    return int(found[0]) if found else -1


def _append(cursor: Any, rows: list[tuple[int, str]], last: Head, swept: int | None) -> None:
    sequence, heads, end = [], [], last.head
    for seq, (_, said) in enumerate(rows, start=last.seq + 1):
        end = chained(end, seq, swept, said)
        sequence.append(seq)
        heads.append(end)
    ids, texts = zip(*rows, strict=True)
    moment = Head(0, end, swept).swept_at
    cursor.execute(_APPEND, [moment, sequence, list(ids), list(texts), heads])
