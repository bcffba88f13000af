"""Numbers in pieces: over messages, among words, by several people; nothing until the last piece is there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.prescreen import Kind, engine, split_numbers
from moderation.prescreen.allowlist import allowed
from moderation.prescreen.contract import Options
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue
from moderation.prescreen.media import known
from moderation.prescreen.talk import Talk
from tests.prescreen.talks import talk

KNOWN = allowed(Options())
Turns = tuple[tuple[str, str], ...]


def clues(*turns: tuple[str, str]) -> list[Clue]:
    chat = talk(*turns)
    lines = engine.read(chat.messages, known({}))
    return list(split_numbers.find(Talk(chat.messages, lines), lines, KNOWN))


def pieces(clue: Clue) -> list[tuple[int, str]]:
    parts = [(clue.line, clue.start, clue.end), *((part.line, part.start, part.end) for part in clue.extra)]
    return [(line.index, line.text[start:end]) for line, start, end in parts]


def mine(*texts: str) -> Turns:
    return tuple(("u1", text) for text in texts)


FOUND = [
    (mine("213", "555", "0181"), ["213", "555", "0181"], "2135550181"),
    (
        mine("oh seven seven double oh", "nine hundred", "five five two"),
        ["oh seven seven double oh", "nine hundred", "five five two"],
        "7700900552",
    ),
    (mine("five", "five", "five", "zero one four four"), ["five", "five", "five", "zero one four four"], "5550144"),
    (mine("starts 0770", "the dog is barking hang on", "then 0900", "ends 417"), ["0770", "0900", "417"], "7700900417"),
    (mine("555", "0112", "oh and area code 413"), ["555", "0112", "413"], "4135550112"),
    (mine("first bit 04 91", "how was school", "57 01", "last bit 58"), ["04 91", "57 01", "58"], "491570158"),
    (mine("last 4: 0123", "middle: 555", "area: 816"), ["0123", "555", "816"], "8165550123"),
    (mine("+49", "176", "04069", "088"), ["49", "176", "04069", "088"], "4917604069088"),
    (mine("ligne 1 0 6 3", "ligne 2 9 9 8", "ligne 3 1 2 7 5"), ["0 6 3", "9 9 8", "1 2 7 5"], "639981275"),
    (mine("read it backwards", "8110", "555", "304"), ["8110", "555", "304"], "4035550118"),
    (
        mine("vinte e um", "ai vem nove zero zero zero", "zero quatro três sete"),
        ["vinte e um", "nove zero zero zero", "zero quatro tres sete"],
        "2190000437",
    ),
    (mine("i have 646 rabbits, 555 carrots, and my number ends 0119"), ["646", "555", "0119"], "6465550119"),
]


@pytest.mark.parametrize(("turns", "typed", "digits"), FOUND)
def test_pieces_are_put_together(turns: Turns, typed: list[str], digits: str) -> None:
    (clue,) = clues(*turns)
    assert [text for _, text in pieces(clue)] == typed
    assert clue.kind is Kind.PHONE
    assert digits in clue.why
    assert clue.score >= 0.4


@pytest.mark.parametrize("missing", range(3))
def test_nothing_is_said_while_a_piece_is_missing(missing: int) -> None:
    turns = [turn for at, turn in enumerate(mine("07700", "900", "276")) if at != missing]
    assert all(clue.score < 0.5 for clue in clues(*turns))


def test_chatter_between_the_pieces_does_not_hide_them() -> None:
    (clue,) = clues(
        ("u1", "like a coat nobody took. oh, first bit, 07700"),
        ("u2", "Sorry?"),
        ("u1", "ignore that. the landlord wants 1150 by the 1st"),
        ("u2", "That's a shock."),
        ("u1", "a man asked how wide the bath is. 900"),
        ("u2", "900 what?"),
        ("u1", "thinking aloud. 276. that's all the bits"),
    )
    assert [text for _, text in pieces(clue)] == ["07700", "900", "276"]


def test_pieces_too_far_apart_are_no_number() -> None:
    between = tuple(("u2", "mm") for _ in range(split_numbers.WINDOW + 1))
    assert clues(("u1", "213"), ("u1", "555"), *between, ("u1", "0181")) == []


def test_several_people_can_finish_a_number() -> None:
    found = clues(("u1", "text 505"), ("u2", "555"), ("u3", "0184"))
    assert [(clue.line.sender, pieces(clue)[0][1]) for clue in found] == [("u1", "505"), ("u2", "555"), ("u3", "0184")]


HARMLESS = [
    mine("1", "2", "3", "4", "5", "6", "7"),
    mine("PHQ was 17", "GAD 15", "slept 3 hours", "weight 61 kg", "took 150 mg"),
    mine("we lost 21-15", "then 15-21", "then 21-19"),
    mine("i was 12 in 2004", "she left in 2011", "i'm 31 now"),
    mine("11:11", "11:12", "07:30", "22:45"),
    (("u1", "hey, whats 12 x 12"), ("u2", "144"), ("u1", "correct")),
    (("u1", "out of ten?"), ("u2", "7"), ("u1", "and yesterday?"), ("u2", "4"), ("u2", "6 at best")),
    mine("bp 168/102", "94 unread", "bus 43"),
]


@pytest.mark.parametrize("turns", HARMLESS)
def test_numbers_of_a_life_are_left_alone(turns: Turns) -> None:
    assert all(clue.score < 0.5 for clue in clues(*turns))


TEXT = st.lists(
    st.sampled_from(["555", "0118 ", "five ", "area code ", ". ", "213", "at ", "1999", "é", "\n", "07"]), max_size=8
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["u1", "u2"]), TEXT.map("".join)), min_size=1, max_size=8))
def test_pieces_are_in_range_ordered_and_of_one_sender(turns: list[tuple[str, str]]) -> None:
    for clue in clues(*turns):
        parts = [(clue.line, clue.start, clue.end), *((part.line, part.start, part.end) for part in clue.extra)]
        assert all(0 <= start < end <= len(line.text) for line, start, end in parts)
        keys = [(line.index, start) for line, start, _ in parts]
        assert keys == sorted(set(keys))
        assert len({line.sender for line, _, _ in parts}) == 1
        assert 0 < clue.score < 1


def test_the_lists_around_pieces_are_well_formed() -> None:
    lists = table("split_numbers")
    assert set(lists) == {"place", "hints", "reversed"}
    assert set(lists["place"]) == {"first", "later", "last"}
    words = [
        word for row in (*lists["place"].values(), lists["hints"]["words"], lists["reversed"]["words"]) for word in row
    ]
    assert all(word == word.lower().strip() for word in words)
