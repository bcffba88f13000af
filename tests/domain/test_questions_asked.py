"""What can be kept as answers, and what a cell of a spreadsheet may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.questions_asked import LONGEST_ANSWER, NO_ANSWERS, SIX_QUESTIONS, clean_answers
from moderation.domain.refusals import Refused
from moderation.domain.spreadsheet import cell


def test_an_answer_that_is_too_long_is_named() -> None:
    texts = ["", "", "x" * (LONGEST_ANSWER + 1), "", "", ""]

    with pytest.raises(Refused, match="question 3 has 4001 characters"):
        clean_answers(texts)


@pytest.mark.parametrize("many", [0, 5, 7])
def test_there_are_six(many: int) -> None:
    with pytest.raises(Refused, match="not whole"):
        clean_answers([""] * many)


def test_all_may_be_empty() -> None:
    assert clean_answers([" \r\n"] * 6) == NO_ANSWERS
    assert len(SIX_QUESTIONS) == 6


def test_line_ends_count_once() -> None:
    assert clean_answers(["a\r\nb\rc", *[""] * 5])[0] == "a\nb\nc"
    assert len(clean_answers(["x\r\n" * (LONGEST_ANSWER // 2), *[""] * 5])[0]) == LONGEST_ANSWER - 1


@given(st.text(alphabet=st.characters(), max_size=200))
def test_whatever_is_written_can_be_stored(text: str) -> None:
    kept = clean_answers([text, *[""] * 5])[0]

    assert "\x00" not in kept
    assert kept.encode().decode() == kept


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1"])
def test_a_name_is_never_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "ann", "a=1", "7cups", "ann-marie"])
def test_other_names_stay_as_they_are(text: str) -> None:
    assert cell(text) == text
