"""What the policy suggests, as a table of acts and histories."""

from datetime import UTC, datetime, timedelta

import pytest

from moderation.domain.first_policy import FIRST_POLICY
from moderation.domain.ladder import Act, PastSanction, needs_approval, ordinal, rung, suggest
from moderation.domain.policy import Measure, Policy, measure_from_code
from moderation.domain.vocabulary import Ground, SanctionKind, Severity

POLICY = Policy.from_body(1, FIRST_POLICY)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _past(ground: Ground, kind: SanctionKind = SanctionKind.SUSPENSION, days_ago: int = 10) -> PastSanction:
    return PastSanction(ground, kind, NOW - timedelta(days=days_ago))


SHARED, ASKED = Ground.CONTACT_SHARED, Ground.CONTACT_REQUESTED
NOTICE = SanctionKind.EDUCATION_NOTICE
TABLE = [
    # act, history, measures, needs approval
    (Act(SHARED), [], ["suspension:7"], False),
    (Act(SHARED), [_past(SHARED)], ["suspension:30"], False),
    (Act(SHARED), [_past(SHARED)] * 2, ["suspension:permanent"], True),
    (Act(SHARED), [_past(SHARED)] * 9, ["suspension:permanent"], True),
    (Act(SHARED), [_past(SHARED, days_ago=366)], ["suspension:7"], False),
    (Act(SHARED), [_past(SHARED, days_ago=365)], ["suspension:30"], False),
    (Act(SHARED), [_past(ASKED)], ["suspension:7"], False),
    (Act(SHARED), [_past(SHARED, SanctionKind.TEEN_BADGE_REMOVAL)], ["suspension:7"], False),
    (Act(SHARED, to_teen=True), [], ["suspension:7"], True),
    (Act(SHARED, to_teen=True, holds_teen_badge=True), [], ["teen_badge_removal", "suspension:7"], True),
    (Act(ASKED), [], ["education_notice"], False),
    (Act(ASKED), [_past(ASKED, NOTICE)], ["suspension:7"], False),
    (Act(ASKED, to_teen=True, holds_teen_badge=True), [], ["education_notice"], False),
    (Act(Ground.OFFSITE_CONTACT), [], ["suspension:30"], False),
    (Act(Ground.OFFSITE_HARM), [], ["suspension:open"], True),
    (Act(Ground.OTHER), [], ["education_notice"], False),
]


@pytest.mark.parametrize(("act", "history", "codes", "second"), TABLE)
def test_suggestions(act: Act, history: list[PastSanction], codes: list[str], second: bool) -> None:
    suggestion = suggest(act, history, POLICY, now=NOW)
    assert [measure.code for measure in suggestion.measures] == codes
    assert suggestion.needs_approval is second


def test_the_teen_clause_goes_with_sharing_with_a_teen() -> None:
    assert suggest(Act(SHARED, to_teen=True), [], POLICY, now=NOW).clause == POLICY.teen_clause
    assert suggest(Act(SHARED), [], POLICY, now=NOW).clause.code == "sharing"


def test_harm_reaches_all_accounts() -> None:
    assert suggest(Act(Ground.OFFSITE_HARM), [], POLICY, now=NOW).all_accounts


def test_the_reason_says_the_arithmetic() -> None:
    why = suggest(Act(SHARED), [_past(SHARED)], POLICY, now=NOW).why
    assert why == "Contact shared: 1 earlier sanction on this ground in 12 months, so step 2 of the ladder."


@pytest.mark.parametrize(
    ("ground", "history", "words"),
    [
        (SHARED, [], "first share in 365 days: step 1 of 3, suspend 7 days"),
        (SHARED, [_past(SHARED)], "second share in 365 days: step 2 of 3, suspend 30 days"),
        (SHARED, [_past(SHARED)] * 2, "third share in 365 days: step 3 of 3, suspend permanently"),
        (SHARED, [_past(SHARED)] * 4, "fifth share in 365 days: step 3 of 3, which repeats, suspend permanently"),
        (SHARED, [_past(SHARED, days_ago=366)], "first share in 365 days: step 1 of 3, suspend 7 days"),
        (ASKED, [_past(SHARED)], "first request in 365 days: step 1 of 3, education notice"),
        (Ground.OFFSITE_HARM, [], "first off-site harm in 365 days: step 1 of 2, suspend until further notice"),
    ],
)
def test_the_place_on_the_ladder_in_words(ground: Ground, history: list[PastSanction], words: str) -> None:
    assert str(rung(ground, history, POLICY, now=NOW)) == words


def test_the_place_and_the_suggestion_agree() -> None:
    for act, history, _, _ in TABLE:
        assert rung(act.ground, history, POLICY, now=NOW).measure in suggest(act, history, POLICY, now=NOW).measures


@pytest.mark.parametrize(("number", "word"), [(1, "first"), (10, "tenth"), (11, "11th"), (21, "21st"), (112, "112th")])
def test_ordinals(number: int, word: str) -> None:
    assert ordinal(number) == word


@pytest.mark.parametrize(
    ("codes", "severity", "second"),
    [
        ([], Severity.CRITICAL, False),
        (["education_notice"], Severity.CRITICAL, False),
        (["suspension:1"], Severity.CRITICAL, True),
        (["suspension:30"], Severity.HIGH, False),
        (["suspension:open"], Severity.HIGH, False),
        (["suspension:permanent"], Severity.LOW, True),
        (["teen_badge_removal"], Severity.NORMAL, True),
        (["education_notice", "teen_badge_removal"], Severity.NORMAL, True),
    ],
)
def test_who_must_sign(codes: list[str], severity: Severity, second: bool) -> None:
    assert needs_approval([measure_from_code(code) for code in codes], severity, POLICY.second_person) is second


@pytest.mark.parametrize("code", ["", "suspension:never", "ban", "suspension:-", "education_notice:x"])
def test_a_measure_nobody_knows_is_an_error(code: str) -> None:
    with pytest.raises(ValueError):
        measure_from_code(code)


@pytest.mark.parametrize(
    "measure",
    [
        Measure(SanctionKind.EDUCATION_NOTICE),
        Measure(SanctionKind.TEEN_BADGE_REMOVAL),
        Measure(SanctionKind.SUSPENSION),
        Measure(SanctionKind.SUSPENSION, days=1),
        Measure(SanctionKind.SUSPENSION, permanent=True),
    ],
)
def test_a_code_reads_back_as_its_measure(measure: Measure) -> None:
    assert measure_from_code(measure.code) == measure
