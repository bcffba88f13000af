"""For migrations that go back to where texts stood plainly: writes what is encrypted as it was, a stretch at a time.

The columns are named by the migration. Needs every key that was used (TEXT_KEYS), as reading does.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import migrations, transaction

from accounts.encryption import opened

STRETCH = 500
Columns = Iterable[tuple[str, str]]
# Triggers that let nobody change a row: what it says stays the same.
_IGNORE = r"""
SELECT set_config('pgtrigger.ignore', coalesce(array_agg(tgname::text), '{}')::text, true)
FROM pg_trigger WHERE tgname LIKE 'pgtrigger\_%stays\_as\_it\_was%'
"""


def plain_when_reversed(*, texts: Columns = (), lists: Columns = (), objects: Columns = ()) -> migrations.RunPython:
    """Does nothing on the way forwards: `rotate_texts` encrypts."""

    def backwards(apps: Any, schema_editor: Any) -> None:
        connection = schema_editor.connection
        for columns, is_sealed, anew in (
            (texts, "starts_with({0}, E'\\x02')", opened),
            (lists, "EXISTS (SELECT FROM unnest({0}) AS one WHERE starts_with(one, E'\\x02'))", _each_opened),
            (objects, "starts_with({0} #>> '{{}}', E'\\x02')", _as_json),
        ):
            for table, column in columns:
                _rewrite(connection, table, column, (is_sealed.format(f'"{column}"'), anew))

    return migrations.RunPython(migrations.RunPython.noop, backwards)


def _each_opened(stored: list[str]) -> list[str]:
    return [opened(one) for one in stored]


def _as_json(stored: Any) -> str:
    """What Django reads of the column is the text of the JSON."""
    return opened(json.loads(stored) if isinstance(stored, str) else stored)


def _rewrite(connection: Any, table: str, column: str, how: tuple[str, Callable[[Any], Any]]) -> None:
    is_sealed, anew = how
    cast = "::jsonb" if anew is _as_json else ""
    after = 0
    while True:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(_IGNORE)
            cursor.execute(
                f'SELECT id, "{column}" FROM {table} WHERE id > %s AND {is_sealed} ORDER BY id LIMIT %s FOR UPDATE',  # noqa: S608
                [after, STRETCH],
            )
            rows = cursor.fetchall()
            values = [(anew(stored), pk) for pk, stored in rows]
            cursor.executemany(f'UPDATE {table} SET "{column}" = %s{cast} WHERE id = %s', values)  # noqa: S608
        if not rows:
            return
        after = rows[-1][0]
