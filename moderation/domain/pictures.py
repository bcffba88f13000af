"""Where accounts and arrows stand in the picture of a group: numbers alone, no colours and no words.

Up to a dozen stand in a circle, more in two rings, those with the most ties inside. Still more are no picture any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

WIDTH, HEIGHT = 360, 372
CENTRE = (180.0, 178.0)
MOST_IN_CIRCLE = 12
MOST_DRAWN = 36
MOST_WORDS = 10  # arrows that have room for a word
RADIUS, SMALL_RADIUS = 15.0, 11.0
_CIRCLE, _INNER, _OUTER = 136.0, 84.0, 158.0
_INSIDE = 12
_BEND = 0.12  # of an arrow's length: two that go to and fro do not lie on each other
_HEAD = 8.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A bent line from edge to edge; `head` is empty where there is no direction."""

    line: str
    head: str
    middle: Point


def places(count: int) -> Sequence[Point]:
    """A place for each of `count` accounts, the first at the top; none when there are too many."""
    if count > MOST_DRAWN:
        return ()
    if count <= MOST_IN_CIRCLE:
        return _ring(count, _CIRCLE)
    return (*_ring(_INSIDE, _INNER), *_ring(count - _INSIDE, _OUTER))


def radius(count: int) -> float:
    return RADIUS if count <= MOST_IN_CIRCLE else SMALL_RADIUS


def _ring(count: int, away: float) -> Sequence[Point]:
    turns = (2 * pi * nth / count - pi / 2 for nth in range(count))
    return tuple((CENTRE[0] + away * cos(turn), CENTRE[1] + away * sin(turn)) for turn in turns)


def arrow(start: Point, end: Point, *, size: float, has_head: bool) -> Arrow:
    """From the edge of one account to the edge of another, bent to its left."""
    across = (end[0] - start[0], end[1] - start[1])
    bend = (
        (start[0] + end[0]) / 2 + across[1] * _BEND,
        (start[1] + end[1]) / 2 - across[0] * _BEND,
    )
    tail = _towards(start, bend, size + 3)
    tip = _towards(end, bend, size + 3)
    foot = _towards(tip, bend, _HEAD) if has_head else tip
    line = f"M{_text(tail)} Q{_text(bend)} {_text(foot)}"
    middle = (tail[0] / 4 + bend[0] / 2 + tip[0] / 4, tail[1] / 4 + bend[1] / 2 + tip[1] / 4)
    return Arrow(line, _head(tip, foot) if has_head else "", middle)


def circle(at: Point, size: float) -> str:
    x, y = at
    half = f"a{size:.1f},{size:.1f} 0 1 0"
    return f"M{_text((x - size, y))} {half} {2 * size:.1f},0 {half} {-2 * size:.1f},0 Z"


def diamond(at: Point, size: float) -> str:
    x, y = at
    wide = size * 1.2  # of about the same area as the circle
    return f"M{_text((x, y - wide))} L{_text((x + wide, y))} L{_text((x, y + wide))} L{_text((x - wide, y))} Z"


def _head(tip: Point, foot: Point) -> str:
    along = ((tip[0] - foot[0]) / _HEAD, (tip[1] - foot[1]) / _HEAD)
    side = (-along[1] * _HEAD * 0.45, along[0] * _HEAD * 0.45)
    left, right = (foot[0] + side[0], foot[1] + side[1]), (foot[0] - side[0], foot[1] - side[1])
    return f"M{_text(tip)} L{_text(left)} L{_text(right)} Z"


def _towards(start: Point, end: Point, steps: float) -> Point:
    away = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    return start[0] + (end[0] - start[0]) * steps / away, start[1] + (end[1] - start[1]) * steps / away


def _text(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
