"""Typed tricks become plain letters; real writing of any script stays itself; every character knows its source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen.fold import fold
from moderation.prescreen.lexicon import table
from tests.prescreen.detecting import seconds

PLAIN = [
    ("ｆｕｌｌ ｗｉｄｔｈ", "full width"),
    ("𝓬𝓾𝓻𝓵𝔂 𝖇𝖔𝖑𝖉 𝟘𝟙", "curly bold 01"),
    ("ⓒⓘⓡⓒⓛⓔⓓ ⑦ ㉑", "circled 7 21"),
    ("🅱🅻🅾🅲🅺 🅡🅞🅤🅝🅓 🄱🄾🅇", "BLOCK ROUND BOX"),
    ("🇸 🇳 🇦 🇵", "S N A P"),
    ("0️⃣7️⃣ and 🔟", "07 and 10"),
    ("٠٧٧ ०१२ ০৭ ๙๘ ፩", "077 012 07 98 1"),
    ("x² H₂O ❼ ➍", "x2 H2O 7 4"),
    ("s̶t̵r̷u̸c̶k̶ ö̲u̲t̲", "struck out"),
    ("z̷̢̛a͠l̵̡g͘o", "zalgo"),
    ("zero\u200bwidth so\u00adft ri\u202eght", "zerowidth soft right"),
    ("ñandú Łódź straße Ærø naïve đường", "nandu Lodz strasse AEro naive duong"),
    ("ᴛɪɴʏ ᴄᴀᴘꜱ", "tiny caps"),
    ("“quoted” – it’s … «so»", '"quoted" - it\'s . "so"'),
    ("luna＠post。example", "luna@post.example"),
]

LOOKALIKES = [
    ("tеlеgrаm", "telegram"),
    ("ѕnарсhat", "snapchat"),
    ("my Ѕnар", "my Snap"),
    ("Ιnstаgram", "Instagram"),
    ("gmаіl.cоm", "gmail.com"),
    ("ᎪᏴᏟ club", "ABC club"),
    ("wօrd սp", "word up"),
    ("привет, мой tеlеgrаm", "привет, мой telegram"),
]

ITSELF = [
    "моя сестра живёт рядом, всё хорошо",
    "my сестра said it",
    "τι κάνεις σήμερα",
    "السلام عليكم ورحمة الله",
    "नमस्ते, मैं ठीक हूँ",
    "আমি ভালো আছি",
    "สบายดีไหม",
    "今日はいい天気ですね",
    "잘 지내요",
    "sms-ку отправь",
    "ǝ is a schwa",
]

UPSIDE_DOWN = [
    ("ǝldɯɐxǝ˙ʇsod@ɐunl", "luna@post.example"),
    ("it is ɯoɔ˙lᴉɐɯƃ@ssoɯ ok", "it is moss@gmail.com ok"),
]


@pytest.mark.parametrize(("text", "plain"), PLAIN + LOOKALIKES + UPSIDE_DOWN)
def test_tricks_become_plain(text: str, plain: str) -> None:
    assert fold(text).text == plain


@pytest.mark.parametrize("text", ITSELF)
def test_real_writing_stays_itself(text: str) -> None:
    stripped = "".join(char for char in fold(text).text)
    assert stripped == fold(fold(text).text).text
    letters = [char for char in text if char.isalpha() and not char.isascii() and char not in "ǝάήॅ"]
    assert all(char in stripped for char in letters)


def test_plain_text_is_not_touched() -> None:
    folded = fold("plain old text")
    assert folded.source is None
    assert folded.span(6, 9) == (6, 9)


def test_a_span_takes_in_the_marks_on_its_last_character() -> None:
    text = "ring 4️⃣2️⃣ now"
    folded = fold(text)
    start, end = folded.span(folded.text.index("42"), folded.text.index("42") + 2)
    assert text[start:end] == "4️⃣2️⃣"


def test_a_span_of_upside_down_text_covers_what_was_typed() -> None:
    text = "so ɯoɔ˙lᴉɐɯƃ@ssoɯ ok"
    folded = fold(text)
    at = folded.text.index("moss@gmail.com")
    start, end = folded.span(at, at + len("moss@gmail.com"))
    assert text[start:end] == "ɯoɔ˙lᴉɐɯƃ@ssoɯ"


def test_the_tables_read_as_ascii_and_agree_on_their_groups() -> None:
    for name, groups in (("lookalikes", 3), ("confusables", 5)):
        assert len(table(name)) == groups
        for group in table(name).values():
            assert all(plain.isascii() and plain for plain in group)
            assert all(not char.isascii() or name == "confusables" for chars in group.values() for char in chars)


@given(st.text(alphabet=st.characters(), max_size=80))
def test_every_character_knows_its_source(text: str) -> None:
    folded = fold(text)
    if folded.source is not None:
        assert len(folded.source) == len(folded.text)
        assert all(0 <= at < len(text) for at in folded.source)
    if folded.text:
        start, end = folded.span(0, len(folded.text))
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize("text", ["ʇǝu˙" * 1250, "аb" * 2500, "е́" * 2500, "🇸 " * 2500, "а " * 2500])
def test_folding_takes_time_by_length_only(text: str) -> None:
    assert seconds(lambda: fold(text)) < 0.04
