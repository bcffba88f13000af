"""E-mail addresses in every spelling, and the talk that only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen import Kind, Options, emails
from moderation.prescreen.allowlist import allowed
from tests.prescreen.detecting import HOSTILE, KNOWN, check_spans, line_of, seconds, typed

FOUND = [
    ("its hazel.b+chat@fern.example, any time", "hazel.b+chat@fern.example", "hazel.b+chat@fern.example"),
    ("Write: Otto_K@GMX.DE.", "Otto_K@GMX.DE", "otto_k@gmx.de"),
    ("mossy.hat@gmail", "mossy.hat@gmail", "mossy.hat@gmail"),
    ("its tim dot reed at yahoo dot co dot uk", "tim dot reed at yahoo dot co dot uk", "tim.reed@yahoo.co.uk"),
    ("plum [at] orchardpost [dot] net pls", "plum [at] orchardpost [dot] net", "plum@orchardpost.net"),
    ("brindle{at}hearth{dot}studio", "brindle{at}hearth{dot}studio", "brindle@hearth.studio"),
    ("rook (a) posteo . de", "rook (a) posteo . de", "rook@posteo.de"),
    ("a luz punto vega arroba hotmail punto com", "luz punto vega arroba hotmail punto com", "luz.vega@hotmail.com"),
    ("mira tiret du bas sept arobase sfr point net", "mira tiret du bas sept arobase sfr point net", "mira_7@sfr.net"),
    ("gufo punto blu chiocciola libero punto it", "gufo punto blu chiocciola libero punto it", "gufo.blu@libero.it"),
    ("sowa kropka 5 małpa poczta kropka pl", "sowa kropka 5 małpa poczta kropka pl", "sowa.5@poczta.pl"),
    ("uiltje apenstaartje ziggo punt nl", "uiltje apenstaartje ziggo punt nl", "uiltje@ziggo.nl"),
    ("сова собака почта точка ру", "сова собака почта точка ру", "сова@почта.ru"),
    ("उल्लू ऐट याहू डॉट इन", "उल्लू ऐट याहू डॉट इन", "उल्लू@याहू.in"),
    ("f e r n @ m o s s h o l l o w . c a f e", "f e r n @ m o s s h o l l o w . c a f e", "fern@mosshollow.cafe"),
    ("otter 2 1 at proton dot me", "otter 2 1 at proton dot me", "otter21@proton.me"),
    ("wren_in_rain, gmail com", "wren_in_rain, gmail com", "wren_in_rain@gmail.com"),
    ("just my_pebble_9 gmail", "my_pebble_9 gmail", "my_pebble_9@gmail"),
    ("my gmail is otter.paws22", "otter.paws22", "otter.paws22@gmail"),
    ("tоаdfl@x is no, but tоаd@рrоtоn.mе is", "tоаd@рrоtоn.mе", "toad@proton.me"),
    ("briar-dash-fox-at-inkwell-dot-se", "briar-dash-fox-at-inkwell-dot-se", "briar-fox@inkwell.se"),
    ("ǝldɯɐxǝ˙ʇsod@ɐunl", "ǝldɯɐxǝ˙ʇsod@ɐunl", "luna@post.example"),
    ("wendell at googlemail", "wendell at googlemail", "wendell@googlemail"),
]  # fmt: skip

OTHER_KINDS = [
    ("pay sunil.tea@okaxis", "sunil.tea@okaxis", Kind.OTHER),
    ("im @nightowl@forest.social there", "@nightowl@forest.social", Kind.SOCIAL_HANDLE),
    ("@pale-reed:hollow.chat on matrix", "@pale-reed:hollow.chat", Kind.MESSAGING_APP),
]

CLEAN = [
    "look at the dot on the map, come on in",
    "we met at dot net club and it was good at all",
    "I work at google and he is at outlook hr",
    "dinner @ 7.30 with the kids",
    "see you @ the cafe.com on",
    "Has anyone apologised at any point in these years?",
    "They've taken away my AOL after twenty-six years.",
    "she looks at me. im seventeen",
    "i changed my gmail password and my yahoo too",
    "the point is at least we stop at home",
    "email jo@samaritans.org or see nhs.uk",
    "at @ at dot at",
]


@pytest.mark.parametrize(("text", "datum", "address"), FOUND)
def test_an_address_is_found_with_its_exact_characters(text: str, datum: str, address: str) -> None:
    clue = max(emails.find(line_of(text), KNOWN), key=lambda clue: clue.score)
    assert (typed(clue), clue.contact, clue.kind) == (datum, address, Kind.EMAIL)


@pytest.mark.parametrize(("text", "datum", "kind"), OTHER_KINDS)
def test_addresses_of_the_same_shape_have_their_own_kind(text: str, datum: str, kind: Kind) -> None:
    clue = next(iter(emails.find(line_of(text), KNOWN)))
    assert (typed(clue), clue.kind) == (datum, kind)


@pytest.mark.parametrize("text", CLEAN)
def test_talk_is_left_alone(text: str) -> None:
    assert [typed(clue) for clue in emails.find(line_of(text), KNOWN) if clue.score >= 0.5] == []


def test_plain_is_surer_than_spelled_and_spelled_than_half_an_address() -> None:
    texts = ["otter@gmail.com", "otter at gmail dot com", "otter.paws at gmail", "otter at gmail"]
    scores = [max(clue.score for clue in emails.find(line_of(text), KNOWN)) for text in texts]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] >= 0.9 > 0.5 > scores[-1]


def test_an_address_that_the_deployment_publishes_is_cleared() -> None:
    known = allowed(Options(allowed=("care@haven.example", "haven.test")))
    assert list(emails.find(line_of("care@haven.example or anyone@haven.test"), known)) == []
    assert list(emails.find(line_of("other@haven.example"), known))


@given(st.text(alphabet=st.sampled_from("ab1.@_- ()\nатк🌸"), max_size=60) | st.text(max_size=60))
def test_spans_are_in_range_whatever_the_text(text: str) -> None:
    check_spans(emails.find(line_of(text), KNOWN), text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_costs_little(text: str) -> None:
    line = line_of(text)
    assert seconds(lambda: list(emails.find(line, KNOWN))) < 0.03
