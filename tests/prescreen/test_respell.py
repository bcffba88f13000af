"""Spaced, starred and l33t spellings are undone; figures and lists stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen.fold import fold
from moderation.prescreen.respell import respell
from tests.prescreen.detecting import HOSTILE, seconds

UNDONE = [
    ("k i k", "kik"),
    ("find me on s n a p", "find me on snap"),
    ("s.n.a.p or d-i-s-c-o-r-d", "snap or discord"),
    ("q*u*i*e*t*o*t*t*e*r", "quietotter"),
    ("🌸m🌸o🌸s🌸s🌸", "🌸moss🌸"),
    ("my sn@p", "my snap"),
    ("got 1nsta or d1sc0rd", "got insta or discord"),
    ("wh4ts4pp", "whatsapp"),
    ("inst*gram, sn*pchat", "instagram, snapchat"),
    ("snaaaap meee", "snap meee"),
    ("luna at y4h00", "luna at yahoo"),
]

LEFT_ALONE = [
    "5 5 5 0 1 2 3 4",
    "in 4 3 2 1, out 5 6 7 8",
    "quiet_otter77",
    "sooooo tired",
    "f*ck this b*tch",
    "a1 b2 c3",
    "i am so sad",
    "m0ss.g1rl",
]


@pytest.mark.parametrize(("text", "plain"), UNDONE)
def test_tricks_are_undone(text: str, plain: str) -> None:
    assert respell(fold(text)).text == plain


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_the_rest_is_returned_as_it_came(text: str) -> None:
    folded = fold(text)
    assert respell(folded) is folded


def test_a_span_goes_back_to_the_spaced_letters() -> None:
    text = "its s-n-a-p ok"
    read = respell(fold(text))
    at = read.text.index("snap")
    start, end = read.span(at, at + 4)
    assert text[start:end] == "s-n-a-p"


@given(st.text(alphabet="ab5.-* @$0\n", max_size=60))
def test_sources_stay_in_range_and_in_order(text: str) -> None:
    read = respell(fold(text))
    if read.source is not None:
        assert len(read.source) == len(read.text)
        assert read.source == sorted(read.source)
        assert all(0 <= at < len(text) for at in read.source)


@pytest.mark.parametrize("text", [*HOSTILE, "a*b*" * 1250, "ab*c def*g " * 450, "4a4 " * 1250])
def test_hostile_text_costs_little(text: str) -> None:
    folded = fold(text)
    assert seconds(lambda: respell(folded)) < 0.03
