"""Cutting text into word pieces: whole words, known pieces, offsets into the text."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen.pieces import UNKNOWN, pieces, vocabulary


def cut(text: str) -> list[str]:
    return [text[piece.start : piece.end] for piece in pieces(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("hello there", ["hello", "there"]),
        ("Hello, THERE!", ["Hello", ",", "THERE", "!"]),
        ("snap_me", ["snap", "_", "me"]),
        ("don't", ["don", "'", "t"]),
        ("lonelyyy", ["lonely", "y", "y"]),
        ("👻👻", ["👻", "👻"]),
    ],
)
def test_text_falls_into_pieces(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


def test_a_piece_within_a_word_is_not_the_word() -> None:
    known = vocabulary()
    whole, *rest = pieces("lonelyyy")
    assert [whole.number, *(piece.number for piece in rest)] == [known["lonely"], known["##y"], known["##y"]]


def test_case_makes_no_difference() -> None:
    assert [piece.number for piece in pieces("CALL Me")] == [piece.number for piece in pieces("call me")]


def test_what_nobody_knows_is_unknown_and_keeps_its_place() -> None:
    (piece,) = pieces("\u16a0")
    assert (piece.number, piece.start, piece.end) == (vocabulary()[UNKNOWN], 0, 1)


def test_an_endless_word_is_one_unknown_piece() -> None:
    (piece,) = pieces("x" * 5000)
    assert piece.number == vocabulary()[UNKNOWN]


def test_the_first_pieces_are_enough() -> None:
    assert len(pieces("one two three four five", most=3)) == 3


@given(st.text(max_size=80))
def test_pieces_lie_in_order_within_any_text(text: str) -> None:
    found = pieces(text)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in found)
    assert all(one.end <= two.start for one, two in itertools.pairwise(found))
