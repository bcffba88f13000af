"""What the page about security promises is proved by tests that exist."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs/security.md").read_text()
THREATS = PAGE.partition("## Threats")[2].partition("\n## ")[0]
ROWS = [line for line in THREATS.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
NAMED = sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGE)))


def test_there_is_a_page_to_look_at() -> None:
    assert len(ROWS) > 35
    assert len(NAMED) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:50])
def test_every_threat_has_a_control_and_a_proof(row: str) -> None:
    threat, control, proof = (cell.strip() for cell in row.strip("|").split("|"))

    assert threat
    assert control
    assert re.search(r"`[\w/]+\.py::test_\w+`", proof)


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_the_proof_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / "tests" / path).read_text())

    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("chapter", range(1, 18))
def test_every_chapter_of_the_standard_is_answered(chapter: int) -> None:
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| V{chapter} ")]
    assert re.search(r"\| (?:met|partly|missing|does not apply) \|", line)


def test_whoever_finds_something_is_told_where_to_say_so() -> None:
    assert "privately" in (ROOT / "SECURITY.md").read_text()
