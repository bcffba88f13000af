"""What of a text is shown, marked or hidden."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.masking import Mark, is_contact, occurrences, pieces, readings
from moderation.domain.vocabulary import Ground, Kind

TEXT = "text me on +44 7700 900142 tonight"
NUMBER = Mark(11, 26, "phone")


def test_a_contact_inside_marked_words_stays_hidden() -> None:
    shown = pieces(TEXT, contacts=[NUMBER], words=[Mark(0, 34, "phone")])

    assert "7700" not in "".join(piece.text for piece in shown)
    assert [piece.hidden for piece in shown] == [False, True, False]
    assert all(piece.marked for piece in shown)


def test_revealed_text_is_the_text() -> None:
    shown = pieces(TEXT, contacts=[NUMBER], is_revealed=True)

    assert "".join(piece.text for piece in shown) == TEXT
    assert [piece.marked for piece in shown] == [False, True, False]


@pytest.mark.parametrize("mark", [Mark(-5, 3, ""), Mark(30, 99, ""), Mark(50, 60, ""), Mark(9, 4, "")])
def test_marks_that_do_not_fit_the_text_harm_nothing(mark: Mark) -> None:
    shown = pieces(TEXT, contacts=[mark], is_revealed=True)

    assert "".join(piece.text for piece in shown) == TEXT


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-3, 70), st.integers(-3, 70)), max_size=5))
def test_whatever_is_marked_no_letter_is_lost(text: str, places: list[tuple[int, int]]) -> None:
    marks = [Mark(start, end, "") for start, end in places]

    assert "".join(piece.text for piece in pieces(text, contacts=marks, is_revealed=True)) == text
    assert sum(len(piece.text) for piece in pieces(text, contacts=marks)) == len(text)


def test_a_piece_names_what_marks_it() -> None:
    shown = pieces(TEXT, contacts=[], words=[Mark(0, 10, "", "a"), Mark(5, 12, "", "b"), Mark(8, 9, "")])

    assert [(piece.text, piece.keys) for piece in shown if piece.marked] == [
        ("text ", ("a",)),
        ("me on", ("a", "b")),
        (" +", ("b",)),
    ]


def test_a_contact_is_never_cut_by_a_mark() -> None:
    shown = pieces(TEXT, contacts=[Mark(11, 26, "phone", "a")], words=[Mark(0, 20, "", "b")])

    assert [(piece.text, piece.keys) for piece in shown if piece.hidden] == [("+•• •••• ••••42", ("b", "a"))]


def test_a_known_contact_is_found_wherever_it_is_repeated() -> None:
    found = list(occurrences(["900142"], "900142 or 900142"))

    assert [(mark.start, mark.end) for mark in found] == [(0, 6), (10, 16)]


@pytest.mark.parametrize(
    ("explanation", "hidden"),
    [
        ("a telephone number, read as +447700900142 (GB)", "+447700900142"),
        ("an e-mail address, sam@mail.example", "sam@mail.example"),
        ("a handle, read as rowan_vale on a social network", "rowan_vale"),
        ("a link to chat.example", "chat.example"),
    ],
)
def test_an_explanation_does_not_give_away_what_it_explains(explanation: str, hidden: str) -> None:
    shown = "".join(piece.text for piece in pieces(explanation, contacts=readings(explanation)))

    assert hidden not in shown
    assert shown.split()[0] == explanation.split()[0]


@pytest.mark.parametrize(
    ("rule", "kind", "hides"),
    [
        (Ground.CONTACT_SHARED, Kind.SOCIAL_HANDLE, True),
        (Ground.CONTACT_REQUESTED, Kind.PHONE, True),
        (Ground.CONTACT_REQUESTED, Kind.MESSAGING_APP, False),
        (Ground.OFFSITE_HARM, Kind.OTHER, False),
    ],
)
def test_an_invitation_can_be_read_and_a_contact_cannot(rule: Ground, kind: Kind, hides: bool) -> None:
    assert is_contact(rule, kind) is hides
