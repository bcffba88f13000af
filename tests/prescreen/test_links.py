"""Links, invitations and profiles, plain and spelled out, and the links that lead to nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen import Kind, Options, hosts, links, spoken
from moderation.prescreen.allowlist import allowed
from moderation.prescreen.lexicon import table
from tests.prescreen.detecting import HOSTILE, KNOWN, check_spans, line_of, seconds, typed

FOUND = [
    ("here https://chat.whatsapp.com/Kt3mossQ9.", "https://chat.whatsapp.com/Kt3mossQ9", Kind.MESSAGING_APP),
    ("wa.me/15555550142", "wa.me/15555550142", Kind.MESSAGING_APP),
    ("discord.gg/owlcellar, bring tea", "discord.gg/owlcellar", Kind.MESSAGING_APP),
    ("just .gg/owlcellar", ".gg/owlcellar", Kind.MESSAGING_APP),
    ("tg://resolve?domain=fernowl", "tg://resolve?domain=fernowl", Kind.MESSAGING_APP),
    ("all of me: linktr.ee/fern.owl", "linktr.ee/fern.owl", Kind.URL),
    ("fern-owl.tumblr.com", "fern-owl.tumblr.com", Kind.SOCIAL_HANDLE),
    ("fill this forms.gle/a8Kq2", "forms.gle/a8Kq2", Kind.URL),
    ("meet.google.com/abc-defg-hij", "meet.google.com/abc-defg-hij", Kind.URL),
    ("paypal.me/fernowl", "paypal.me/fernowl", Kind.OTHER),
    ("reddit.com/u/fern_owl", "reddit.com/u/fern_owl", Kind.SOCIAL_HANDLE),
    ("discord dot gg slash owlcellar", "discord dot gg slash owlcellar", Kind.MESSAGING_APP),
    ("discord gg slash owlcellar", "discord gg slash owlcellar", Kind.MESSAGING_APP),
    ("discord . gg / owlcellar", "discord . gg / owlcellar", Kind.MESSAGING_APP),
    ("t(.)me/fernowl", "t(.)me/fernowl", Kind.MESSAGING_APP),
    ("instagram punto com barra fern_owl", "instagram punto com barra fern_owl", Kind.SOCIAL_HANDLE),
    ("fernowl (punto) blogspot (punto) com", "fernowl (punto) blogspot (punto) com", Kind.URL),
    ("linktree slash fernowl", "linktree slash fernowl", Kind.URL),
    ("monzo.me slash fern_owl", "monzo.me slash fern_owl", Kind.OTHER),
    ("https://7cups.com.fern-owl.net/room", "https://7cups.com.fern-owl.net/room", Kind.URL),
    ("7cuрs.com/chat", "7cuрs.com/chat", Kind.URL),
    ("7cupz.com is new", "7cupz.com", Kind.URL),
    ("hxxp://fernowl.example/hello", "hxxp://fernowl.example/hello", Kind.URL),
]

UNSURE = [
    "read fernowl.example/about",
    "it is on fernowl.net",
    "youtube.com/watch?v=abc123",
    "x.com/someone/status/12345",
]

CLEAN = [
    "https://www.7cups.com/@MapleListener and community.7cups.com/forum",
    "https://www.nhs.uk/mental-health/ or mind.org.uk",
    "en.wikipedia.org/wiki/Owl",
    "I play on chess.com and post on instagram.com",
    "those were hard days.Thanks for that. Me too",
    "e.g. this, i.e. that, at 5 a.m. in the U.S. with 3.5 stars",
    "I had to stop. Did it stop? Make it stop.",
    "the little green dot. you can call me Dot",
    "and slash or, dot dot dot",
    "write to fern@owl.example",
]


@pytest.mark.parametrize(("text", "datum", "kind"), FOUND)
def test_a_link_is_found_with_its_exact_characters(text: str, datum: str, kind: Kind) -> None:
    clue = max(links.find(line_of(text), KNOWN), key=lambda clue: clue.score)
    assert (typed(clue), clue.kind) == (datum, kind)
    assert clue.score >= 0.5


@pytest.mark.parametrize("text", UNSURE)
def test_a_link_to_any_page_is_only_possible(text: str) -> None:
    assert all(0.2 <= clue.score <= 0.5 for clue in links.find(line_of(text), KNOWN))
    assert list(links.find(line_of(text), KNOWN))


@pytest.mark.parametrize("text", CLEAN)
def test_published_pages_and_sentences_are_left_alone(text: str) -> None:
    assert list(links.find(line_of(text), KNOWN)) == []


def test_another_deployment_has_its_own_domain() -> None:
    known = allowed(Options(own_domains=("haven.co.uk",), allowed=("owls.example",)))
    assert list(links.find(line_of("chat.haven.co.uk/room www.owls.example/x"), known)) == []
    assert [typed(clue) for clue in links.find(line_of("haven.co.uk.evil.test/a"), known)] == [
        "haven.co.uk.evil.test/a"
    ]


def test_the_lists_of_names_are_complete() -> None:
    lists = table("domains")
    assert {Kind(kind) for kind in lists["link_kinds"]} == {
        Kind.MESSAGING_APP,
        Kind.SOCIAL_HANDLE,
        Kind.URL,
        Kind.OTHER,
    }
    assert {f"weak_{sign}" for sign in ("at", "dot")} | set(spoken.SIGNS) <= set(lists["spoken"])
    assert all(host == host.lower() and "." in host for hosts in lists["link_kinds"].values() for host in hosts)
    assert all(ending == ending.lower() and "." not in ending for ending in hosts.endings())


@given(st.text(alphabet=st.sampled_from("ab1./: -(dot)gg\nт"), max_size=60) | st.text(max_size=60))
def test_spans_are_in_range_whatever_the_text(text: str) -> None:
    check_spans(links.find(line_of(text), KNOWN), text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_costs_little(text: str) -> None:
    line = line_of(text)
    assert seconds(lambda: list(links.find(line, KNOWN))) < 0.03
