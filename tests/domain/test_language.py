"""The language of a text is told where it is plain, and left open where it is not."""

import pytest

from moderation.domain.language import LONGEST_READ, language_of


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+44 7700 900142",
        "🙂🙂",
        "ok",
        "snap: rowan_vale",
        "t e x t m e o n s n a p",
        "ayo bro lol insta",
        "Ciao, come stai? Non so perché ma mi sento sola, che cosa faccio?",
        "Hoi, hoe gaat het met jou? Ik ben zo moe en ik weet het niet meer.",
        "kak aku mau cerita tapi gak bisa di sini, ada yang mau dengar?",
        "nie wiem co mam robić, jak się czuję to już jest źle",
        "кто-нибудь не спит? мне очень плохо",
        "在吗 睡不着",
        "the cat el gato der hund le chat",
    ],
)
def test_what_cannot_be_told_is_left_open(text: str) -> None:
    assert language_of(text) == ""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "text me on +44 7700 900142 whenever you can't sleep"),
        ("en", "i dont think we should talk about that here"),
        ("es", "escríbeme cuando puedas, mi número es el 600 000 042"),
        ("es", "no se que hacer con mi vida, ya no puedo mas"),
        ("pt", "não consigo dormir, posso falar com você agora?"),
        ("pt", "oi, tudo bem? me chama no zap que eu te conto"),
        ("fr", "je ne sais pas quoi faire, tu peux m'écrire sur mon mail ?"),
        ("de", "ich kann nicht schlafen, hast du eine Nummer für mich?"),
        ("hi", "mujhe neend nahi aa rahi hai, tum kya kar rahe ho"),
        ("hi", "मुझे नींद नहीं आ रही है"),
        ("tl", "hindi ako makatulog, pwede ba kitang i-text mamaya?"),
    ],
)
def test_the_languages_of_the_community(language: str, text: str) -> None:
    assert language_of(text) == language
    assert language_of(text.upper()) == language


def test_a_word_of_another_language_changes_nothing() -> None:
    assert language_of("my abuela always said mija, you have to eat something before you go out") == "en"


def test_a_long_text_takes_no_longer() -> None:
    assert language_of("ich bin nicht da " * 1_000 + "the and you " * 10_000) == "de"
    assert len("ich bin nicht da " * 1_000) > LONGEST_READ
