"""Words are found as people quote them, and the place is the place in the text as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain.quoting import places

ZERO_WIDTH, TURN = "\u200b", "\u202e"


@pytest.mark.parametrize("words", ["", "   ", ZERO_WIDTH, "elsewhere", "text me on Monday"])
def test_words_that_are_not_there_are_not_found(words: str) -> None:
    assert places("text me on +44 7700 900142", words) == []


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("so text me later", "text me", ["text me"]),
        ("so TEXT  me\nlater", "text me later", ["TEXT  me\nlater"]),
        (f"so te{ZERO_WIDTH}xt me", "text me", [f"te{ZERO_WIDTH}xt me"]),
        (f"a {TURN}text me{TURN}", "text me", ["text me"]),
        ("Straße 5", "strasse 5", ["Straße 5"]),
        ("again and again", "again", ["again", "again"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("call +•• •••• ••••42", "+•• •••• ••••42", ["+•• •••• ••••42"]),
    ],
)
def test_words_are_found_however_they_are_spaced(text: str, words: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in places(text, words)] == found


@given(st.text(max_size=60), st.text(max_size=8))
def test_what_is_found_lies_inside_the_text_and_in_order(text: str, words: str) -> None:
    found = places(text, words)

    assert all(0 <= start < end <= len(text) for start, end in found)
    assert found == sorted(found)


@given(st.text(alphabet="abc xyz", max_size=20), st.text(alphabet="defg", min_size=1), st.text(alphabet="abc xyz"))
def test_a_quotation_is_always_found(before: str, words: str, after: str) -> None:
    assert (len(before), len(before + words)) in places(before + words + after, words)
