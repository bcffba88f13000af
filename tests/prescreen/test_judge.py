"""The judge: an opinion belongs to its window, whoever else is judged at the same time."""

import numpy as np
import pytest

from moderation.prescreen import Message, Rule
from moderation.prescreen.judge import RULES, judge, skim
from moderation.prescreen.reader import Reader
from moderation.prescreen.talk import Talk
from moderation.prescreen.verdicts import verdicts
from moderation.prescreen.windows import Window, parts_of, window


def windows(*texts: str) -> list[Window]:
    parts = [part for at, text in enumerate(texts) for part in parts_of(at, f"u{at % 2}", text)]
    return [window(parts, at) for at in range(len(parts))]


@pytest.mark.parametrize("reader", [skim(), judge()], ids=["skim", "judge"])
def test_there_is_an_opinion_for_each_window_with_odds_for_each_piece(reader: Reader) -> None:
    read = windows("hi there", "", "can i have your number? " * 20)
    said = reader.read(read)
    assert len(said) == len(read)
    assert all(opinion.part.shape == (len(RULES),) for opinion in said)
    assert [opinion.pieces.shape for opinion in said] == [(one.last - one.first - 1, len(RULES)) for one in read]


@pytest.mark.parametrize("reader", [skim(), judge()], ids=["skim", "judge"])
def test_company_makes_no_difference(reader: Reader) -> None:
    read = windows("what's your snap", "i can't sleep again", "add me, i am luna_77 there", "word " * 60)
    for one, opinion in zip(read, reader.read(read), strict=True):
        (alone,) = reader.read([one])
        np.testing.assert_allclose(alone.part, opinion.part, atol=1e-3)
        np.testing.assert_allclose(alone.pieces, opinion.pieces, atol=1e-3)


def test_nobody_to_judge_is_no_work() -> None:
    assert judge().read([]) == []
    assert verdicts(Talk([]), [], []) == {}


def test_what_is_plainly_harmless_is_not_judged() -> None:
    talk = Talk([Message("m1", "u1", "i walked the dog and slept badly again")])
    assert verdicts(talk, [0], []) == {}


def test_what_was_located_is_judged_however_harmless_it_looks() -> None:
    talk = Talk([Message("m1", "u1", "i walked the dog and slept badly again")])
    assert set(verdicts(talk, [], [[(0, 0)]])) == {0}


def test_of_a_long_message_the_part_that_holds_the_clue_is_judged() -> None:
    talk_of_the_day = "today was long and i could not sleep because of my exam, so i went out for a walk. "
    text = talk_of_the_day * 20 + "you can text me, my number is 503 555 0118 ok. " + talk_of_the_day * 20
    talk = Talk([Message("m1", "u1", text)])
    odds = verdicts(talk, [], [[(0, text.index("503"))]])[0].odds
    assert odds[Rule.CONTACT_SHARED] > 0


def test_of_an_endless_message_only_a_few_parts_are_judged() -> None:
    talk = Talk([Message("m1", "u1", "can i have your number? " * 200)])
    assert verdicts(talk, [0], [])[0].odds[Rule.CONTACT_REQUESTED] > 0


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("omg can u give me your number", Rule.CONTACT_REQUESTED),
        ("add me on snap its mossy.tadpole", Rule.CONTACT_SHARED),
        ("like i told you on discord last night", Rule.OFFSITE_CONTACT),
    ],
)
def test_plain_talk_is_understood(text: str, rule: Rule) -> None:
    verdict = verdicts(Talk([Message("m1", "u1", text)]), [0], [])[0]
    assert verdict.odds[rule] == max(verdict.odds.values())
    assert verdict.odds[rule] > 0
    assert all(0 <= start < end <= len(text) for start, end in verdict.evidence[rule])
    assert verdict.evidence[rule]


def test_what_was_said_before_counts() -> None:
    question = Message("m1", "u1", "whats ur snap")
    answer = Message("m2", "u2", "mossytadpole")
    with_question = verdicts(Talk([question, answer]), [], [[(1, 0)]])[1].odds[Rule.CONTACT_SHARED]
    without = verdicts(Talk([answer]), [], [[(0, 0)]])[0].odds[Rule.CONTACT_SHARED]
    assert with_question > without
