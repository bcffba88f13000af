"""Postal addresses by their form; meeting places and schools by the evidence that stands together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen import Kind, Options, places, placewords
from moderation.prescreen.allowlist import allowed
from moderation.prescreen.lexicon import table
from tests.prescreen.detecting import HOSTILE, check_spans, line_of, seconds, typed

ADDRESSES = [
    ("post it to 12 Heron Close, Wexmoor, HX3 9ZZ please", "12 Heron Close, Wexmoor, HX3 9ZZ"),
    ("Flat 2, 40 Tannery Road, Leabridge", "Flat 2, 40 Tannery Road, Leabridge"),
    ("1880 Juniper Ave, Apt 6, Elkhorn, NE 68999", "1880 Juniper Ave, Apt 6, Elkhorn, NE 68999"),
    ("17 Banksia Street, Dunmere VIC 3999", "17 Banksia Street, Dunmere VIC 3999"),
    ("77 Larch Crescent, Ashby, ON N0N 0N0", "77 Larch Crescent, Ashby, ON N0N 0N0"),
    ("PO Box 4410, Redhill NSW 2999", "PO Box 4410, Redhill NSW 2999"),
    ("9 rue des Tilleuls, 99000 Valbrise", "9 rue des Tilleuls, 99000 Valbrise"),
    ("Eulenweg 14, 99999 Finkenau", "Eulenweg 14, 99999 Finkenau"),
    ("calle Olmo Viejo 31, Sotillo", "calle Olmo Viejo 31, Sotillo"),
    ("via dei Gufi 8, 00000 Montalto", "via dei Gufi 8, 00000 Montalto"),
    ("ul. Sowia 5/3, Zalesie", "ul. Sowia 5/3, Zalesie"),
    ("улица Совиная, дом 7", "улица Совиная, дом 7"),
    ("it is at ///otter.lantern.plum", "///otter.lantern.plum"),
]

MEETINGS = [
    ("come to the bench by the boathouse, tuesdays after 4", "the bench by the boathouse, tuesdays after 4"),
    ("gate 2 of the station at six", "gate 2 of the station at six"),
    ("I will be in the cafe opposite Wexmoor library on saturday", "the cafe opposite Wexmoor library on saturday"),
    ("Freitags am Brunnen vor dem Rathaus, 18 uhr", "Freitags am Brunnen vor dem Rathaus, 18 uhr"),
    ("sobota o 17 pod pomnikiem w Zalesiu", "sobota o 17 pod pomnikiem w Zalesiu"),
]

SCHOOLS = [
    ("im in 9T at Heronsgate Academy", "9T at Heronsgate Academy"),
    ("Class 7b, Wexmoor High School", "Class 7b, Wexmoor High School"),
]

CLEAN = [
    "I walked 20 minutes down the road, 3 days in a row",
    "it is 2 hours drive and 5 minutes walk to the park",
    "i took 150 mg at 5 and slept till 9",
    "b12 5mg at night, 10 mg in the morning",
    "we have 4 weeks in this place and one way out",
    "I hate school and my street",
    "i was in hospital on tuesday",
    "breathe in for 4, hold for 7, out for 8",
    "My sister moved house in March",
    "the surgery is at 14 Mill Lane, Hexby",
]


@pytest.mark.parametrize(("text", "datum"), ADDRESSES)
def test_an_address_is_found_with_its_exact_characters(text: str, datum: str) -> None:
    clue = max(places.find(line_of(text)), key=lambda clue: clue.score)
    assert typed(clue) == datum
    assert clue.score >= 0.7


@pytest.mark.parametrize(("text", "datum"), MEETINGS)
def test_a_meeting_place_is_possible_and_no_more(text: str, datum: str) -> None:
    clue = max(places.find(line_of(text)), key=lambda clue: clue.score)
    assert typed(clue) == datum
    assert clue.kind is Kind.OTHER
    assert 0.3 <= clue.score <= 0.6


@pytest.mark.parametrize(("text", "datum"), SCHOOLS)
def test_a_school_with_a_class_is_probable(text: str, datum: str) -> None:
    clue = max(places.find(line_of(text)), key=lambda clue: clue.score)
    assert (typed(clue), clue.kind) == (datum, Kind.OTHER)
    assert clue.score >= 0.5


@pytest.mark.parametrize("text", CLEAN)
def test_talk_of_ways_and_times_is_left_alone(text: str) -> None:
    assert [(typed(clue), clue.score) for clue in places.find(line_of(text))] == []


def test_small_letters_make_an_address_less_sure() -> None:
    (small,) = places.find(line_of("its 12 heron close"))
    (large,) = places.find(line_of("its 12 Heron Close"))
    assert small.score < 0.5 < large.score


def test_an_address_that_the_deployment_publishes_is_cleared() -> None:
    known = allowed(Options(allowed=("12 Heron Close, Wexmoor",)))
    assert list(places.find(line_of("our office: 12 Heron Close, Wexmoor."), known)) == []
    assert list(places.find(line_of("mine: 14 Heron Close, Wexmoor."), known))


def test_words_worth_a_closer_look_are_places_and_not_everyday_words() -> None:
    assert {"bench", "platform", "calle", "academy"} <= placewords.telling_words()
    assert placewords.telling_words().isdisjoint({"in", "house", "way", "hospital"})


def test_the_word_lists_are_as_folded_text_is() -> None:
    groups = [words for part in table("places").values() for words in part.values()]
    assert all(word == word.lower() and word.strip() == word and word for words in groups for word in words)
    for name in ("articles", "before_hour", "after_hour", "abbreviations", "ordinals", "number_signs", "quantities"):
        assert placewords.little(name)


@given(st.text(alphabet=st.sampled_from("aBr1 9,.St\nRoad/"), max_size=80) | st.text(max_size=60))
def test_spans_are_in_range_whatever_the_text(text: str) -> None:
    check_spans(places.find(line_of(text)), text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_costs_little(text: str) -> None:
    line = line_of(text)
    assert seconds(lambda: list(places.find(line))) < 0.05
