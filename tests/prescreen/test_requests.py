"""Blunt requests are located by their form, in several languages; other talk of the same words is not."""

import pytest

from moderation.prescreen import Kind, Message, Rule
from moderation.prescreen.lines import Line
from moderation.prescreen.requests import find


def line(text: str) -> Line:
    return Line(0, Message("m1", "u1", text), frozenset({"noticed"}))


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("omg what's your snap", "what's your snap", Kind.MESSAGING_APP),
        ("whats ur insta?", "whats ur insta", Kind.SOCIAL_HANDLE),
        ("Can I have your number please", "Can I have your number", Kind.PHONE),
        ("so, want my number?", "want my number", Kind.PHONE),
        ("send me your email address", "send me your email address", Kind.EMAIL),
        ("could we switch to whatsapp", "could we switch to whatsapp", Kind.MESSAGING_APP),
        ("me pasas tu número", "me pasas tu numero", Kind.PHONE),
        ("qual é o seu telefone", "qual e o seu telefone", Kind.PHONE),
        ("c'est quoi ton insta", "c'est quoi ton insta", Kind.SOCIAL_HANDLE),
        ("gib mir mal deine nummer", "gib mir mal deine nummer", Kind.PHONE),
        ("apna number do na", "apna number do", Kind.PHONE),
        ("pahingi naman number mo", "pahingi naman number mo", Kind.PHONE),
    ],
)
def test_a_blunt_request_is_located(text: str, words: str, kind: Kind) -> None:
    (clue,) = find(line(text))
    assert clue.line.text[clue.start : clue.end] == words
    assert (clue.rule, clue.kind) == (Rule.CONTACT_REQUESTED, kind)


@pytest.mark.parametrize(
    "text",
    [
        "what's your favourite number",
        "i lost my number at the deli counter",
        "can i have your opinion",
        "send me your thoughts here",
        "let's talk on here tomorrow",
        "a number of your friends",
        "",
    ],
)
def test_other_talk_is_left_alone(text: str) -> None:
    assert list(find(line(text))) == []
