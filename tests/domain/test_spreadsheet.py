"""No cell that a spreadsheet would calculate, whatever stands in front of the sign."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.spreadsheet import cell
from tests import hostile
from tests.hostile import Sort

BEGINS = "=+-@＝＋－＠"
WRITTEN = [one for one in hostile.of(Sort.FORMULA) if one.name not in {"formula: quote", "formula: line"}]


@pytest.mark.parametrize("payload", WRITTEN, ids=lambda payload: payload.name)
def test_a_formula_is_marked_as_text(payload: hostile.Payload) -> None:
    assert cell(payload.text) == f"'{payload.text}"


@given(
    before=st.text(" \t\r\n\u00a0\u200b\ufeff\u202e\u2060\x1b", max_size=4),
    sign=st.sampled_from(BEGINS),
    rest=st.text(),
)
def test_nothing_unseen_in_front_hides_a_formula(before: str, sign: str, rest: str) -> None:
    assert cell(f"{before}{sign}{rest}").startswith("'")


@given(st.lists(st.sampled_from([payload.text for payload in hostile.CORPUS]), min_size=1, max_size=5))
def test_a_line_of_cells_is_read_back_as_it_was(texts: list[str]) -> None:
    """Quotes and line breaks begin no cell and no line of their own."""
    file = StringIO(newline="")
    csv.writer(file).writerow(map(cell, texts))

    assert list(csv.reader(StringIO(file.getvalue(), newline=""))) == [[cell(text) for text in texts]]
