"""A copy of the database that is behind: off unless it is set, never written to, and never needed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import ApiKey, AuditEntry, CustomRole, User
from accounts.roles import Role
from config import replica
from tests import making

ROOT = Path(__file__).resolve().parents[2]
ROUTER = replica.Router()

# Signs in and opens pages in a process of its own, and says which database each statement went to.
_OPENS = """
import json, sys
import django
django.setup()
from django.db import connections
from django.test import Client
from accounts.models import User
from tests.signing_in import force_login
client = Client(SERVER_NAME="localhost")
force_login(client, User.objects.get(username=sys.argv[1]))
asked = {}
for path in ("/audit/", "/transparency/", "/sanctions/", "/"):
    seen = {"default": [], "replica": []}
    def note(alias):
        def wrapper(execute, sql, params, many, context):
            seen[alias].append(sql)
            return execute(sql, params, many, context)
        return wrapper
    truth, behind = connections["default"], connections["replica"]
    with truth.execute_wrapper(note("default")), behind.execute_wrapper(note("replica")):
        answer = client.get(path)
    asked[path] = {"status": answer.status_code, **seen}
print(json.dumps(asked))
"""


def _opened(environment: dict[str, str], replica_url: str, username: str) -> Any:
    environment = environment | {"HAVEN_LOCAL": "1", "DATABASE_REPLICA_URL": replica_url}
    done = subprocess.run(
        [sys.executable, "-c", _OPENS, username], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_without_the_setting_there_is_no_replica() -> None:
    assert "DATABASE_REPLICA_URL" not in os.environ
    assert (list(settings.DATABASES), settings.DATABASE_ROUTERS) == (["default"], [])


@pytest.mark.parametrize("model", [AuditEntry, User, ApiKey])
def test_nothing_is_read_behind_unless_a_page_says_so(model: Any) -> None:
    assert (ROUTER.db_for_read(model), ROUTER.db_for_write(model)) == (None, "default")


@pytest.mark.parametrize(
    ("model", "database"), [(AuditEntry, "replica"), (User, None), (CustomRole, None), (ApiKey, None)]
)
def test_who_asks_is_never_read_behind(model: Any, database: str | None) -> None:
    before = replica._behind_is_fine.set(True)
    try:
        assert (ROUTER.db_for_read(model), ROUTER.db_for_write(model)) == (database, "default")
    finally:
        replica._behind_is_fine.reset(before)


def test_pages_on_the_list_exist_and_nothing_migrates_a_replica() -> None:
    parts = [part for part in get_resolver().url_patterns if isinstance(part, URLResolver)]
    names = {pattern.name for part in parts for pattern in part.url_patterns if isinstance(pattern, URLPattern)}
    assert names >= replica.PAGES
    assert ROUTER.allow_migrate("replica", "moderation") is False


@pytest.mark.django_db(transaction=True)
def test_only_pages_of_the_past_are_read_from_a_replica(process_environment: dict[str, str]) -> None:
    """The replica of this test refuses every write, as a real one does."""
    auditor = making.staff(Role.ADMIN)
    read_only = f"{process_environment['DATABASE_URL']}?options=-c%20default_transaction_read_only%3Don"
    asked = _opened(process_environment, read_only, auditor.username)

    assert {page["status"] for page in asked.values()} == {200}
    assert any("accounts_auditentry" in sql for sql in asked["/audit/"]["replica"])
    assert any("moderation_transparencyyear" in sql for sql in asked["/transparency/"]["replica"])
    behind = asked["/audit/"]["replica"] + asked["/transparency/"]["replica"]
    assert not any("accounts_user" in sql or "django_session" in sql for sql in behind)
    assert asked["/sanctions/"]["replica"] == asked["/"]["replica"] == []


@pytest.mark.django_db(transaction=True)
def test_a_replica_that_is_away_takes_no_page_away(process_environment: dict[str, str]) -> None:
    auditor = making.staff(Role.ADMIN)
    asked = _opened(process_environment, "postgresql://haven_app@127.0.0.1:1/haven", auditor.username)

    assert {page["status"] for page in asked.values()} == {200}
    assert any("accounts_auditentry" in sql for sql in asked["/audit/"]["default"])
