"""create_api_key and grant_app_role: what they refuse, what they print, and what the rights are afterwards."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import ApiKey, AuditEntry

pytestmark = pytest.mark.django_db

ROLE = "haven_test_app"


def _create(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [
        ["platform"],
        ["platform", "--scope", "messages:read"],
        ["  ", "--scope", "messages:write"],
        ["x" * 101, "--scope", "messages:write"],
        ["platform", "--scope", "messages:write", "--days", "0"],
        ["platform", "--scope", "messages:write", "--days", "9999"],
    ],
)
def test_no_key_without_name_scope_or_a_sensible_end(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        _create(*arguments)
    assert not ApiKey.objects.exists()


def test_the_secret_is_alone_on_standard_output() -> None:
    out, err = _create("Our chat", "--scope", "messages:write", "--scope", "reports:write", "--scope", "messages:write")
    key = ApiKey.objects.get()
    assert out.endswith("\n")
    assert key.matches(out.strip())
    assert (key.name, key.scopes, key.expires_at) == ("Our chat", ["messages:write", "reports:write"], None)
    assert out.strip() not in err
    assert AuditEntry.objects.get(verb="api_key.created").actor_kind == "system"


def test_a_key_may_have_an_end() -> None:
    _create("Our chat", "--scope", "messages:write", "--days", "30")
    end = ApiKey.objects.get().expires_at
    assert end is not None
    assert abs(end - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


@pytest.fixture
def role(transactional_db: None) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN")
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"DROP OWNED BY {ROLE}")
        cursor.execute(f"DROP ROLE {ROLE}")


def _grant(*arguments: str) -> str:
    out = io.StringIO()
    call_command("grant_app_role", *arguments, stdout=out)
    return out.getvalue()


def _as(role: str, statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        try:
            return cursor.execute(statement)
        finally:
            cursor.execute("RESET ROLE")


def test_a_role_that_is_not_there_is_told_how_to_be_made() -> None:
    with pytest.raises(CommandError, match="CREATE ROLE nobody_here LOGIN"):
        _grant("nobody_here")


def test_the_owner_keeps_its_rights_and_is_told_so() -> None:
    assert "owns the tables" in _grant(str(connection.settings_dict["USER"]))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET verb = 'x'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
        "DROP TABLE accounts_auditentry",
        "ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL",
        "TRUNCATE moderation_message CASCADE",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_role_may_not_change_the_record_or_any_table(role: str, statement: str) -> None:
    _grant(role)
    with pytest.raises(Exception, match=r"permission denied|must be owner") as refused:
        _as(role, statement)
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def test_the_role_may_work(role: str) -> None:
    said = _grant(role)
    assert f"“{role}” may now SELECT, INSERT, UPDATE and DELETE" in said
    assert "only SELECT and INSERT in the audit log" in said
    assert _grant(role) == said
    _as(role, "SELECT nextval(pg_get_serial_sequence('moderation_message', 'id'))")
    _as(role, "UPDATE moderation_account SET username = 'x'")
    _as(role, "DELETE FROM moderation_participant")
    _as(
        role,
        "INSERT INTO accounts_auditentry (verb, actor_kind, actor_name, target_type, target_id, request_id, details)"
        " VALUES ('test', 'system', 'test', 'x', '1', '', '{}')",
    )


def test_rights_that_were_too_wide_are_taken_back(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
    _grant(role)
    with pytest.raises(Exception, match="permission denied"):
        _as(role, "TRUNCATE accounts_auditentry")
