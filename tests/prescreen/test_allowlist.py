"""Published lines are cleared in every usual way of writing; a private number beside one is not."""

import re

import phonenumbers
import pytest

from moderation.prescreen import Options
from moderation.prescreen.allowlist import allowed, names_a_service
from moderation.prescreen.lexicon import table
from tests.prescreen.detecting import KNOWN

LINES = table("services")["line"]


def ways(number: str, country: str) -> set[str]:
    """How people would write one line: at home, and from abroad with the code of its country."""
    digits = re.sub(r"\D", "", number)
    code = phonenumbers.country_code_for_region(country)
    if number.startswith(("+", "00")) or len(digits) <= 4 or not code:
        return {digits}
    if code == 1:
        national = digits.removeprefix("1")
        return {national, "1" + national, "+1" + national}
    national = digits.removeprefix("0")
    return {digits, f"+{code}{national}", f"00{code}{national}"}


@pytest.mark.parametrize("line", LINES, ids=[f"{line['country']}-{line['number']}" for line in LINES])
def test_every_line_is_cleared_in_every_usual_way_of_writing(line: dict[str, str]) -> None:
    assert all(KNOWN.number(way) for way in ways(line["number"], line["country"]))


@pytest.mark.parametrize(
    "number",
    ["988", "741741", "116123", "08001111", "+44116123", "18002738255", "8002738255", "85258", "131114", "3114"],
)
def test_a_sample_of_well_known_lines(number: str) -> None:
    assert KNOWN.number(number)


@pytest.mark.parametrize(
    "number", ["7025550163", "07700900142", "03001234567", "03451234567", "0612345678", "9000000417", "13", "5550118"]
)
def test_private_numbers_and_shapes_that_are_private_somewhere_are_not(number: str) -> None:
    assert not KNOWN.number(number)


NAMED = [
    ("the local crisis centre is 01632 960 144", "01632 960 144"),
    ("Surgery's number: 01632 960 145", "01632 960 145"),
    ("01632 960 146 is the out of hours team", "01632 960 146"),
    ("die Praxis hat die 0209 0000 17", "0209 0000 17"),
    ("taxi firm, 01632 960 147, always late", "01632 960 147"),
]

NOT_NAMED = [
    ("Samaritans 116 123, or my cell 702-555-0163", "702-555-0163"),
    ("samaritans are 116 123 otherwise 07700900163", "07700900163"),
    ("call the police or me, 07700 900 163", "07700 900 163"),
    ("I was at the clinic. Text 07700 900 163", "07700 900 163"),
    ("ring 07700 900 163, i work at the surgery", "07700 900 163"),
    ("crisis or no crisis its 07700 900 163", "07700 900 163"),
]


@pytest.mark.parametrize(("text", "number"), NAMED)
def test_the_service_beside_a_number_names_it(text: str, number: str) -> None:
    start = text.index(number)
    assert names_a_service(text, start, start + len(number))


@pytest.mark.parametrize(("text", "number"), NOT_NAMED)
def test_a_service_elsewhere_in_the_message_names_nothing(text: str, number: str) -> None:
    start = text.index(number)
    assert not names_a_service(text, start, start + len(number))


def test_a_deployment_adds_numbers_domains_and_addresses() -> None:
    known = allowed(Options(allowed=("+44 1632 960 188", "www.owls.example", "care@haven.example")))
    assert all(known.number(number) for number in ("01632960188", "+441632960188", "00441632960188"))
    assert known.host("owls.example")
    assert known.host("www.owls.example")
    assert known.address("Care@haven.example")
    assert not known.number("01632960189")
    assert not known.host("owls.example.evil.test")


def test_the_words_that_name_a_service_are_patterns_without_groups() -> None:
    naming = table("services")["naming"]
    words = [*naming["own"], *naming["turns"], *(word for group in naming["services"].values() for word in group)]
    assert all(re.compile(word).groups == 0 for word in words)
    assert all(word == word.lower() for word in words)
