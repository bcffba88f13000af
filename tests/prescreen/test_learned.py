"""The model of the pre-screen: its numbers, its arithmetic, what it adds and what it takes away."""

import json
import math
from pathlib import Path

import pytest

from moderation.prescreen import Conversation, Message, Rule, learned
from moderation.prescreen.engine import lines_of
from moderation.prescreen.splits import Talk

MODEL = Path(learned.__file__).parent / "lexicon" / "model.json"


def talk(*texts: str) -> Conversation:
    messages = tuple(Message(f"m{at}", f"u{at % 2 + 1}", text) for at, text in enumerate(texts))
    return Conversation("c", "one_to_one", (), messages)


def test_model_is_small_and_has_one_number_a_rule() -> None:
    assert MODEL.stat().st_size <= 3_000_000
    stored = json.loads(MODEL.read_text(encoding="utf-8"))
    assert set(stored["mixing"]) == {rule.value for rule in learned.RULES}
    assert all(len(numbers) == 4 for numbers in stored["mixing"].values())
    assert all(len(own) == len(learned.RULES) for own in stored["weights"].values())
    assert all(math.isfinite(number) for own in stored["weights"].values() for number in own)


@pytest.mark.parametrize("text", ["ring me on the phone?", "do you have any other app", "she called me at school"])
def test_adding_up_word_by_word_gives_the_sum_over_the_features(text: str) -> None:
    stored = json.loads(MODEL.read_text(encoding="utf-8"))["weights"]
    conversation = talk("hello there", text, "no, only here")
    lines = lines_of(conversation.messages)
    line = next(line for line in lines if line.index == 1)
    seen = learned.reading(Talk(conversation, lines), line)
    wanted = list(stored[""])
    for feature, value in learned.features(seen).items():
        for place, weight in enumerate(stored.get(feature, ())):
            wanted[place] += weight * value
    model = learned.Model(stored, {})
    assert model.log_odds(seen) == pytest.approx(wanted)


def test_a_doubtful_phrase_falls_when_the_model_disagrees_and_rises_when_it_agrees() -> None:
    model = learned.Model({}, {Rule.CONTACT_REQUESTED: [1.0, 0.0, 1.0, 0.0]})
    assert model.chance(Rule.CONTACT_REQUESTED, -3.0, 0.6) < 0.5 < 0.6
    assert model.chance(Rule.CONTACT_REQUESTED, 3.0, 0.6) > 0.9
