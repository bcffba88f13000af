# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""What each detector finds, and what it must leave alone: one table a detector."""

import pytest

from moderation.prescreen import Kind, Rule, screen
from tests.prescreen.talks import said

SHARED = [
    ("write to quietfern88@gmail.com", Kind.EMAIL, "quietfern88@gmail.com"),
    ("it is rowan underscore vale at gmail dot com", Kind.EMAIL, "rowan underscore vale at gmail dot com"),
    ("moss.jun [at] yahoo [dot] com", Kind.EMAIL, "moss.jun [at] yahoo [dot] com"),
    ("join https://chat.whatsapp.com/Hq7LmX2vTbN", Kind.MESSAGING_APP, "https://chat.whatsapp.com/Hq7LmX2vTbN"),
    ("it is all on linktr.ee/softcedar.em", Kind.URL, "linktr.ee/softcedar.em"),
    ("talk here https://7cups.com.private-chat.net/r/8", Kind.URL, "https://7cups.com.private-chat.net/r/8"),
    ("follow me on insta its @mothlight.jpeg", Kind.SOCIAL_HANDLE, "@mothlight.jpeg"),
    ("👻: mossy.tadpole", Kind.MESSAGING_APP, "mossy.tadpole"),
    ("add me my user is bunnywaffle_7731", Kind.SOCIAL_HANDLE, "bunnywaffle_7731"),
    ("send cards to 2217 Pennywhistle Ln, Apt 4, Dayton, OH 45499", Kind.POSTAL_ADDRESS, "2217 Pennywhistle Ln, Apt 4, Dayton, OH 45499"),
    ("write to PO Box 9917, Ballarat VIC 3353", Kind.POSTAL_ADDRESS, "PO Box 9917, Ballarat VIC 3353"),
]  # fmt: skip

REQUESTED = [
    "can i have your number?",
    "what's your insta",
    "can we move to whatsapp or something",
    "Are you on Instagram? I'd like to follow you.",
    "want my number?",
    "how would I find you outside of here?",
    "is there somewhere more private we could go, another app or whatever",
    "Would you ever want to get a coffee, in person I mean?",
    "me pasas tu whats?",
    "imate li vi vajber da se cujemo?",
    "혹시 카톡 돼요?",
]

OFFSITE = [
    "like i told you on discord last night im scared",
    "sorry i left you on read on insta yesterday",
    "did u see the pic i sent u on whatsapp",
    "I rang you eleven times last night",
]

CLEAN = [
    "Samaritans are free on 116 123, or email jo@samaritans.org",
    "https://www.7cups.com/@MapleListener",
    "https://www.nhs.uk/mental-health/",
    "my ex blocked me on instagram, snap AND spotify",
    "there is so much discord in my house",
    "I keep waiting for a signal to go home",
    "Just message me here whenever you want",
    "I can't share my number, and please don't ask for mine",
    "he asked for my snap and i said no",
    "are we allowed to give people our email?",
    "those were hard days.Thanks for listening",
    "it was good at all. I met terrible people",
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
