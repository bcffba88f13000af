"""The word lists are what the engine expects, so that they can be extended without reading code."""

import re

from moderation.prescreen import Kind, gate
from moderation.prescreen.lexicon import names, table
from moderation.prescreen.phrases import phrases

ACTS = {"request", "offsite", "harm", "share", "secrecy", "decode"}


def test_every_phrase_is_complete() -> None:
    topics = set(table("topics")["topics"])
    for phrase in phrases():
        assert phrase.act in ACTS, phrase.id
        assert 0 < phrase.weight < 1, phrase.id
        assert set(phrase.topics) <= topics, phrase.id
        assert not phrase.kind or Kind(phrase.kind)


def test_phrase_ids_are_unique() -> None:
    ids = [phrase.id for phrase in phrases()]
    assert len(ids) == len(set(ids))


def test_every_service_has_digits_that_match_its_number() -> None:
    for line in table("services")["line"]:
        assert re.sub(r"\D", "", line["number"]) == re.sub(r"\D", "", line["digits"]), line["service"]
        assert line["tier"] in {"A", "B"}


def test_the_gate_passes_its_canary() -> None:
    assert "app" in gate.topics_of("are you on discord")
    assert "confusables" in names()
