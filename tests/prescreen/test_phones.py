"""Telephone numbers: what is found by its form, exactly where it stands, and what is something else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.prescreen import Kind, Message, gate, phones
from moderation.prescreen.allowlist import allowed
from moderation.prescreen.contract import Options
from moderation.prescreen.fold import fold
from moderation.prescreen.lexicon import table
from moderation.prescreen.lines import Clue, Line

KNOWN = allowed(Options())


def line(text: str) -> Line:
    folded = fold(text)
    return Line(0, Message("m1", "u1", text), gate.topics_of(folded.text), folded)


def clues(text: str) -> list[Clue]:
    return list(phones.find(line(text), KNOWN))


def typed(clue: Clue) -> str:
    start, end = clue.line.folded.span(clue.start, clue.end)
    return clue.line.message.text[start:end]


SURE = [
    ("if the nights get long it's (971) 555-0146, any hour", "(971) 555-0146", "+19715550146"),
    ("I'm on +44 7700 900 381.", "+44 7700 900 381", "+447700900381"),
    ("0491 570 006 - that's Bev's kitchen, she'll fetch me", "0491 570 006", "+61491570006"),
    ("mon fixe c'est le 06.39.98.41.07 voilà", "06.39.98.41.07", ""),
    ("meine nummer 0176/04069033", "0176/04069033", ""),
    ("text me: 0 7 7 0 0 9 0 0 3 1 8", "0 7 7 0 0 9 0 0 3 1 8", "+447700900318"),
    ("save this 07700900245 before they wipe it", "07700900245", "+447700900245"),
    ("4️⃣1️⃣5️⃣ 5️⃣5️⃣5️⃣ 0️⃣1️⃣6️⃣3️⃣ whenever", "4️⃣1️⃣5️⃣ 5️⃣5️⃣5️⃣ 0️⃣1️⃣6️⃣3️⃣", "+14155550163"),
    ("mera number le lo ९०००० ००४१७", "९०००० ००४१७", "+919000000417"),
    ("the switch puts you through, 555-0175 ext. 31", "555-0175 ext. 31", ""),
    (
        "hum it: oh double seven, double oh, nine hundred, two six four",
        "oh double seven, double oh, nine hundred, two six four",
        "+447700900264",
    ),
    ("nine-oh-one, five five 5, oh one 6 two", "nine-oh-one, five five 5, oh one 6 two", "+19015550162"),
    ("apunta: seis doce, triple cero, cuatro diecisiete", "seis doce, triple cero, cuatro diecisiete", ""),
    (
        "zéro six, trente-neuf, quatre-vingt-dix-huit, zéro sept, douze",
        "zéro six, trente-neuf, quatre-vingt-dix-huit, zéro sept, douze",
        "",
    ),
    (
        "null eins sieben sechs, null vier null sechs neun, acht acht",
        "null eins sieben sechs, null vier null sechs neun, acht acht",
        "",
    ),
    ("(8I2) 555-OI8O", "(8I2) 555-OI8O", "+18125550180"),
    ("7\n7\n3\n5\n5\n5\n0\n1\n0\n8", "7\n7\n3\n5\n5\n5\n0\n1\n0\n8", "+17735550108"),
    ("wpp 11 90000-0437 me chama", "11 90000-0437", ""),
    ("00 44 7700 900 553 from a call box", "00 44 7700 900 553", "+447700900553"),
    ("0044 (0)7700 900553", "0044 (0)7700 900553", "+447700900553"),
    ("07.700.900.123 capisci", "07.700.900.123", "+447700900123"),
    ("cell 3125550177", "3125550177", "+13125550177"),
    ("call 404 555 0116, 24/7", "404 555 0116", "+14045550116"),
]

POSSIBLE = ["3125550177", "did you say 5550142", "dog tag a4155550163", "luna_4155550163"]

SOMETHING_ELSE = [
    "order number 4155550163 never came",
    "tracking 0770 090 0318 says out for delivery",
    "Samaritans are on 116 123, day and night",
    "call or text nine eight eight, or text HOME to 741741",
    "born 02/07/1989, moved out 11/09/2007",
    "slept 01:30, 03:15, 04:40 then gave up",
    "in for 4, hold for 7, out for 8",
    "ten nine eight seven six five four three two one",
    "5 4 3 2 1 and still the carpet is the only thing I feel",
    "they owe me $4,155,550",
    "sertraline 50 100 150 200 mg over the year",
    "21-15, 15-21, 21-19 and we still lost",
    "my heart did 120 130 140 150 bpm",
    "from 1998 to 2004, 2011 and 2016 2017",
    "ISBN 978 0 14 044913 6",
    "51.50722, -0.12750 is where the bench was",
    "the router is 192.168.1.254",
    "1111111 likes",
    "count down from a hundred in sevens: 93 86 79 72 65",
    "one of three things, two of them mine",
]


@pytest.mark.parametrize(("text", "datum", "contact"), SURE)
def test_a_telephone_number_is_found(text: str, datum: str, contact: str) -> None:
    (clue,) = clues(text)
    assert typed(clue) == datum
    assert clue.kind is Kind.PHONE
    assert clue.score >= 0.6
    assert contact in {"", clue.contact}


@pytest.mark.parametrize("text", POSSIBLE)
def test_digits_that_may_be_one_are_doubtful(text: str) -> None:
    (clue,) = clues(text)
    assert 0.2 < clue.score < 0.5


@pytest.mark.parametrize("text", SOMETHING_ELSE)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert clues(text) == []


def test_two_numbers_side_by_side_are_two() -> None:
    found = clues("07700 900123, 07700 900124")
    assert [typed(clue) for clue in found] == ["07700 900123", "07700 900124"]


def test_a_private_number_beside_a_published_one_is_found() -> None:
    (clue,) = [clue for clue in clues("Samaritans 116 123, and my cell is 702-555-0163") if clue.score >= 0.5]
    assert clue.contact == "+17025550163"


def test_an_unlisted_line_is_only_possible() -> None:
    assert all(clue.score < 0.5 for clue in clues("the domestic abuse helpline there is 0332 111 4455"))


def test_the_number_of_a_meeting_is_no_telephone_number() -> None:
    (clue,) = clues("we sit together on zoom, 871 0042 6615, Wednesdays")
    assert (clue.kind, clue.contact) == (Kind.MESSAGING_APP, "87100426615")


def test_how_the_number_was_written_is_told() -> None:
    assert "in words" in clues("seven seven three, triple five, oh one oh eight")[0].why


PIECES = st.sampled_from(
    ["call ", "555", "0118", "+44", "(", ")", ".", "/", "one ", "double ", "ext 4", "order ", "\n", "é", " "]
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join)))
def test_spans_are_in_range_and_ordered(text: str) -> None:
    end = 0
    for clue in sorted(clues(text), key=lambda clue: clue.start):
        assert 0 <= clue.start < clue.end <= len(clue.line.text)
        assert end <= clue.end
        assert 0 < clue.score < 1
        end = clue.end


@settings(max_examples=100, deadline=None)
@given(
    st.integers(200, 989),
    st.integers(100, 199),
    st.sampled_from(["{} 555 0{}", "({}) 555-0{}", "{}.555.0{}", "{}-555-0{}"]),
)
def test_american_numbers_are_found_in_any_dress(area: int, last: int, dress: str) -> None:
    number = dress.format(area, last)
    if not KNOWN.number("".join(filter(str.isdigit, number))):
        (clue,) = clues(f"so. {number} ok")
        assert typed(clue) == number


def test_the_lists_about_telephones_are_well_formed() -> None:
    lists = table("phones")
    assert set(lists) == {"plans", "abroad", "anywhere", "businesses", "pieced", "grouping", "labels", "units"}
    assert all(len(region) == 2 and region.isupper() for region in lists["plans"])
    assert all(phones.plausible(number) for number in ("07700900123", "4155550123", "+49176040690".strip("+")))
    assert all(7 <= sum(sizes) <= 13 for rows in lists["grouping"].values() for sizes in rows)
    words = [word for name in ("telephone", "something_else") for word in lists["labels"][name]]
    assert len(words) == len(set(words))
    assert all(word == word.lower() for word in words)
