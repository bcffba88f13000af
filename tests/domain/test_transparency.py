"""How figures read: shares, times, bars."""

import pytest

from moderation.domain.transparency import LONGEST, WIDTH, chart, share, time_in_words


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(0, 0, "–"), (0, 3, "0.0 %"), (2, 3, "66.7 %"), (3, 3, "100.0 %")]
)
def test_a_share_of_nothing_is_none(part: int, whole: int, words: str) -> None:
    assert share(part, whole) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (12.4, "12 s"),
        (840, "14 min"),
        (12_000, "3 h 20 min"),
        (172_799, "47 h 59 min"),
        (216_000, "2.5 days"),
    ],
)
def test_a_time_is_told_in_the_unit_that_fits(seconds: float | None, words: str) -> None:
    assert time_in_words(seconds) == words


def test_the_longest_bar_is_the_most_and_every_number_stands_beside_its_bar() -> None:
    drawn = chart("Some", [("few", 1), ("many", 4_000_000_000), ("none", 0)])
    assert [bar.length for bar in drawn.bars] == [0, LONGEST, 0]
    assert [bar.value for bar in drawn.bars] == ["1", "4,000,000,000", "0"]
    assert all(bar.value_x + 6 * min(len(bar.value), 7) <= WIDTH for bar in drawn.bars)
    assert chart("Nothing", [("none", 0)]).bars[0].length == 0
    assert chart("Empty", []).height == 0
