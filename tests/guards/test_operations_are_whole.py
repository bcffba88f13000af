"""Every operation is one transaction that is run again when it collides: `@whole`, and no other way to begin one."""

from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ACCOUNTS = [path for path in (ROOT / "accounts").glob("*.py") if path.stem != "database"]
OPERATIONS = sorted([*(ROOT / "moderation/operations").glob("*.py"), *ACCOUNTS])


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.name)
def test_no_operation_begins_a_transaction_by_other_means(path: Path) -> None:
    assert "atomic(durable" not in path.read_text(), f"{path.name}: write @whole (accounts.database) instead"


def test_there_are_operations_to_look_at() -> None:
    assert sum("@whole" in path.read_text() for path in OPERATIONS) > 20
