"""The word lists are what the engine expects, so that they can be extended without reading code."""

import re

from moderation.prescreen import gate
from moderation.prescreen.lexicon import names, table


def test_every_service_has_digits_that_match_its_number() -> None:
    for line in table("services")["line"]:
        assert re.sub(r"\D", "", line["number"]) == re.sub(r"\D", "", line["digits"]), line["service"]
        assert line["tier"] in {"A", "B"}


def test_the_gate_passes_its_canary() -> None:
    assert "mailish" in gate.topics_of("write to a@b.example")
    assert "confusables" in names()
