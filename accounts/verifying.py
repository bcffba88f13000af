"""Finding what was done to the audit trail behind its back: edited, missing, reordered or added rows, each by name.

Reads alone. The hashes are worked out here and not by the database, whose functions somebody may have replaced.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection, transaction

from accounts.sealing import COLUMNS, FIRST_HEAD, LONGEST, SAID, Head, chained, micros

STRETCH = 20_000  # seals a query
_LONGEST = LONGEST // timedelta(microseconds=1)


class Wrong(StrEnum):
    EDITED = "edited"
    MISSING = "missing"
    REORDERED = "reordered"
    ADDED = "added"
    CUT_OFF = "cut off"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was sealed. `seq`: the place in the chain; `entry`: the id of the audit row."""

    wrong: Wrong
    seq: int | None
    entry: int | None
    detail: str

    def __str__(self) -> str:
        row = f"row {self.entry}" if self.entry is not None else "the chain"
        place = f" (place {self.seq:,})" if self.seq is not None else ""
        return f"{self.wrong}: {row}{place}: {self.detail}"


@dataclass(slots=True)
class Verified:
    """What was gone through so far; read it when the faults have been."""

    seals: int = 0
    waiting: int = 0  # entries that are not sealed yet
    oldest_waiting: datetime | None = None
    head: Head = field(default_factory=lambda: Head(0, FIRST_HEAD, None))


class _Seal(NamedTuple):
    """A tuple, and times as microseconds, because there are millions of them."""

    seq: int
    entry: int
    said: str
    head: bytes
    swept: int | None
    at: int | None  # None: the entry is not there
    is_same: bool | None


_WALK = f"""
SELECT seal.seq, seal.entry_id, seal.said, seal.head, {micros("seal.swept_at")}, {micros("entry.at")},
    seal.said = {SAID}
FROM accounts_auditseal AS seal LEFT JOIN accounts_auditentry AS entry ON entry.id = seal.entry_id
WHERE seal.seq > %s ORDER BY seal.seq LIMIT %s
"""  # noqa: S608 - constants alone
_NOW = f"SELECT {SAID} FROM accounts_auditentry AS entry WHERE entry.id = %s"  # noqa: S608
_UNSEALED = """
SELECT entry.id, (extract(epoch FROM entry.at) * 1000000)::bigint, entry.at FROM accounts_auditentry AS entry
WHERE NOT EXISTS (SELECT 1 FROM accounts_auditseal AS seal WHERE seal.entry_id = entry.id) ORDER BY entry.id
"""


def verify(seen: Verified, *, published: tuple[int, bytes] | None = None) -> Iterator[Fault]:
    """Every fault, in the order of the chain. `published`: place and head as they were once told outside, without which
    nobody can see that the end of the chain was cut off, or that all of it was written anew."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # One moment for all of it: what is sealed meanwhile is not half seen.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        told = None
        place, end, swept = 0, FIRST_HEAD, None
        for seal in _seals():
            if seal.seq == place + 1 and seal.is_same and chained(end, seal.seq, seal.swept, seal.said) == seal.head:
                if swept is not None and seal.at is not None and seal.at < swept - _LONGEST:
                    yield _added(seal)
            else:
                yield from _faults(seal, place, end)
            seen.seals += 1
            place, end, swept = seal.seq, seal.head, seal.swept
            if published and place == published[0]:
                told = end
        seen.head = Head(place, end, swept)
        if published and told != published[1]:
            yield _not_as_published(published[0], told)
        yield from _unsealed(seen)


def _seals() -> Iterator[_Seal]:
    after = -(2**63)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_WALK, [after, STRETCH])
            rows = cursor.fetchall()
        yield from map(_Seal._make, rows)
        if len(rows) < STRETCH:
            return
        after = rows[-1][0]


def _faults(seal: _Seal, place: int, end: bytes) -> Iterator[Fault]:
    """What is wrong with a seal that is not as it should be; `place` and `end` are those of the one before."""
    if seal.seq != place + 1:
        gap = f"from place {place + 1:,} to {seal.seq - 1:,}" if seal.seq > place else "out of order"
        yield Fault(Wrong.MISSING, seal.seq, None, f"the chain has a hole {gap}: seals were removed.")
    elif chained(end, seal.seq, seal.swept, seal.said) != seal.head:
        detail = "its seal does not follow from the one before: places were exchanged, or a seal was rewritten."
        yield Fault(Wrong.REORDERED, seal.seq, seal.entry, detail)
    if seal.at is None:
        yield Fault(Wrong.MISSING, seal.seq, seal.entry, "it was sealed and is not there any more.")
    elif not seal.is_same:
        yield Fault(Wrong.EDITED, seal.seq, seal.entry, f"not as sealed: {', '.join(_differing(seal))}.")


def _added(seal: _Seal) -> Fault:
    detail = "it claims a time before which everything was sealed already."
    return Fault(Wrong.ADDED, seal.seq, seal.entry, detail)


def _differing(seal: _Seal) -> list[str]:
    """The columns; never what stands in them."""
    with connection.cursor() as cursor:
        cursor.execute(_NOW, [seal.entry])
        (now_said,) = cursor.fetchone()
    try:
        was, now = _values(seal.said), _values(now_said)
    except ValueError:
        return ["what was sealed is no entry"]
    return [name for name, a, b in zip(COLUMNS, was, now, strict=True) if a != b] or ["how it is written"]


def _values(said: str) -> list[Any]:
    values = json.loads(said)
    if not isinstance(values, list) or len(values) != len(COLUMNS):
        raise ValueError(said)
    return values


def _unsealed(seen: Verified) -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED)
        rows = cursor.fetchall()
    for entry, micros_at, at in rows:
        if seen.head.swept is not None and micros_at < seen.head.swept - _LONGEST:
            detail = "it was never sealed and claims a time before which everything was."
            yield Fault(Wrong.ADDED, None, entry, detail)
        else:
            seen.waiting += 1
            seen.oldest_waiting = min(seen.oldest_waiting or at, at)


def _not_as_published(seq: int, told: bytes | None) -> Fault:
    if told is None:
        return Fault(Wrong.CUT_OFF, seq, None, "this place was told outside and is not there: the end was cut off.")
    return Fault(Wrong.REORDERED, seq, None, "another head was told outside: the chain was written anew before it.")
