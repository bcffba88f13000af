"""How people work, as plain values: what is mended when it is read, and which keys can be used."""

from typing import Any

import pytest

from accounts.keys import ACTIONS, BY_CODE, all_keys, wrong_keys
from accounts.preferences import DEFAULT, Preferences, Theme, changes, chosen_keys

OWN = {action.code: action.key for action in ACTIONS}


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("ab", "“ab” is no single character"),
        (" ", "“ ” is no single character"),
        ("\x07", "is no single character"),
        ("Escape", "“Escape” is no single character"),
        ("İ", "is no single character"),
        ("z", "“z” is the key of “Undo the last decision” already: choose another."),
        ("Z", "“z” is the key of “Undo the last decision” already: choose another."),
    ],
)
def test_a_key_that_cannot_be_used_gets_a_sentence(key: str, sentence: str) -> None:
    wrong = wrong_keys(OWN | {"next_finding": key})

    assert list(wrong) == ["next_finding"]
    assert sentence in wrong["next_finding"]


def test_keys_may_be_exchanged_and_switched_off() -> None:
    assert wrong_keys(OWN | {"undo": "c", "confirm": "z"}) == {}
    assert wrong_keys(dict.fromkeys(OWN, "")) == {}
    assert wrong_keys({}) == {}


@pytest.mark.parametrize(
    ("chosen", "action", "key"),
    [
        ({}, "next_finding", "f"),
        ({"next_finding": "x"}, "next_finding", "x"),
        ({"next_finding": "X"}, "next_finding", "x"),
        ({"next_finding": ""}, "next_finding", ""),
        ({"next_finding": "xyz"}, "next_finding", "f"),
        ({"leave": "q"}, "leave", "q"),
        ({"leave": "Escape"}, "leave", "Escape"),
        ({"next_finding": "c"}, "confirm", ""),  # what was chosen wins over what comes by default
        ({"undo": "x", "confirm": "x"}, "confirm", ""),
    ],
)
def test_the_key_of_an_action(chosen: dict[str, str], action: str, key: str) -> None:
    assert all_keys(chosen)[action] == key
    assert Preferences.from_json({"keys": chosen}).key_of(action) == key
    assert wrong_keys(all_keys(chosen)) == {}


def test_an_action_that_there_is_not_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        DEFAULT.key_of("no_such")
    with pytest.raises(KeyError):
        Preferences(keys={"undo": "x"}).key_of("no_such")


def test_one_switch_takes_every_key() -> None:
    off = Preferences(shortcuts=False)

    assert {off.key_of(code) for code in BY_CODE} == {""}


@pytest.mark.parametrize(
    ("stored", "name", "value"),
    [
        (None, "theme", Theme.AUTO),
        ([], "theme", Theme.AUTO),
        ("dark", "theme", Theme.AUTO),
        ({"theme": "dark"}, "theme", Theme.DARK),
        ({"theme": "pink"}, "theme", Theme.AUTO),
        ({"theme": ["dark"]}, "theme", Theme.AUTO),
        ({"blur_text": True}, "blur_text", True),
        ({"blur_text": 1}, "blur_text", False),
        ({"hide_snippets": None}, "hide_snippets", True),
        ({"break_after_minutes": 45}, "break_after_minutes", 45),
        ({"break_after_minutes": 0}, "break_after_minutes", 0),
        ({"break_after_minutes": 3}, "break_after_minutes", 15),
        ({"break_after_minutes": -3}, "break_after_minutes", 15),
        ({"break_after_minutes": 10**9}, "break_after_minutes", 240),
        ({"break_after_minutes": "60"}, "break_after_minutes", 90),
        ({"break_after_minutes": True}, "break_after_minutes", 90),
        ({"break_after_severe": 99}, "break_after_severe", 50),
        ({"most_critical_in_a_row": 99}, "most_critical_in_a_row", 20),
        ({"keys": "f"}, "keys", {}),
        ({"keys": {"no_such": "x", "undo": 3, "keys": "xx"}}, "keys", {}),
        ({"keys": {"undo": "Y", "next_finding": "f"}}, "keys", {"undo": "y"}),
        ({"keys": {"undo": "y", "confirm": "y"}}, "keys", {"undo": "y", "confirm": ""}),
        ({"keys": {"undo": "c"}}, "keys", {"undo": "c", "confirm": ""}),
    ],
)
def test_what_is_stored_is_mended_when_it_is_read(stored: Any, name: str, value: Any) -> None:
    assert getattr(Preferences.from_json(stored), name) == value


def test_what_is_not_known_is_ignored() -> None:
    assert Preferences.from_json({"favourite_colour": "green", "shortcuts": "no"}) == DEFAULT


def test_what_is_kept_comes_back() -> None:
    likes = Preferences(keys={"undo": "y"}, blur_text=True, greyscale=True, break_after_severe=0, theme=Theme.DARK)

    assert Preferences.from_json(likes.to_json()) == likes
    assert type(likes.to_json()["theme"]) is str


def test_safeguards_are_on_and_shortcuts_around_them_off() -> None:
    assert DEFAULT.hide_snippets
    assert not DEFAULT.quick_dismiss
    assert min(DEFAULT.break_after_minutes, DEFAULT.break_after_severe, DEFAULT.most_critical_in_a_row) > 0


def test_only_what_differs_is_kept_and_told() -> None:
    assert chosen_keys(OWN | {"undo": ""}) == {"undo": ""}
    assert changes(DEFAULT, Preferences(greyscale=True, keys={"undo": ""})) == ["keys", "greyscale"]
    assert changes(DEFAULT, DEFAULT) == []
