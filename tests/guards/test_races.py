"""Whatever can come too late is raced: each operation that tells somebody so is begun twice at once in tests/races."""

import ast
from pathlib import Path

from django.conf import settings

from tests.guards.test_everything_is_on_record import FUNCTIONS, OPERATIONS

ROOT = Path(settings.BASE_DIR)
TOO_LATE = {"WrongMove", "Stale"}  # what an operation answers to whoever was not the first

# Those that no file there names, each for a reason.
ELSEWHERE = {
    "take_appeal": "raced through making.appeal, which sends one",
    "renew_lease": "moves the end of a lease; taking over and putting off are raced, which end it",
    "mark_repeat": "marking a report twice is marking it once, under the lock of its case",
}


def _named(node: ast.AST) -> set[str]:
    return {
        found.attr if isinstance(found, ast.Attribute) else found.id
        for found in ast.walk(node)
        if isinstance(found, ast.Attribute | ast.Name)
    }


def test_whatever_can_come_too_late_is_raced() -> None:
    raced = set().union(*(_named(ast.parse(path.read_text())) for path in (ROOT / "tests/races").glob("*.py")))
    refusing = {name for name in OPERATIONS if any(word in ast.unparse(FUNCTIONS[name][0]) for word in TOO_LATE)}

    assert len(refusing) > 30
    assert sorted(refusing - raced - ELSEWHERE.keys()) == []
    assert sorted(ELSEWHERE.keys() & raced) == [], "no exception is left over"
    assert ELSEWHERE.keys() <= refusing
