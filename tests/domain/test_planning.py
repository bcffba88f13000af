"""From a choice on the form to measures, and what they will do in words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.domain import answers, planning
from moderation.domain.answers import LENGTHS, Answer, Charge, Place, code_of
from moderation.domain.first_policy import FIRST_POLICY
from moderation.domain.ladder import Act, suggest
from moderation.domain.planning import Candidate, Choice, Setting, Step, Wish
from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Ground, SanctionKind, Severity

NOW = datetime(2026, 3, 1, tzinfo=UTC)
POLICY = Policy.from_body(1, FIRST_POLICY)


def candidate(number: int, *, badge: bool = False, nameless: bool = False) -> Candidate:
    act = Act(Ground.CONTACT_SHARED, to_teen=badge, holds_teen_badge=badge)
    suggestion = suggest(act, [], POLICY, now=NOW)
    return Candidate(number, f"account{number}", suggestion, holds_teen_badge=badge, is_nameless=nameless)


BADGE, PLAIN = candidate(1, badge=True), candidate(2)


def setting(severity: Severity = Severity.HIGH, reporters: int = 0) -> Setting:
    return Setting(POLICY, severity, reporters, NOW)


def codes(wish: Wish) -> list[str]:
    steps = planning.plan(wish, [BADGE, PLAIN])
    return [f"{step.candidate.account_id}:{step.measure.code}" for step in steps]


@pytest.mark.parametrize("choice", list(Choice))
def test_nothing_is_done_to_accounts_that_are_not_chosen(choice: Choice) -> None:
    assert codes(Wish(choice, badge_too=True)) == []
    assert codes(Wish(choice, badge_too=True, accounts=frozenset({99}))) == []


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (Wish(Choice.NO_VIOLATION), []),
        (Wish(Choice.SUGGESTED), ["1:teen_badge_removal", "1:suspension:7", "2:suspension:7"]),
        (Wish(Choice.BADGE), ["1:teen_badge_removal"]),
        (Wish(Choice.EDUCATE), ["1:education_notice", "2:education_notice"]),
        (Wish(Choice.SUSPEND, LENGTHS[0]), ["1:suspension:1", "2:suspension:1"]),
        (
            Wish(Choice.SUSPEND, LENGTHS[4], badge_too=True),
            ["1:teen_badge_removal", "1:suspension:permanent", "2:suspension:permanent"],
        ),
    ],
)
def test_a_choice_becomes_measures_for_each_account(wish: Wish, expected: list[str]) -> None:
    both = Wish(wish.choice, wish.length, wish.badge_too, frozenset({1, 2}))

    assert codes(both) == expected


def test_a_notice_does_not_name_an_account_that_may_not_be_seen() -> None:
    (step,) = planning.plan(Wish(Choice.EDUCATE, accounts=frozenset({3})), [candidate(3, nameless=True)])

    text = planning.notice(step, POLICY, now=NOW)

    assert "Hello {username}" in text
    assert "account3" not in text


def words(wish: Wish, **about: object) -> list[str]:
    steps = planning.plan(wish, [BADGE, PLAIN])
    return [str(one) for one in planning.consequences(steps, setting(**about))]  # type: ignore[arg-type]


def test_no_violation_says_that_nothing_happens_and_who_hears_of_it() -> None:
    assert words(Wish(Choice.NO_VIOLATION), reporters=2) == [
        "The case is closed. No account changes and no notice is sent.",
        "2 reporters hear that somebody looked and found no violation.",
    ]


def test_a_suspension_says_for_how_long_and_until_when_one_can_appeal() -> None:
    assert words(Wish(Choice.SUSPEND, accounts=frozenset({2})), reporters=1) == [
        "account2 cannot sign in on the platform for 7 days.",
        "An appeal is possible until 31 August 2026.",
        "The reporter hears that something was done, not what.",
    ]


def test_what_needs_a_second_person_says_so_first() -> None:
    first, *_ = words(Wish(Choice.BADGE, accounts=frozenset({1})))

    assert first == "A second person has to approve this first. Until then the badge is held."


def test_a_suspension_in_a_critical_case_needs_a_second_person_and_an_education_notice_does_not() -> None:
    chosen = frozenset({2})

    assert "second person" in words(Wish(Choice.SUSPEND, accounts=chosen), severity=Severity.CRITICAL)[0]
    assert "second person" not in words(Wish(Choice.EDUCATE, accounts=chosen), severity=Severity.CRITICAL)[0]


# By rule and account.

SHARED, ASKED, OFFSITE = Ground.CONTACT_SHARED, Ground.CONTACT_REQUESTED, Ground.OFFSITE_CONTACT


def charged(number: int, *grounds: Ground, badge: bool = False, found: bool = True) -> Candidate:
    suggestions = [suggest(Act(ground, holds_teen_badge=badge), [], POLICY, now=NOW) for ground in grounds]
    charges = tuple(Charge(suggestion, is_found=found) for suggestion in suggestions)
    return Candidate(number, f"account{number}", suggestions[0], charges=charges, holds_teen_badge=badge)


ANN, BEN = charged(1, SHARED, ASKED, badge=True), charged(2, OFFSITE, found=False)


def each(said: dict[Place, str]) -> Wish:
    return Wish(Choice.EACH, answers={place: answers.answer_from_code(code) for place, code in said.items()})


def steps_of(wish: Wish, *candidates: Candidate) -> list[str]:
    return [step.code for step in planning.plan(wish, candidates or (ANN, BEN))]


@pytest.mark.parametrize("code", ["", "suspend", "suspension:9999", "teen_badge_hold", "none+none", "NONE"])
def test_what_is_no_answer_has_no_meaning(code: str) -> None:
    with pytest.raises(KeyError):
        answers.answer_from_code(code)


@pytest.mark.parametrize("code", sorted(answers.CODES - {answers.SUGGESTED}))
def test_an_answer_is_read_as_it_is_written(code: str) -> None:
    read = answers.answer_from_code(code)

    assert read is not None
    assert code_of(read) == code


TABLE = [
    # what is answered, what is done
    ({}, ["1:education_notice:contact_requested", "1:suspension:7:contact_shared"]),
    ({(1, SHARED): "none", (1, ASKED): "none"}, []),
    ({(1, SHARED): "none"}, ["1:education_notice:contact_requested"]),
    ({(1, ASKED): "none"}, ["1:suspension:7:contact_shared"]),
    ({(1, ASKED): "suspension:7"}, ["1:suspension:7:contact_shared+contact_requested"]),
    ({(1, ASKED): "suspension:1"}, ["1:suspension:7:contact_shared+contact_requested"]),
    ({(1, ASKED): "suspension:30"}, ["1:suspension:30:contact_requested+contact_shared"]),
    ({(1, ASKED): "suspension:open"}, ["1:suspension:open:contact_requested+contact_shared"]),
    (
        {(1, ASKED): "suspension:open", (1, SHARED): "suspension:permanent"},
        ["1:suspension:permanent:contact_shared+contact_requested"],
    ),
    (
        {(1, SHARED): "education_notice", (1, ASKED): "education_notice"},
        ["1:education_notice:contact_shared+contact_requested"],
    ),
    (
        {(1, SHARED): "teen_badge_removal+suspension:1", (1, ASKED): "teen_badge_removal"},
        ["1:teen_badge_removal:contact_shared+contact_requested", "1:suspension:1:contact_shared"],
    ),
    (
        {(1, SHARED): "none", (1, ASKED): "none", (2, OFFSITE): "suggested"},
        ["2:suspension:30:offsite_contact"],
    ),
    (
        {(1, SHARED): "none", (1, ASKED): "none", (2, OFFSITE): "teen_badge_removal+suspension:7"},
        ["2:suspension:7:offsite_contact"],  # a badge that is not held is not removed
    ),
    ({(1, SHARED): "none", (1, ASKED): "none", (2, ASKED): "suspension:7", (99, SHARED): "suspension:7"}, []),
]


@pytest.mark.parametrize(("said", "expected"), TABLE)
def test_answers_become_at_most_one_measure_of_a_kind_for_each_account(
    said: dict[Place, str], expected: list[str]
) -> None:
    assert steps_of(each(said)) == expected


def test_what_is_answered_with_nothing_is_cleared_and_whoever_was_only_there_is_not_spoken_of() -> None:
    wish = each({(1, SHARED): "none"})

    assert [(one.candidate, one.ground) for one in planning.cleared(wish, (ANN, BEN))] == [(ANN, SHARED)]
    assert not planning.finds_nothing(wish, (ANN, BEN))


def test_no_violation_clears_everything_and_so_does_nothing_answered_to_each() -> None:
    nothing = each({(1, SHARED): "none", (1, ASKED): "none"})

    for wish in (Wish(Choice.NO_VIOLATION), nothing):
        assert {one.ground for one in planning.cleared(wish, (ANN, BEN))} == {SHARED, ASKED}
        assert planning.finds_nothing(wish, (ANN, BEN))


@pytest.mark.parametrize("choice", sorted(set(Choice) - {Choice.EACH, Choice.NO_VIOLATION}))
def test_a_quick_sanction_says_nothing_of_other_grounds(choice: Choice) -> None:
    assert planning.cleared(Wish(choice, accounts=frozenset({1})), (ANN, BEN)) == ()
    assert not planning.finds_nothing(Wish(choice), (ANN, BEN))


def test_an_answer_that_cannot_be_given_any_more_does_not_turn_into_no_violation() -> None:
    """The badge was lost while the form was open: nothing is left to be done, but something was found."""
    wish = each({(2, OFFSITE): "teen_badge_removal"})

    assert steps_of(wish, BEN) == []
    assert not planning.finds_nothing(wish, (BEN,))
    assert planning.cleared(wish, (BEN,)) == ()


def test_the_words_say_what_each_is_for_and_who_is_cleared_of_what() -> None:
    wish = each({(1, ASKED): "suspension:30", (2, OFFSITE): "education_notice"})
    both = planning.consequences(planning.plan(wish, (ANN, BEN)), setting())

    assert str(both[0]) == (
        "account1 cannot sign in on the platform for 30 days."
        " For contact requested and contact shared; of several suspensions the longest counts."
    )
    assert str(both[1]).endswith("Nothing is restricted. For off-site contact.")

    wish = each({(1, SHARED): "none"})
    said = planning.consequences(planning.plan(wish, (ANN,)), setting(), planning.cleared(wish, (ANN,)))
    assert "account1 is cleared of contact shared." in map(str, said)


def test_a_notice_names_every_ground_it_is_for_by_the_clause_of_the_first() -> None:
    (step,) = planning.plan(each({(1, ASKED): "suspension:30"}), (ANN,))

    text = planning.notice(step, POLICY, now=NOW)

    assert "contact requested and contact shared" in text
    assert POLICY.grounds[ASKED].clause.text in text


@st.composite
def asked(draw: Any) -> tuple[Wish, list[Candidate]]:
    candidates = []
    said: dict[Place, Answer] = {}
    for number in range(draw(st.integers(0, 4))):
        grounds = draw(st.lists(st.sampled_from(Ground), min_size=1, unique=True))
        found, badge = draw(st.booleans()), draw(st.booleans())
        candidates.append(charged(number, *grounds, badge=badge, found=found))
        for ground in draw(st.lists(st.sampled_from(Ground), unique=True)):
            said[number, ground] = answers.answer_from_code(draw(st.sampled_from(sorted(answers.CODES))))
    return Wish(Choice.EACH, answers=said), candidates


def weight(step_measure: Any) -> tuple[bool, bool, int]:
    return step_measure.permanent, step_measure.days is None, step_measure.days or 0


@given(asked())
def test_whatever_is_answered(given_: tuple[Wish, list[Candidate]]) -> None:
    wish, candidates = given_

    steps = planning.plan(wish, candidates)

    kinds = [(step.candidate.account_id, step.measure.kind) for step in steps]
    assert len(set(kinds)) == len(kinds), "one measure of a kind for each account"
    assert len({step.code for step in steps}) == len(steps)
    for candidate in candidates:
        own = [step for step in steps if step.candidate is candidate]
        _nothing_is_lost_and_nothing_added(wish, candidate, own)
    clearing = {(one.candidate.account_id, one.ground) for one in planning.cleared(wish, candidates)}
    upheld = {(step.candidate.account_id, cause.ground) for step in steps for cause in step.causes}
    assert not clearing & upheld
    assert not (steps and planning.finds_nothing(wish, candidates))


def _nothing_is_lost_and_nothing_added(wish: Wish, candidate: Candidate, own: list[Step]) -> None:
    for kind in SanctionKind:
        wanted = {
            charge.ground: measure
            for charge in candidate.charges
            for measure in wish.answer(candidate, charge)
            if measure.kind is kind
        }
        if kind is SanctionKind.TEEN_BADGE_REMOVAL and not candidate.holds_teen_badge:
            wanted = {}
        given = [step for step in own if step.measure.kind is kind]
        assert {cause.ground for step in given for cause in step.causes} == set(wanted)
        for step in given:
            assert step.measure == wanted[step.ground]
            assert weight(step.measure) == max(map(weight, wanted.values()))
