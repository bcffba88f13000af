"""The audit trail takes rows and gives none back."""

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts import SYSTEM, audit
from accounts.models import AuditEntry
from tests import making

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET verb = 'other'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
    ],
)
def test_rows_can_be_neither_changed_nor_removed(statement: str) -> None:
    audit.record("something.done", actor=SYSTEM, target=making.account())
    with pytest.raises(ProgrammingError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().verb == "something.done"


def test_a_row_says_who_did_what_to_what() -> None:
    person, target = making.moderator(name="Robin"), making.account()
    audit.record("account.looked_at", actor=person, target=target, policy_version=1, why="a reason")
    entry = AuditEntry.objects.get()
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("staff", person.pk, "Robin")
    assert (entry.target_type, entry.target_id, entry.policy_version) == ("account", str(target.pk), 1)
    assert entry.details == {"why": "a reason"}


def test_the_row_shares_the_fate_of_its_transaction() -> None:
    with transaction.atomic():
        audit.record("something.done", actor=SYSTEM, target=making.account())
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()
