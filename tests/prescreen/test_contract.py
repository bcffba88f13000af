"""The public face of the pre-screen: what others may rely on."""

import pytest

from moderation.prescreen import Conversation, Finding, Kind, Message, Options, Participant, Rule, screen

PEOPLE = (Participant("u1", "listener", "adult"), Participant("u2", "member", "teen"))


def talk(*turns: tuple[str, str]) -> Conversation:
    messages = tuple(Message(f"m{n}", sender, text) for n, (sender, text) in enumerate(turns, 1))
    return Conversation("c", "one_to_one", PEOPLE, messages)


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "\udfff hi", "\x00", "🏳️‍🌈" * 50, "ﷺ" * 20, "a" * 9000, "\u0301" * 99]
)
def test_any_text_is_screened_without_an_exception(text: str) -> None:
    assert screen(talk(("u1", text))) == []


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert screen(talk(("u1", "How was your day?"), ("u2", "Long. I walked the dog twice."))) == []


def test_a_finding_names_rule_actor_messages_and_the_exact_characters() -> None:
    text = "if it gets bad text me, (503) 555-0118 ok"
    finding = only(screen(talk(("u1", "hi"), ("u2", text))))
    assert (finding.rule, finding.actor, finding.messages, finding.kind) == (
        Rule.CONTACT_SHARED,
        "u2",
        ("m2",),
        Kind.PHONE,
    )
    span = finding.spans[0]
    assert text[span.start : span.end] == "(503) 555-0118"
    assert span.contact == "+15035550118"
    assert 0.5 <= finding.score <= 1
    assert "telephone" in finding.explanation


def test_since_leaves_out_what_was_found_before() -> None:
    chat = talk(("u1", "my mail is a.b@gmail.com"), ("u2", "thanks, noted"), ("u2", "mine is c.d@gmail.com"))
    assert [finding.actor for finding in screen(chat)] == ["u1", "u2"]
    assert [finding.actor for finding in screen(chat, since=1)] == ["u2"]


def test_a_deployment_has_its_own_domains() -> None:
    chat = talk(("u1", "join my room at https://rooms.example.org/x"))
    assert screen(chat)
    assert screen(chat, options=Options(own_domains=("example.org",))) == []
