"""Clues become findings: one for each rule and actor."""

import itertools

from moderation.prescreen import Kind, Options, Rule
from moderation.prescreen.contract import Message
from moderation.prescreen.findings import findings
from moderation.prescreen.lines import Clue, Line, Piece


def line(index: int, sender: str, text: str) -> Line:
    return Line(index, Message(f"m{index}", sender, text), frozenset())


def clue(where: Line, start: int, end: int, score: float = 0.8, rule: Rule = Rule.CONTACT_SHARED) -> Clue:
    return Clue(rule, where, start, end, Kind.PHONE, score, "test", "a number")


def test_what_one_person_did_against_one_rule_is_one_finding() -> None:
    first, second = line(0, "u1", "call 12345"), line(2, "u1", "or 67890")
    (found,) = findings([clue(first, 5, 10), clue(second, 3, 8)], Options())
    assert found.messages == ("m0", "m2")
    assert found.explanation == "a number, over 2 messages"
    assert 0.8 < found.score < 1


def test_people_and_rules_stay_apart() -> None:
    one, two = line(0, "u1", "call 12345"), line(1, "u2", "yours?")
    found = findings([clue(two, 0, 6, rule=Rule.CONTACT_REQUESTED), clue(one, 5, 10)], Options())
    assert [(f.rule, f.actor) for f in found] == [(Rule.CONTACT_SHARED, "u1"), (Rule.CONTACT_REQUESTED, "u2")]


def test_doubtful_clues_are_left_out_by_the_threshold() -> None:
    one = line(0, "u1", "call 12345")
    assert findings([clue(one, 5, 10, 0.6)], Options(threshold=0.7)) == []
    assert findings([clue(one, 5, 10, 0.6)], Options(threshold=0.6)) != []


def test_what_lies_in_several_messages_has_a_span_in_each() -> None:
    old, new = line(0, "u1", "call 123"), line(5, "u1", "45")
    split = clue(old, 5, 8)
    split.extra.append(Piece(new, 0, 2))
    (found,) = findings([split], Options())
    assert [(span.message, span.start, span.end) for span in found.spans] == [("m0", 5, 8), ("m5", 0, 2)]


def test_overlapping_spans_become_one() -> None:
    one = line(0, "u1", "call 1234567890")
    (found,) = findings([clue(one, 5, 10), clue(one, 8, 15)], Options())
    assert [(span.start, span.end) for span in found.spans] == [(5, 15)]
    assert all(a.end <= b.start for a, b in itertools.pairwise(found.spans))


def test_a_clue_without_characters_names_its_message_only() -> None:
    (found,) = findings([clue(line(0, "u1", "gmail btw"), 0, 0)], Options())
    assert (found.messages, found.spans) == (("m0",), ())


def test_the_explanation_says_what_each_clue_is() -> None:
    name, number = clue(line(0, "u1", "luna_77"), 0, 7, 0.9), clue(line(1, "u1", "12345"), 0, 5)
    name.why = "a name"
    (found,) = findings([number, name], Options())
    assert found.explanation == "a name; a number"
