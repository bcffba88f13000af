"""How the database is emptied between tests, although the audit log refuses TRUNCATE.

A flush runs as a replica does, without triggers (the tests' role is a superuser), and puts the rows back that
migrations wrote, so that every test starts from what a fresh installation holds. It deletes instead of truncating:
tests leave few rows in many tables, of each of which TRUNCATE would make new files; and it waits for no reader.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.color import Style
from django.db import transaction
from django.db.backends.postgresql import operations
from django.db.backends.utils import CursorWrapper

from tests.postgresql.creation import FRESH


class DatabaseOperations(operations.DatabaseOperations):
    def sql_flush(self, style: Style, tables: Sequence[str], **_: Any) -> list[str]:
        return [f"DELETE FROM {self.quote_name(table)}" for table in tables]

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            kept = [f"INSERT INTO public.{table} SELECT * FROM {FRESH}.{table}" for table in _kept(cursor)]
            cursor.execute("; ".join(["SET LOCAL session_replication_role = replica", *sql_list, *kept]))


def _kept(cursor: CursorWrapper) -> list[str]:
    cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = %s", [FRESH])
    return [table for (table,) in cursor.fetchall()]
