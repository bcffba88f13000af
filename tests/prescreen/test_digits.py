"""Digits are read however they are written, and where they stand is exact."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.prescreen.digits import runs
from moderation.prescreen.fold import fold
from moderation.prescreen.lexicon import table
from moderation.prescreen.number_words import NOT_LANGUAGES, number_words

READ = [
    # figures, and letters and signs that stand for them
    ("415-555 0193", "4155550193"),
    ("O4I5 55O l93", "0415550193"),
    ("0\n7\n7\n0\n0", "07700"),
    ("５５５ ０１９３", "5550193"),
    ("(8-3)(4+1)(10/2) 0 1 9 3", "5550193"),
    # English
    ("oh double seven, double oh, nine hundred, four four one", "07700900441"),
    ("two-oh-six. fifty-five five. zero one ninety-three", "2065550193"),
    ("triple five oh one nine three", "5550193"),
    ("five triple, oh, one", "55501"),
    ("three fives and a zero", "5550"),
    ("ten minus one, then twelve", "912"),
    ("four three times", "444"),
    ("seventy seven hundred", "7700"),
    ("five hundred and sixteen", "516"),
    ("nine hundred one two three", "900123"),
    ("four hundred four, five", "4045"),
    ("siks fife fife, ate won tree too", "6558132"),
    ("sixoneseven five5five", "617555"),
    # other languages
    ("seis doce, triple cero, cuarenta y dos, diecisiete", "6120004217"),
    ("onze nove meia sete, três zeros, vinte e um", "119 67000 21".replace(" ", "")),
    ("zéro six trente-neuf quatre-vingt-dix-huit soixante et onze quatre-vingts", "0639987180"),
    ("null eins sieben sechs, vierundzwanzig, dreimal die neun, vierhundertsechs", "0176 24 999 406".replace(" ", "")),
    ("shunya nau aath double saat char", "0 9 8 77 4".replace(" ", "")),
    ("siyam isa pito, tatlong walo", "917888"),
    ("siyam isa siyete, apat na zero", "9170000"),
    ("tre quarantotto zero sette", "34807"),
    ("nul zes vierentwintig dubbel acht", "062488"),
    ("nol delapan satu dobel tiga", "08133"),
    ("sıfır beş otuz iki", "0532"),
    ("ноль девять двадцать один", "0921"),
    ("零七七零零九", "077009"),
    ("शून्य नौ आठ सात", "0987"),
]


@pytest.mark.parametrize(("text", "digits"), READ)
def test_digits_are_read(text: str, digits: str) -> None:
    assert "".join(run.digits for run in runs(fold(text).text)) == digits


SPANS = [
    ("so it's four one five, five five five for now", "four one five, five five five"),
    ("the last four digits are 0193 ok", "0193"),
    ("day 3 of 10: 77", "77"),
    ("first three 404", "404"),
    ("tel o 22 i o 22", "22"),
    ("I won two of the free ones to keep", "two"),
    ("call after nine ate the cake", "nine"),
    ("o 7 7 0 0 is how it starts", "o 7 7 0 0"),
    ("ring oh seven seven, ok?", "oh seven seven"),
]


@pytest.mark.parametrize(("text", "typed"), SPANS)
def test_a_run_ends_where_the_digits_end(text: str, typed: str) -> None:
    assert typed in [text[run.start : run.end] for run in runs(text)]


def test_numbers_kept_apart_by_words_are_two_runs() -> None:
    assert [run.digits for run in runs("2 cats, 14 fleas and I have 7")] == ["2", "14", "7"]


@pytest.mark.parametrize("text", ["user_4155550193", "a4155550193", "#4155550193", "4155550193th"])
def test_letters_that_touch_a_run_are_told(text: str) -> None:
    assert runs(text)[0].attached


PIECES = st.sampled_from(
    [
        "5",
        "0 ",
        "one ",
        "double ",
        "hundred ",
        "minus ",
        "times ",
        "o",
        "l",
        "(2+2)",
        "zeros ",
        "and ",
        "x",
        ",",
        "\n",
        "é",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=40).map("".join)))
def test_runs_are_in_range_ordered_and_hold_digits(text: str) -> None:
    end = 0
    for run in runs(text):
        assert end <= run.start < run.end <= len(text)
        assert run.digits.isdecimal()
        assert all(one.end <= two.start for one, two in zip(run.pieces, run.pieces[1:], strict=False))
        end = run.end


@pytest.mark.parametrize(
    "piece", ["1 ", ".", "one ", "five hundred ", "o ", "double ", "(1-1)", "1a", "1 and ", "- 1 minus "]
)
def test_hostile_text_is_read_in_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            runs(text)
            best = min(best, time.process_time() - start)
        return best

    seconds(1000)
    assert seconds(8000) < 40 * max(seconds(1000), 0.0002)


def test_the_lists_of_number_words_are_well_formed() -> None:
    for language, lists in table("numbers").items():
        if language in NOT_LANGUAGES:
            continue
        parts = {name: words for name, words in lists.items() if name != "loose"}
        assert set(parts) <= {"units", "tens", "scales", "repeats", "plurals", "signs"}
        words = [word for part in parts.values() for row in part.values() for word in row.split()]
        assert all(word == word.lower() for word in words), language
        assert set(lists.get("loose", "").split()) <= set(words), language
        assert all(0 <= int(value) <= 1000 for part in parts.values() for value in part)


def test_a_word_that_two_languages_share_keeps_both() -> None:
    assert {"en", "fr"} <= number_words()["six"].languages
