"""From a choice on the form to measures, and what they will do in words."""

from datetime import UTC, datetime

import pytest

from moderation.domain import planning
from moderation.domain.first_policy import FIRST_POLICY
from moderation.domain.ladder import Act, suggest
from moderation.domain.planning import Candidate, Choice, Setting, Wish
from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Ground, Severity

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
    return [step.code for step in planning.plan(wish, [BADGE, PLAIN])]


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
        (Wish(Choice.SUSPEND, planning.LENGTHS[0]), ["1:suspension:1", "2:suspension:1"]),
        (
            Wish(Choice.SUSPEND, planning.LENGTHS[4], badge_too=True),
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
