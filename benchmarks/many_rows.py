"""Millions of rows written by SQL alone: what is not asked while they are, and what has to follow.

Everything is drawn from one seed, so two runs write the same rows. Knows no row itself.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

BATCH = 500_000  # rows a statement

# Foreign keys and triggers are not asked: the rows are whole by themselves, and asking takes longer than writing.
_BEFORE = """
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SELECT setseed(0.42);
"""


@contextmanager
def many_rows(*, numbered: Sequence[str]) -> Iterator[Any]:
    """A cursor to write with; afterwards the `numbered` tables go on counting, and everything is analysed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_BEFORE)
        yield cursor
        for table in numbered:
            name = f"moderation_{table}"
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))")
        cursor.execute("RESET session_replication_role; RESET synchronous_commit")
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def batches(ids: range) -> Iterator[dict[str, int]]:
    """`first` and `last` of each: a statement over millions of rows would first write all of them to a scratch file."""
    for first in ids[::BATCH]:
        yield {"first": first, "last": min(first + BATCH, ids.stop) - 1}


def known_to_all(cursor: Any) -> dict[str, int]:
    """What every row may point to: the first of the staff, and the policy in force."""
    from moderation.models import PolicyVersion

    cursor.execute("SELECT min(id) FROM accounts_user WHERE username LIKE 'staff%'")
    return {"staff_from": cursor.fetchone()[0], "policy": PolicyVersion.objects.in_force().pk}
