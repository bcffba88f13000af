"""Every operation is one transaction that is run again when it collides: `@whole`, and no other way to begin one."""

from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ACCOUNTS = [path for path in (ROOT / "accounts").glob("*.py") if path.stem != "database"]
OPERATIONS = sorted([*(ROOT / "moderation/operations").glob("*.py"), *ACCOUNTS])


def test_no_operation_begins_a_transaction_by_other_means() -> None:
    """Write @whole (accounts.database) instead."""
    assert [path.name for path in OPERATIONS if "atomic(durable" in path.read_text()] == []


def test_there_are_operations_to_look_at() -> None:
    assert sum("@whole" in path.read_text() for path in OPERATIONS) > 20
