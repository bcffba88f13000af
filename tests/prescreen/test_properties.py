"""What holds for any text at all."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.prescreen import Finding, Rule, screen
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


LINES = st.sampled_from(
    [
        "hi, rough night again",
        "whats ur snap",
        "its mossy.tadpole on there",
        "213",
        "555",
        "0181",
        "gmail btw",
        "lonely.otter",
        "sorry i cant, its against the rules",
        "my number is (503) 555-0118",
        "like i told you on discord last night",
        "PHQ-9 was 17 this week",
        "can we talk here tomorrow?",
    ]
)
LIFELIKE = st.lists(st.tuples(st.sampled_from(["u1", "u2"]), LINES), min_size=2, max_size=9)


def found(findings: list[Finding]) -> set[tuple[Rule, str, str]]:
    return {(finding.rule, finding.actor, message) for finding in findings for message in finding.messages}


@settings(max_examples=80, deadline=None)
@given(st.one_of(CHAT, LIFELIKE), st.integers(1, 8))
def test_nothing_is_lost_where_a_conversation_is_screened_in_two_goes(turns: list[tuple[str, str]], at: int) -> None:
    chat = talk(*turns)
    first = screen(talk(*turns[:at]))
    second = screen(chat, since=min(at, len(turns)))
    assert found(first) | found(second) >= found(screen(chat))
    assert not [finding for finding in second if found([finding]) <= found(first)]


@pytest.mark.parametrize("since", [0, 1, 2])
def test_only_what_touches_a_new_message_comes_back(since: int) -> None:
    chat = talk(("u1", "my mail is a.b@gmail.com"), ("u2", "thanks, noted"), ("u2", "mine is c.d@gmail.com"))
    later = {message.id for message in chat.messages[since:]}
    assert all(later & set(finding.messages) for finding in screen(chat, since=since))
    assert screen(chat, since=since)
