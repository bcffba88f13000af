"""Why a case with a held badge stands first, in words, and what that adds."""

from datetime import UTC, datetime, timedelta

import pytest

from moderation.domain.holding import Standing, why_first
from moderation.domain.priority import Points, with_hold
from moderation.domain.vocabulary import HoldState

HELD_AT = datetime(2026, 3, 1, 13, 5, tzinfo=UTC)


def standing(state: HoldState = HoldState.WAITING, *, minutes: int = 60, told: bool = False) -> Standing:
    return Standing(state, HELD_AT, HELD_AT + timedelta(minutes=minutes), is_escalated=told)


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        ([], ""),
        ([standing(HoldState.LIFTED), standing(HoldState.REPLACED)], ""),
        ([standing()], "badge held: confirm by 14:05 UTC"),
        ([standing(), standing(minutes=30)], "badge held: confirm by 13:35 UTC"),
        ([standing(minutes=11 * 60)], "badge held: confirm by 2 Mar, 00:05 UTC"),
        ([standing(told=True)], "badge held: nobody answered by 14:05 UTC"),
        ([standing(HoldState.CONFIRMED)], "badge held until this is decided"),
        ([standing(HoldState.CONFIRMED), standing()], "badge held: confirm by 14:05 UTC"),
    ],
)
def test_the_words(holds: list[Standing], words: str) -> None:
    assert why_first(holds) == words


def test_the_time_is_told_in_utc_whatever_zone_it_comes_in() -> None:
    by = datetime.fromisoformat("2026-03-29T03:05:00+02:00")  # the hour after the clocks went forward in Berlin
    assert why_first([Standing(HoldState.WAITING, by, by)]) == "badge held: confirm by 01:05 UTC"


def test_it_is_added_once_reworded_and_taken_away() -> None:
    plain = (980, ["Critical: contact shared with a teen", "adult and teen"])
    held = with_hold(*plain, "badge held: confirm by 14:05 UTC")

    assert held == (980 + Points.HELD, [plain[1][0], "badge held: confirm by 14:05 UTC", plain[1][1]])
    assert with_hold(*held, "badge held until this is decided")[0] == held[0]
    assert with_hold(*held, "badge held until this is decided")[1][1] == "badge held until this is decided"
    assert with_hold(*held, "") == plain
    assert with_hold(*plain, "") == plain
