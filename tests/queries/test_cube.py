"""Counts of any combination, against counting one by one."""

import json
from random import Random

from moderation.queries.cube import Cube, digits_of, masks_of


def test_an_empty_cube_counts_nothing() -> None:
    cube = Cube(0, {}, digits_of([]))

    assert cube.count(cube.everything) == cube.count(cube.any_of(["anything"])) == 0


def test_a_column_becomes_a_mask_for_every_value() -> None:
    assert masks_of([]) == {}
    assert masks_of(["b", "a", "a", "b", "c"]) == {"a": 0b00110, "b": 0b01001, "c": 0b10000}


def test_every_combination_is_counted_exactly() -> None:
    chance = Random(7)
    counts = [chance.randrange(1, 5000) for _ in range(300)]
    columns = {column: [f"{column}{chance.randrange(4)}" for _ in counts] for column in "xyz"}
    traits = {value: mask for column in columns.values() for value, mask in masks_of(column).items()}
    cube = Cube.from_json(json.loads(json.dumps(Cube((1 << 300) - 1, traits, digits_of(counts)).as_json())))
    sorts = list(zip(zip(*columns.values(), strict=True), counts, strict=True))

    assert len(traits) == 12
    for one in traits:
        for other in traits:
            both = sum(count for has, count in sorts if one in has and other in has)
            either = sum(count for has, count in sorts if one in has or other in has)
            assert cube.count(cube.any_of([one]) & cube.any_of([other])) == both
            assert cube.count(cube.any_of([one, other])) == either
    assert cube.count(cube.everything) == sum(counts)
