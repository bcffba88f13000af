"""Migrations go forwards, back step by step to nothing, and forwards once more, in a database of their own."""

import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

NAME = "haven_to_and_fro"
TO_AND_FRO = """
import django
django.setup()
from django.core.management import call_command
from django.db import connection

def tables():
    return set(connection.introspection.table_names())

call_command("migrate", verbosity=0)
whole = tables()
from accounts.models import User
from moderation.models import Account, Case, Note, PolicyVersion, clock
rowan, ash = Account.objects.create(ext_id="rowan"), User.objects.create_user("ash", role="moderator")
case = Case.objects.create(
    subject=rowan, ground="contact_shared", grounds=["contact_shared"], severity=2, priority=1, headline="a case",
    snippet="s" * 200, opened_at=clock.now(), due_at=clock.now(), policy_version=PolicyVersion.objects.in_force(),
)
Note.objects.create(account=rowan, case=case, text="a note", written_by=ash)
for app in ("moderation", "accounts"):
    call_command("migrate", app, "zero", verbosity=0)  # each by itself, the latest first
    left = {table for table in tables() if table.startswith(f"{app}_")}
    assert not left, left
call_command("migrate", verbosity=0)
assert tables() == whole, tables() ^ whole
call_command("migrate", check_unapplied=True, verbosity=0)
print("there and back", flush=True)
"""


@pytest.fixture
def address(process_environment: dict[str, str]) -> Iterator[str]:
    """Of an empty database beside the one of the tests."""
    known = process_environment["DATABASE_URL"]
    with psycopg.connect(known, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
        yield urlsplit(known)._replace(path=f"/{NAME}").geturl()
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def test_migrations_go_there_and_back(address: str, process_environment: dict[str, str]) -> None:
    environment = process_environment | {"DATABASE_URL": address}
    command = [sys.executable, "-c", TO_AND_FRO]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=600)

    assert done.stdout.endswith("there and back\n"), f"{done.stdout[-300:]}{done.stderr[-3000:]}"
