"""PostgreSQL as tests need it: emptied between tests although the audit log refuses TRUNCATE. Never for production.

A flush runs as a replica does, without triggers (the tests' role is a superuser), and puts the rows back that
migrations wrote, so that every test starts from what a fresh installation holds.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base, creation, operations


class DatabaseCreation(creation.DatabaseCreation):
    fresh_installation = ""

    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        name = super().create_test_db(*args, **kwargs)
        self.fresh_installation = self.serialize_db_to_string()
        return name


class DatabaseOperations(operations.DatabaseOperations):
    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        with transaction.atomic(using=self.connection.alias):
            super().execute_sql_flush(["SET LOCAL session_replication_role = replica", *sql_list])
            with self.connection.cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = origin")
            creation = self.connection.creation
            assert isinstance(creation, DatabaseCreation)
            creation.deserialize_db_from_string(creation.fresh_installation)


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
    ops_class = DatabaseOperations
