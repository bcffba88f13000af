"""Tests that commit start from a fresh installation, the append-only audit log notwithstanding."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEntry
from moderation.models import PolicyVersion


def _write_audit_entry() -> None:
    AuditEntry.objects.create(verb="test", actor_kind="system", actor_name="test", target_type="x", target_id="1")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_every_committing_test_starts_from_what_migrations_wrote(time: str) -> None:
    assert AuditEntry.objects.count() == 0
    assert PolicyVersion.objects.count() == 1
    _write_audit_entry()


@pytest.mark.django_db(transaction=True)
def test_triggers_stay_awake_outside_the_flush() -> None:
    _write_audit_entry()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_auditentry")
