"""One line, without anything that a terminal would obey."""

import pytest

from moderation.domain.plainly import plainly
from tests import hostile
from tests.hostile import Sort


@pytest.mark.parametrize("payload", hostile.of(Sort.TERMINAL, Sort.BIDI, Sort.INVISIBLE), ids=lambda one: one.name)
def test_nothing_is_left_that_a_terminal_obeys(payload: hostile.Payload) -> None:
    shown = plainly(payload.text)

    assert shown.isprintable()
    assert len(shown) == len(payload.text)


@pytest.mark.parametrize("text", ["", "plain words", "żółć 日本 👍", "it's “so”"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plainly(text) == text


def test_what_is_to_be_kept_is_kept() -> None:
    assert plainly("a\n\tb\x1b", keep="\n\t") == "a\n\tb�"
