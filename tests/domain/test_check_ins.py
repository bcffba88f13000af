"""Where an account stands with its safety check-in."""

from datetime import UTC, datetime

import pytest

from moderation.domain.check_ins import check_in

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "words", "is_overdue"),
    [
        (None, "never", False),
        (datetime(2026, 3, 1, 11, tzinfo=UTC), "checked in today", False),
        (datetime(2026, 3, 2, tzinfo=UTC), "checked in today", False),  # a clock of the platform's that runs ahead
        (datetime(2026, 2, 28, 12, tzinfo=UTC), "checked in 1 day ago", False),
        (datetime(2026, 2, 2, tzinfo=UTC), "checked in 27 days ago", False),
        (datetime(2026, 2, 1, tzinfo=UTC), "checked in 1 month ago", False),
        (datetime(2025, 12, 1, tzinfo=UTC), "checked in 3 months ago", False),
        (datetime(2025, 3, 2, tzinfo=UTC), "checked in 11 months ago", False),
        (datetime(2025, 3, 1, 12, tzinfo=UTC), "overdue since 1 March 2026", True),
        (datetime(2024, 2, 29, tzinfo=UTC), "overdue since 1 March 2025", True),
    ],
)
def test_the_state_of_a_check_in_in_words(at: datetime | None, words: str, is_overdue: bool) -> None:
    shown = check_in(at, now=NOW)

    assert (shown.words, shown.is_overdue) == (words, is_overdue)
