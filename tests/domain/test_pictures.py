"""The picture of a group: everything inside it, nothing on top of each other."""

from itertools import combinations
from math import dist

import pytest

from moderation.domain import pictures


@pytest.mark.parametrize("count", range(1, pictures.MOST_DRAWN + 1))
def test_every_account_has_room_of_its_own(count: int) -> None:
    points, size = pictures.places(count), pictures.radius(count)

    assert len(points) == count
    for x, y in points:
        assert size <= x <= pictures.WIDTH - size
        assert size <= y <= pictures.HEIGHT - size - (20 if size == pictures.RADIUS else 0)  # the name below
    assert all(dist(one, other) > 2 * size for one, other in combinations(points, 2))


def test_too_many_are_no_picture() -> None:
    assert pictures.places(pictures.MOST_DRAWN + 1) == ()


def test_two_arrows_to_and_fro_do_not_lie_on_each_other() -> None:
    there = pictures.arrow((50, 50), (250, 150), size=15, has_head=True)
    back = pictures.arrow((250, 150), (50, 50), size=15, has_head=True)

    assert dist(there.middle, back.middle) > 10
    assert there.head != back.head


def test_what_has_no_direction_has_no_head() -> None:
    assert pictures.arrow((50, 50), (250, 150), size=15, has_head=False).head == ""
