"""Form and opinion become a score."""

import itertools

import pytest

from moderation.prescreen import Kind, Message, Options, Rule
from moderation.prescreen.allowlist import allowed
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.talk import Talk
from moderation.prescreen.verdicts import Verdict
from moderation.prescreen.weighing import alone, kind_of, together, weighed

ALLOWS = allowed(Options(allowed=("+44 7700 900142", "help.example.org")))
CALM = dict.fromkeys(Rule, -6.0)


def line(text: str, index: int = 0) -> Line:
    return Line(index, Message(f"m{index}", "u1", text), frozenset())


def verdict(**odds: float) -> Verdict:
    return Verdict(CALM | {Rule(name): value for name, value in odds.items()}, {rule: [] for rule in Rule})


def test_better_form_and_a_surer_judge_make_a_higher_score() -> None:
    forms = [together(form, 0.0) for form in (0.2, 0.5, 0.8, 0.95)]
    opinions = [together(0.5, odds) for odds in (-6.0, -2.0, 0.0, 2.0, 6.0)]
    assert forms == sorted(forms)
    assert opinions == sorted(opinions)
    assert all(0 <= score <= 1 for score in [*forms, *opinions])


def test_without_an_opinion_the_form_stands() -> None:
    assert together(0.7, None) == 0.7


@pytest.mark.parametrize("rule", list(Rule))
def test_the_judge_alone_is_believed_more_the_surer_it_is(rule: Rule) -> None:
    scores = [alone(rule, odds) for odds in (-8.0, -3.0, 0.0, 3.0, 8.0)]
    assert all(one < two for one, two in itertools.pairwise(scores))


def test_the_judge_need_not_repeat_what_was_located() -> None:
    said = line("my snap is luna_77")
    located = [Clue(Rule.CONTACT_SHARED, said, 11, 18, Kind.MESSAGING_APP, 0.93, "handle", "a name")]
    clues = weighed(Talk([said.message], [said]), located, {0: verdict(contact_shared=6.0)}, ALLOWS)
    assert [clue.detector for clue in clues] == ["handle"]


def test_a_doubtful_form_gains_nothing_beside_a_telling_one() -> None:
    said = line("add me on snap its luna_77")
    telling = Clue(Rule.CONTACT_SHARED, said, 19, 26, Kind.MESSAGING_APP, 0.93, "handle", "a name")
    doubtful = Clue(Rule.CONTACT_SHARED, said, 0, 6, Kind.MESSAGING_APP, 0.35, "handle", "a name")
    clues = weighed(Talk([said.message], [said]), [doubtful, telling], {0: verdict(contact_shared=6.0)}, ALLOWS)
    assert clues == [telling]


def test_the_judge_alone_points_at_the_words() -> None:
    said = line("just search quiet harbour on there")
    stretches = {rule: [(12, 25)] if rule is Rule.CONTACT_SHARED else [] for rule in Rule}
    (clue,) = weighed(
        Talk([said.message], [said]), [], {0: Verdict(CALM | {Rule.CONTACT_SHARED: 6.0}, stretches)}, ALLOWS
    )
    assert said.text[clue.start : clue.end] == "quiet harbour"
    assert "“quiet harbour”" in clue.why
    assert clue.detector == "judge"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my order number is 4471 2290 18", "4471 2290 18"),
        ("breathe 4 7 8 4 7 8 with me", "4 7 8 4 7 8"),
        ("samaritans are on 116 123", "116 123"),
        ("our clinic is +44 7700 900142", "+44 7700 900142"),
        ("write to jo@samaritans.org", "jo@samaritans.org"),
        ("it is all on help.example.org", "help.example.org"),
    ],
)
def test_the_judge_is_not_believed_about_what_is_known_to_be_no_contact(text: str, words: str) -> None:
    said = Line(0, Message("m0", "u1", text), frozenset({"number"}))
    start = text.index(words)
    stretches = {rule: [(start, start + len(words))] if rule is Rule.CONTACT_SHARED else [] for rule in Rule}
    verdicts = {0: Verdict(CALM | {Rule.CONTACT_SHARED: 6.0}, stretches)}
    assert weighed(Talk([said.message], [said]), [], verdicts, ALLOWS) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("what's your insta", Kind.SOCIAL_HANDLE),
        ("whatsapp me", Kind.MESSAGING_APP),
        ("can i have your number", Kind.PHONE),
        ("where do i send the letter", Kind.POSTAL_ADDRESS),
        ("let's meet somewhere", Kind.OTHER),
    ],
)
def test_the_kind_is_that_of_the_medium_in_question(text: str, kind: Kind) -> None:
    assert kind_of(line(text), 0, len(text)) is kind
