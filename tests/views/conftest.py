"""What every test of a page gets."""

from datetime import timedelta

import pytest

from moderation.queries import tally


@pytest.fixture(autouse=True)
def counts_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many queries a page makes must not depend on how long a test takes."""
    monkeypatch.setattr(tally, "KEEP_FOR", timedelta(hours=1))
    monkeypatch.setattr(tally, "COUNT_AGAIN_AFTER", timedelta(hours=1))
