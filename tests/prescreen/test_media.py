"""Which words name a medium outside the site, and which only look as if they did."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.prescreen import Kind
from moderation.prescreen.lexicon import table
from moderation.prescreen.media import known, media, mentions

FIELDS = {"kind", "names", "short", "described", "emoji"}
NAMED = [
    ("my snapchat got hacked", "snapchat", "snapchat"),
    ("we could use Whats-App", "Whats-App", "whatsapp"),
    ("are you on the tik tok", "tik tok", "tiktok"),
    ("i discorded my cousin", "discorded", "discord"),
    ("she venmos her rent", "venmos", "venmo"),
    ("add me 👻", "👻", "snapchat"),
    ("есть телеграм?", "телеграм", "telegram"),
    ("혹시 카톡 돼요", "카톡", "kakaotalk"),
    ("i'm on the yellow app a lot", "the yellow app", "snapchat"),
    ("find me on that bird one", "that bird one", "x"),
    ("you know, the one with the little ghost", "one with the little ghost", "snapchat"),
    ("on the green circle thing", "the green circle thing", "spotify"),
    ("are u on ig", "ig", "instagram"),
    ("mine is on ravelry", "ravelry", "ravelry"),
    ("my psn is down", "psn", "psn"),
    ("there is a linktree", "linktree", "linktree"),
    ("write to my gmail", "gmail", "gmail"),
]
NOT_NAMED = [
    "i dance one day and cry the next",
    "вкусно и точка",
    "that user is kik_me_not",
    "write to a@gmail.com",
    "the yellow flowers",
    "we read in a book club",
    "nothing at all",
]


def test_at_least_sixty_platforms_are_known() -> None:
    assert len(media()) >= 60


@pytest.mark.parametrize("name", sorted(table("platforms")))
def test_a_platform_has_a_kind_and_lower_case_names(name: str) -> None:
    entry = table("platforms")[name]
    assert set(entry) <= FIELDS
    assert Kind(entry["kind"])
    assert entry["names"]
    words = [word for field in FIELDS - {"kind"} for word in entry.get(field, [])]
    assert all(word and word == word.lower().strip() for word in words)


@pytest.mark.parametrize("fields", [("names", "short"), ("described",), ("emoji",)])
def test_no_word_names_two_platforms(fields: tuple[str, ...]) -> None:
    words = [word for entry in table("platforms").values() for field in fields for word in entry.get(field, [])]
    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize(("text", "words", "name"), NAMED)
def test_a_medium_is_named(text: str, words: str, name: str) -> None:
    (mention,) = mentions(text)
    assert text[mention.start : mention.end] == words
    assert mention.medium.name == name


@pytest.mark.parametrize("text", NOT_NAMED)
def test_no_medium_is_named(text: str) -> None:
    assert mentions(text) == []


def test_short_names_are_not_sure() -> None:
    assert [mention.sure for mention in mentions("snap or snapchat")] == [False, True]
    assert [mention.medium.name for mention in mentions("snap or snapchat", sure=False)] == ["snapchat"]


def test_a_deployment_adds_its_own_names() -> None:
    ours = known({"the blue room app": "messaging_app", "Grützwurst": "other"})
    assert ours is known({"Grützwurst": "other", "the blue room app": "messaging_app"})
    named = ours.mentions("on the Blue-Room App, or grutzwurst")
    assert [(mention.medium.kind, mention.sure) for mention in named] == [
        (Kind.MESSAGING_APP, True),
        (Kind.OTHER, True),
    ]
    assert ours.names_private("see you in blue room app")
    assert not ours.names_private("see you on discord")
    assert not known({}).names_private("see you in blue room app")


def test_a_private_name_wins_over_a_shipped_one() -> None:
    (mention,) = known({"discord": "url"}).mentions("on discord")
    assert mention.medium.kind is Kind.URL


@given(st.text(max_size=200))
def test_mentions_are_in_order_and_apart(text: str) -> None:
    end = 0
    for mention in mentions(text):
        assert end <= mention.start < mention.end <= len(text)
        end = mention.end
