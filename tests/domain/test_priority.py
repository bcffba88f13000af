"""How urgent, and why."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from moderation.domain.deadlines import due_at, time_left
from moderation.domain.first_policy import FIRST_POLICY
from moderation.domain.policy import Policy
from moderation.domain.priority import CaseFacts, Points, urgency
from moderation.domain.vocabulary import Ground, Severity

POLICY = Policy.from_body(1, FIRST_POLICY)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "severity"),
    [
        (CaseFacts(frozenset({Ground.CONTACT_SHARED})), Severity.HIGH),
        (CaseFacts(frozenset({Ground.CONTACT_SHARED}), adult_to_teen=True, teen_involved=True), Severity.CRITICAL),
        (CaseFacts(frozenset({Ground.CONTACT_REQUESTED})), Severity.NORMAL),
        (CaseFacts(frozenset({Ground.CONTACT_REQUESTED}), teen_involved=True), Severity.HIGH),
        (CaseFacts(frozenset({Ground.CONTACT_REQUESTED, Ground.OFFSITE_HARM})), Severity.CRITICAL),
        (CaseFacts(frozenset({Ground.OTHER}), reporters=1), Severity.LOW),
        (CaseFacts(frozenset()), Severity.LOW),
    ],
)
def test_severity(facts: CaseFacts, severity: Severity) -> None:
    assert urgency(facts, POLICY).severity is severity


def test_nothing_small_outweighs_a_severity() -> None:
    heaviest = max(
        urgency(
            CaseFacts(frozenset({Ground.OFFSITE_CONTACT}), score, to_teen, teen, repeats, reporters, on_break, by_hand),
            POLICY,
        ).priority
        for score, to_teen, teen, repeats, reporters, on_break, by_hand in product(
            (0.0, 1.0), (False, True), (False, True), (0, 99), (0, 99), (False, True), (False, True)
        )
    )
    lightest = urgency(CaseFacts(frozenset({Ground.OFFSITE_HARM})), POLICY).priority
    assert heaviest < lightest
    assert heaviest - Severity.HIGH * Points.SEVERITY < Points.SEVERITY


def test_every_addition_has_its_words_the_heaviest_first() -> None:
    facts = CaseFacts(
        frozenset({Ground.CONTACT_SHARED}),
        score=0.98,
        adult_to_teen=True,
        teen_involved=True,
        earlier_sanctions=1,
        reporters=3,
        on_break=True,
        by_hand=True,
    )
    assert urgency(facts, POLICY).reasons == (
        "Critical: contact shared with a teen",
        "adult and teen",
        "found by the pre-screen and reported",
        "opened by hand",
        "1 earlier sanction in the past year",
        "reported by 3 people",
        "pre-screen 0.98",
        "on a break",
    )


def test_deadlines_follow_the_policy() -> None:
    assert due_at(NOW, Severity.CRITICAL, POLICY) == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (14, "14 min"),
        (-12, "−12 min"),
        (65, "1 h 05"),
        (-65, "−1 h 05"),
        (60 * 47, "47 h 00"),
        (4320, "3 d"),
    ],
)
def test_time_left_in_words(minutes: int, words: str) -> None:
    assert time_left(NOW + timedelta(minutes=minutes), NOW) == words
