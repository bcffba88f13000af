"""Durable embedded servers of a benchmark's own, thrown away afterwards, and the environment that names them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

from config.embedded import Servers
from config.embedded_postgres import SUPERUSER


@contextmanager
def own_servers() -> Iterator[None]:
    var = Path(tempfile.mkdtemp(prefix="haven-bench-"))
    var.chmod(0o711)
    servers = Servers(var)
    try:
        servers.start()
        os.environ |= {
            "DATABASE_URL": servers.postgres.url(SUPERUSER),
            "REDIS_URL": servers.redis.url(),
            "HAVEN_VAR_DIR": str(var),
            "HAVEN_LOCAL": "1",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        yield
    finally:
        servers.stop()
        shutil.rmtree(var, ignore_errors=True)


def migrate() -> None:
    """Make the tables in the database that the environment names."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def megabytes() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database()) / 1000000")
        return int(cursor.fetchone()[0])
