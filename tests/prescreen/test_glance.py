"""The glance: cheap, short-sighted, and the same for everybody."""

import numpy as np
import pytest

from moderation.prescreen.glance import BUCKETS, Numbers, glance, words
from moderation.prescreen.lexicon import table


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", []),
        ("Don't CALL me!", ["dont", "call", "me"]),
        ("whats your @, pls?", ["whats", "your", "pls", "?"]),
        ("room 101", ["room", "000"]),
        ("a\nb\tc", ["a", "b", "c"]),
        ("où ça", ["où", "ça"]),
    ],
)
def test_words_are_plain(text: str, seen: list[str]) -> None:
    assert words(text) == seen


def test_strange_words_share_a_bucket_with_those_that_begin_alike() -> None:
    numbers = Numbers(["call"])
    assert numbers["call"] == 1 + BUCKETS
    assert 0 < numbers["zzyzx"] <= BUCKETS
    assert numbers["zzyzxing"] == numbers["zzyzx"]


def test_each_text_has_its_odds_whoever_stands_beside_it() -> None:
    texts = ["what's your number", "", "i walked the dog twice", "meet me at the station at five"]
    together = glance().odds(texts)
    alone = [glance().odds([text])[0] for text in texts]
    np.testing.assert_allclose(together, alone, atol=1e-4)


def test_no_texts_have_no_odds() -> None:
    assert glance().odds([]).tolist() == []


def test_contact_is_noticed_more_than_the_dog() -> None:
    contact, dog = glance().odds(["can i have your number so i can text you", "the dog slept well"])
    assert contact > table("weights")["bars"]["glance"] > dog
