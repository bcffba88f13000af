"""How the tests' databases come about: migrated once and copied for every other process; what is in them is kept."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connections
from django.db.backends.postgresql import creation

TEMPLATE = "haven_migrated"
FRESH = "fresh_installation"  # the schema that keeps what migrations wrote

_KEEP = """
DO $$
DECLARE kept record; is_filled boolean;
BEGIN
    CREATE SCHEMA {schema};
    FOR kept IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations' LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', kept.tablename) INTO is_filled;
        IF is_filled THEN
            EXECUTE format('CREATE TABLE {schema}.%I AS TABLE public.%1$I', kept.tablename);
        END IF;
    END LOOP;
END $$;
"""


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        """Of several processes with servers of this run's own the first migrates, and the others copy what it made."""
        if not _shares_servers():
            return self._migrated(*args, **kwargs)
        with _one_at_a_time(), self._nodb_cursor() as cursor:  # type: ignore[attr-defined]  # the stubs lack it
            cursor.execute("SELECT FROM pg_database WHERE datname = %s", [TEMPLATE])
            if not cursor.rowcount:
                made = self._migrated(*args, **kwargs)
                self.connection.close()
                cursor.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE {self._quoted(made)}")
                return made
            name: str = self._get_test_db_name()  # type: ignore[attr-defined]
            cursor.execute(f"CREATE DATABASE {self._quoted(name)} TEMPLATE {TEMPLATE}")
        self.connection.close()
        settings.DATABASES[self.connection.alias]["NAME"] = self.connection.settings_dict["NAME"] = name
        return name

    def _migrated(self, *args: Any, **kwargs: Any) -> str:
        name = super().create_test_db(*args, **kwargs)
        with connections[self.connection.alias].cursor() as cursor:
            cursor.execute(_KEEP.format(schema=FRESH))
        return name

    def _quoted(self, name: str) -> str:
        return str(self.connection.ops.quote_name(name))


def _shares_servers() -> bool:
    return (
        "PYTEST_XDIST_WORKER" in os.environ
        and quote(os.environ["HAVEN_VAR_DIR"], safe="") in os.environ["DATABASE_URL"]
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (Path(os.environ["HAVEN_VAR_DIR"]) / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
