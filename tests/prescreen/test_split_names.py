"""Names and mail addresses in parts, over the messages of one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen import split_names
from moderation.prescreen.talk import Talk
from tests.prescreen.seen import is_in_range, lines_of, seen_over, typed
from tests.prescreen.talks import talk

SPLIT = [
    (["first half: brindle", "second half: toast", "its for insta"], "split-name", ["brindle", "toast"]),
    (["mossy", "underscore", "kettle", "snap btw"], "split-name", ["mossy", "underscore", "kettle"]),
    (["on kik", "f", "e", "r", "n", "8"], "split-letters", ["f", "e", "r", "n", "8"]),
    (["do you use discord", "glass_heron4"], "lone-name", ["glass_heron4"]),
    (["my email starts like this: otter.quill", "gmail"], "split-mail", ["otter.quill", "gmail"]),
]
HARMLESS = [
    ["insta is so fake", "yeah", "exactly", "lol"],
    ["k", "u", "ok", "np"],
    ["i deleted snap", "good", "idk", "sleepy"],
    ["i like gmail better than yahoo", "same"],
    ["tea", "then bed"],
]


@pytest.mark.parametrize(("texts", "detector", "parts"), SPLIT)
def test_the_parts_are_one_clue(texts: list[str], detector: str, parts: list[str]) -> None:
    clues, _ = seen_over(split_names.find, [("u1", text) for text in texts])
    assert parts in [typed(clue) for clue in clues if clue.detector == detector and clue.score >= 0.5]


@pytest.mark.parametrize("texts", HARMLESS)
def test_short_answers_are_no_parts(texts: list[str]) -> None:
    clues, _ = seen_over(split_names.find, [("u1", text) for text in texts])
    assert [typed(clue) for clue in clues if clue.score >= 0.5] == []


def test_two_people_do_not_share_a_name() -> None:
    turns = [("u1", "on snap"), ("u1", "mossy"), ("u2", "underscore"), ("u1", "?")]
    clues, _ = seen_over(split_names.find, turns)
    assert clues == []


def test_the_nearest_medium_is_meant() -> None:
    turns = [("u1", "i left kik"), ("u1", "ok"), ("u1", "so"), ("u1", "insta then"), ("u1", "glass_heron4")]
    lines = lines_of(turns)
    medium = split_names.mentioned(Talk(talk(*turns).messages, lines), lines[-1])
    assert medium is not None
    assert medium.name == "instagram"


@given(st.lists(st.tuples(st.sampled_from(["u1", "u2"]), st.text(max_size=40)), min_size=1, max_size=8))
def test_clues_are_in_range(turns: list[tuple[str, str]]) -> None:
    clues, _ = seen_over(split_names.find, turns)
    assert all(is_in_range(clue) for clue in clues)
