"""What is hidden stays hidden, and a text is never changed by being cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.masking import Mark, mask, segments, snippet

TEXTS = st.text(max_size=200)
MARKS = st.lists(st.builds(Mark, st.integers(0, 220), st.integers(0, 220), st.just("phone")), max_size=6)


@pytest.mark.parametrize(
    ("contact", "masked"),
    [
        ("+44 7700 900142", "+•• •••• ••••42"),
        ("(555) 010-4477", "(•••) •••-••77"),
        ("someone@mail.example", "•••••••@••••.•••••le"),
        ("foo_bar", "•••••••"),
        ("", ""),
        ("double seven oh", "•••••• ••••• oh"),
    ],
)
def test_masks(contact: str, masked: str) -> None:
    assert mask(contact) == masked


@given(TEXTS)
def test_a_mask_is_as_long_as_the_contact_and_shows_two_characters_at_most(contact: str) -> None:
    masked = mask(contact)
    assert len(masked) == len(contact)
    assert sum(char.isalnum() for char in masked) <= 2


@given(TEXTS, MARKS)
def test_the_segments_are_the_text(text: str, marks: list[Mark]) -> None:
    pieces = segments(text, marks)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@given(TEXTS, MARKS)
def test_every_character_under_a_mark_is_in_a_marked_segment(text: str, marks: list[Mark]) -> None:
    place = 0
    for piece in segments(text, marks):
        covered = [any(m.start <= at < m.end for m in marks) for at in range(place, place + len(piece.text))]
        assert set(covered) == {piece.mark is not None}
        place += len(piece.text)


def test_a_snippet_shows_the_surroundings_and_not_the_contact() -> None:
    text = "so anyway " * 20 + "text me on 07700 900142 whenever you can't sleep " + "and so on " * 20
    start = text.index("07700")
    line = snippet(text, [Mark(start, start + 12, "phone")])
    assert "07700" not in line
    assert "text me on ••••• ••••42 whenever" in line
    assert len(line) <= 120
    assert line.startswith("…")
    assert line.endswith("…")


def test_a_second_contact_in_the_surroundings_is_masked_too() -> None:
    text = "mail a@b.example or call 07700 900142"
    marks = [Mark(5, 16, "email"), Mark(25, 37, "phone")]
    assert "b.example" not in snippet(text, marks)
    assert "07700" not in snippet(text, marks)
