"""Gives the database role that serves requests exactly the rights it needs. Knows tables by name only."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

from accounts.models import AuditEntry, AuditSeal

ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPEND = ("SELECT", "INSERT")


class Command(BaseCommand):
    help = (
        "Give the database role of the running service its rights: to read and write rows of every table, but only to"
        " read and append the audit log; never to change or empty a table. Run it as the owner of the tables after"
        " every migrate (DATABASE_OWNER_URL); running it again does no harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", nargs="?", help="the role, if it is not the user of DATABASE_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        role = options["role"] or settings.DATABASE_APP_ROLE
        audit_log = AuditEntry._meta.db_table
        with transaction.atomic(), connection.cursor() as cursor:
            if self._is_owner(cursor, role, audit_log):
                self.stdout.write(
                    f"“{role}” owns the tables, so no right can be withheld from it: only triggers protect the audit"
                    " log. Serve with a role of its own: see docs/production.md."
                )
                return
            self._grant(cursor, role, audit_log)
        tables = len(connection.introspection.table_names())
        self.stdout.write(
            f"“{role}” may now {_listed(ROWS)} in {tables} tables and use their sequences, but only"
            f" {_listed(APPEND)} in the audit log ({audit_log}) and its seals."
        )

    def _is_owner(self, cursor: Any, role: str, audit_log: str) -> bool:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
        if found is None:
            raise CommandError(
                f"There is no database role “{role}”. Make it first: CREATE ROLE {role} LOGIN PASSWORD '…'; and give"
                " it to the service in DATABASE_URL."
            )
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = %s", [audit_log])
        owner = cursor.fetchone()
        if owner is None:
            raise CommandError("There are no tables yet: run migrate first.")
        cursor.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [role, owner[0]])
        return bool(found[0] or cursor.fetchone()[0])

    def _grant(self, cursor: Any, role: str, audit_log: str) -> None:
        """All in the caller's transaction: the role is at no moment without its rights."""
        name, log, seals = (sql.Identifier(each) for each in (role, audit_log, AuditSeal._meta.db_table))
        rows = sql.SQL(", ").join(sql.SQL(right) for right in ROWS)
        for statement in (
            sql.SQL("GRANT USAGE ON SCHEMA public TO {name}"),
            sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}"),
            sql.SQL("GRANT {rows} ON ALL TABLES IN SCHEMA public TO {name}"),
            sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}"),
            sql.SQL("REVOKE ALL ON {log}, {seals} FROM {name}"),
            sql.SQL("GRANT SELECT, INSERT ON {log}, {seals} TO {name}"),
        ):
            cursor.execute(statement.format(name=name, log=log, seals=seals, rows=rows))


def _listed(rights: tuple[str, ...]) -> str:
    return f"{', '.join(rights[:-1])} and {rights[-1]}"
