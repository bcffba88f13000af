"""Counts of any combination, against counting one by one."""

import json
from random import Random

from moderation.queries.cube import Cube

NAMES = [f"trait{number}" for number in range(6)]


def test_an_empty_cube_counts_nothing() -> None:
    cube = Cube.of([])

    assert cube.count(cube.everything) == cube.count(cube.any_of(["anything"])) == 0


def test_every_combination_is_counted_exactly() -> None:
    chance = Random(7)
    sorts = [(tuple(name for name in NAMES if chance.random() < 0.4), chance.randrange(1, 5000)) for _ in range(300)]
    cube = Cube.from_json(json.loads(json.dumps(Cube.of(sorts).as_json())))

    for one in NAMES:
        for other in NAMES:
            both = sum(count for traits, count in sorts if one in traits and other in traits)
            either = sum(count for traits, count in sorts if one in traits or other in traits)
            assert cube.count(cube.any_of([one]) & cube.any_of([other])) == both
            assert cube.count(cube.any_of([one, other])) == either
    assert cube.count(cube.everything) == sum(count for _, count in sorts)
