"""Contacts that must be worked out, and riddles that hold none."""

import base64
import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen import Kind, puzzles
from moderation.prescreen.lexicon import table
from tests.prescreen.seen import is_in_range, seen_over, typed

MAIL = "fern.dale@example.org"
MORSE = " ".join(table("ciphers")["morse"][letter] for letter in "fern4")

ALONE = [
    (f"try this {base64.b64encode(MAIL.encode()).decode()}", "base64", MAIL),
    (f"{MAIL.encode().hex(' ')} 🙂", "hex", MAIL),
    (" ".join(f"{ord(letter):08b}" for letter in MAIL), "binary", MAIL),
    (f"write to {MAIL[::-1]}", "reversed", MAIL),
    (f"write to {codecs.encode(MAIL, 'rot13')}", "rot13", MAIL),
]
WITH_MEDIUM = [
    (["my snap", MORSE], "morse", "fern4", Kind.MESSAGING_APP),
    (["on kik its foxtrot echo romeo november seven"], "spelled", "fern7", Kind.MESSAGING_APP),
    (["my insta backwards: yrrebgnol"], "reversed", "longberry", Kind.SOCIAL_HANDLE),
    (["insta, a is 1", "6 5 18 14 25"], "numbers", "ferny", Kind.SOCIAL_HANDLE),
    (
        ["first letters, thats my snap", "Friends are rare", "Every one counts", "Rain again", "Never mind"],
        "acrostic",
        "fern",
        Kind.MESSAGING_APP,
    ),
]
HARMLESS = [
    ["five four three two one, breathe with me"],
    ["my name is spelled with a double n"],
    ["we read the poem backwards in class and it still made sense"],
    ["In the morning\nI get up\nand wash\nand try again"],
    ["i took the capitals quiz: Oslo, Rome, Lima"],
    ["0x1f is 31", "binary is hard"],
    ["..... ok", "- - - whatever"],
    ["Supercalifragilisticexpialidocious1"],
    ["hotel india was lovely, we danced tango in november"],
]


def found(texts: list[str]) -> list[tuple[str, str, Kind, float]]:
    clues, _ = seen_over(puzzles.find, [("u1", text) for text in texts])
    return [(clue.detector, clue.contact, Kind(clue.kind), clue.score) for clue in clues]


@pytest.mark.parametrize(("text", "how", "contact"), ALONE)
def test_what_decodes_to_a_contact_is_one(text: str, how: str, contact: str) -> None:
    assert [(detector, value) for detector, value, _, score in found([text]) if score >= 0.8] == [(how, contact)]


@pytest.mark.parametrize(("texts", "how", "contact", "kind"), WITH_MEDIUM)
def test_what_decodes_to_a_name_needs_a_medium(texts: list[str], how: str, contact: str, kind: Kind) -> None:
    assert (how, contact, kind) in [row[:3] for row in found(texts)]


@pytest.mark.parametrize("texts", HARMLESS)
def test_riddles_without_a_contact_are_left_alone(texts: list[str]) -> None:
    assert [row for row in found(texts) if row[3] >= 0.5] == []


def test_lines_that_spell_a_medium_need_no_hint() -> None:
    poem = "Somewhere near\nAll night\nPeople sing\nClouds hide\nHoping\nAlways\nTired"
    assert found([f"Dear all\n{poem}"[len("Dear all\n") :]]) == []
    poem = "Skies\nNow\nAre\nPale\nCold\nHeavy\nAnd\nTired\nFor\nEver"
    assert [row[:3] for row in found([poem])] == [("acrostic", "snapchatfe", Kind.MESSAGING_APP)]


def test_hints_to_compute_a_name_are_located() -> None:
    text = "ok so its my dogs name, then the year we met, all one word. on insta"
    clues, _ = seen_over(puzzles.find, [("u1", text)])
    assert [typed(clue) for clue in clues if clue.detector == "recipe"] == [
        ["my dogs name, then the year we met, all one word"]
    ]


def test_every_list_of_ciphers_is_used() -> None:
    assert set(table("ciphers")) == {"spelling_alphabet", "letter_names", "roman", "morse", "told", "recipe"}


@given(st.lists(st.text(max_size=120), min_size=1, max_size=4))
def test_clues_are_in_range(texts: list[str]) -> None:
    clues, _ = seen_over(puzzles.find, [("u1", text) for text in texts])
    assert all(is_in_range(clue) for clue in clues)


@given(
    st.lists(
        st.sampled_from(
            [
                "backwards ",
                "first letters ",
                "rot13 ",
                "kik ",
                "alpha ",
                "dot ",
                "6 5 18 14 ",
                ".- -. ",
                "\n",
                "abcd1234EFGH=",
            ]
        )
    )
)
def test_clues_on_telling_words_are_in_range(parts: list[str]) -> None:
    clues, _ = seen_over(puzzles.find, [("u1", "".join(parts)), ("u1", "next")])
    assert all(is_in_range(clue) for clue in clues)
