# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Gate, glance, detectors and judge together: what is found, and what must be left alone."""

import pytest

from moderation.prescreen import Finding, Kind, Options, Rule, Stretch, screen, screen_all
from tests.prescreen.talks import said, talk

SHARED = [
    ("my number is (503) 555-0118", Kind.PHONE, "(503) 555-0118"),
    ("ring me on +44 7700 900142 tonight", Kind.PHONE, "+44 7700 900142"),
    ("text me: 0 7 7 0 0 9 0 0 3 1 8", Kind.PHONE, "0 7 7 0 0 9 0 0 3 1 8"),
    ("ring oh double seven double oh, nine double oh, five one six", Kind.PHONE, "oh double seven double oh, nine double oh, five one six"),
    ("apunta: seis doce, cero cero cero, cuatro diecisiete", Kind.PHONE, "seis doce, cero cero cero, cuatro diecisiete"),
    ("4️⃣1️⃣5️⃣ 5️⃣5️⃣5️⃣ 0️⃣1️⃣6️⃣3️⃣ call me", Kind.PHONE, "4️⃣1️⃣5️⃣ 5️⃣5️⃣5️⃣ 0️⃣1️⃣6️⃣3️⃣"),
    ("mera number le lo ९०००० ००४१७", Kind.PHONE, "९०००० ००४१७"),
    ("follow me on insta its @mothlight.jpeg", Kind.SOCIAL_HANDLE, "@mothlight.jpeg"),
    ("👻: mossy.tadpole", Kind.MESSAGING_APP, "mossy.tadpole"),
    ("add me my user is bunnywaffle_7731", Kind.SOCIAL_HANDLE, "bunnywaffle_7731"),
]  # fmt: skip

REQUESTED = [
    "can i have your number?",
    "what's your insta",
    "can we move to whatsapp or something",
    "Are you on Instagram? I'd like to follow you.",
    "want my number?",
    "how could I reach you outside of here?",
    "is there somewhere more private we could go, another app or whatever",
    "Would you ever want to get a coffee, in person I mean?",
    "me pasas tu whats?",
]

OFFSITE = [
    "like i told you on discord last night im scared",
    "sorry i left you on read on insta yesterday",
    "did u see the pic i sent u on whatsapp",
    "I rang you eleven times last night",
]

CLEAN = [
    "Samaritans are free on 116 123, or email jo@samaritans.org",
    "call or text nine eight eight, that's 988, or text HOME to 741741",
    "Childline is 0800 1111",
    "in for 4, hold for 7, out for 8. ten nine eight seven six five four three two one",
    "PHQ-9 17 down from 22, GAD-7 15",
    "sertraline 150, quetiapine 25 at nite, propranolol 10mg x3",
    "02/07/2023, 5:55 in the morning",
    "We lost 21-15, 15-21, 21-19",
    "my order number is 4155550163 and it never came",
    "my order number is 4471 2290 18",
    "my ex blocked me on instagram, snap AND spotify",
    "she blocked me on instagram and then on whatsapp and then she changed her number",
    "there is so much discord in my house",
    "I keep waiting for a signal to go home",
    "Just message me here whenever you want",
    "I can't share my number, and please don't ask for mine",
    "he asked for my snap and i said no",
    "are we allowed to give people our email?",
    "Call me crazy but I miss the hospital",
    "Please add me to your prayers",
]


@pytest.mark.parametrize(("text", "kind", "datum"), SHARED)
def test_shared_contact_is_found_with_its_exact_characters(text: str, kind: Kind, datum: str) -> None:
    finding = next(f for f in screen(said(text)) if f.rule is Rule.CONTACT_SHARED)
    assert finding.kind is kind
    assert [text[span.start : span.end] for span in finding.spans] == [datum]


@pytest.mark.parametrize("text", REQUESTED)
def test_requests_are_found(text: str) -> None:
    assert Rule.CONTACT_REQUESTED in {finding.rule for finding in screen(said(text))}


@pytest.mark.parametrize("text", OFFSITE)
def test_contact_outside_is_found(text: str) -> None:
    assert Rule.OFFSITE_CONTACT in {finding.rule for finding in screen(said(text))}


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_like_contact_is_left_alone(text: str) -> None:
    assert screen(said(text)) == []


def test_an_encoded_address_is_read() -> None:
    finding = screen(said("dGFtc2luLnF1aWxsYnlAZXhhbXBsZS5vcmc="))[0]
    assert "tamsin.quillby@example.org" in finding.explanation


def test_a_private_number_beside_a_helpline_is_found() -> None:
    finding = screen(said("Samaritans 116 123, or my cell 702-555-0163"))[0]
    assert len(finding.spans) == 1
    assert finding.spans[0].contact == "+17025550163"


def test_a_number_in_pieces_is_one_finding_over_its_messages() -> None:
    chat = talk(("u1", "213"), ("u2", "?"), ("u1", "555"), ("u1", "0181"))
    finding = next(f for f in screen(chat) if f.rule is Rule.CONTACT_SHARED)
    assert finding.messages == ("m1", "m3", "m4")
    assert finding.spans[0].contact == "+12135550181"


def test_a_deployment_has_names_of_its_own_for_a_medium() -> None:
    chat = said("my orbitroom is luna_77")
    options = Options(private_terms={"orbitroom": "messaging_app"})
    assert any(finding.kind is Kind.MESSAGING_APP for finding in screen(chat, options=options))


def test_screened_together_or_alone_is_the_same() -> None:
    chats = [said(text) for text, _, _ in SHARED[:5]]
    chats += [said(*CLEAN[:3]), said(), talk(("u1", "213"), ("u2", "?"), ("u1", "555"), ("u1", "0181"))]
    stretches = [Stretch(chat, len(chat.messages) // 2) for chat in chats]
    together = screen_all(stretches)
    assert any(together)
    for stretch, found in zip(stretches, together, strict=True):
        assert _gist(found) == _gist(screen(stretch.conversation, since=stretch.since))


def _gist(found: list[Finding]) -> list[object]:
    return [(one.rule, one.actor, one.messages, one.spans, pytest.approx(one.score, abs=1e-3)) for one in found]


def test_nothing_to_screen_finds_nothing() -> None:
    assert screen_all([]) == []


def test_an_earlier_message_still_contends_for_what_a_later_one_completes() -> None:
    chat = talk(("u1", "my number starts 213"), ("u2", "?"), ("u1", "555"), ("u1", "0181"))
    whole = [one for one in screen(chat) if one.rule is Rule.CONTACT_SHARED]
    assert _gist([one for one in screen(chat, since=3) if one.rule is Rule.CONTACT_SHARED]) == _gist(whole)
