"""What the page about security promises is proved by tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs/security.md").read_text()
THREATS = PAGE.partition("## Threats")[2].partition("\n## ")[0]
ROWS = [line for line in THREATS.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
PROOF = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
NAMED = sorted(set(PROOF.findall(PAGE)))


def test_there_is_a_page_to_look_at() -> None:
    assert len(ROWS) > 35
    assert len(NAMED) > 50


def test_every_threat_has_a_control_and_a_proof() -> None:
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in ROWS]

    assert [row for row in cells if len(row) != 3 or not all(row) or not PROOF.search(row[2])] == []


def test_the_proofs_exist() -> None:
    missing = [f"{path}::{name}" for path, name in NAMED if name not in _tests_in(path)]

    assert missing == []


def test_nothing_else_is_named_as_a_proof() -> None:
    """What stands in the last column in code marks is a test, and written so that the guard above sees it."""
    assert [
        one for row in ROWS for one in re.findall(r"`[^`]*`", row.rpartition(" | ")[2]) if not PROOF.match(one)
    ] == []


@cache
def _tests_in(path: str) -> set[str]:
    file = ROOT / "tests" / path
    if not file.exists():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef)}


# How many sections each chapter of ASVS 5.0 has.
SECTIONS = dict(enumerate((5, 4, 7, 4, 4, 8, 6, 4, 2, 7, 7, 3, 4, 3, 4, 5), start=1))


def test_every_section_of_the_standard_is_answered() -> None:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| V\d", line)]
    answered = {found for line in lines for found in re.findall(r"V(\d+\.\d+)", line.split("|")[1])}
    wanted = {f"{chapter}.{section + 1}" for chapter, many in SECTIONS.items() for section in range(many)}

    assert wanted - answered == set()
    assert [line for line in lines if not re.search(r"\| (?:met|partly|missing|does not apply) \|", line)] == []
    assert [line for line in lines if "| partly |" in line and line.endswith("| |")] == [], "say what is missing"


def test_whoever_finds_something_is_told_where_to_say_so() -> None:
    assert "privately" in (ROOT / "SECURITY.md").read_text()
