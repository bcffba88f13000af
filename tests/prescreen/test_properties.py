"""What holds for any text at all."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.prescreen import Conversation, screen
from tests.prescreen.talks import talk

PIECES = st.sampled_from(
    [
        "call me ",
        "555",
        "0118",
        "@",
        ".",
        "gmail.com ",
        "snap ",
        "ｓｎａｐ ",
        "１２３",
        "\u200b",
        "é",
        "́",
        "\ud800",
        "one two ",
        "🌸",
        "if u ",
        "\n",
    ]
)
TEXT = st.one_of(st.text(alphabet=st.characters(), max_size=120), st.lists(PIECES, max_size=25).map("".join))
CHAT = st.lists(st.tuples(st.sampled_from(["u1", "u2"]), TEXT), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(CHAT)
def test_spans_are_in_range_ordered_and_apart(turns: list[tuple[str, str]]) -> None:
    chat = talk(*turns)
    texts = {message.id: message.text for message in chat.messages}
    order = {message.id: place for place, message in enumerate(chat.messages)}
    for finding in screen(chat):
        keys = [(order[span.message], span.start, span.end) for span in finding.spans]
        assert keys == sorted(keys)
        assert all(0 <= span.start < span.end <= len(texts[span.message]) for span in finding.spans)
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in itertools.pairwise(keys))
        assert set(finding.messages) <= set(texts)
        assert 0 <= finding.score <= 1


@settings(max_examples=60, deadline=None)
@given(CHAT)
def test_screening_twice_gives_the_same(turns: list[tuple[str, str]]) -> None:
    assert screen(talk(*turns)) == screen(talk(*turns))


@settings(max_examples=60, deadline=None)
@given(CHAT, st.integers(0, 6))
def test_since_only_leaves_findings_out(turns: list[tuple[str, str]], since: int) -> None:
    chat: Conversation = talk(*turns)
    everything = screen(chat)
    later = screen(chat, since=since)
    assert [finding for finding in everything if finding in later] == later
