"""The rows for the EU's transparency database: the attributes of its schema v2, and no value that it does not know."""

import json
from dataclasses import replace
from datetime import date

import pytest

from moderation.domain.policy import Measure
from moderation.domain.statements import Source
from moderation.domain.transparency_database import COLUMNS, EEA, Stated, as_cells, as_json, row
from moderation.domain.vocabulary import Ground, SanctionKind

STATED = Stated(
    puid="a" * 64,
    measure=Measure(SanctionKind.SUSPENSION),
    decided="The account is suspended.",
    facts="Automated screening found this.",
    starts_on=date(2026, 3, 1),
    ends_on=date(2026, 3, 8),
    ground=Ground.CONTACT_SHARED,
    clause="sharing",
    clause_text="Sharing is never allowed.",
    policy_version=3,
    source=Source.OWN_INITIATIVE,
    detected_by_machine=True,
    decided_by_machine=False,
    with_minor=False,
    content_on=date(2026, 2, 28),
    language="en",
)


def test_a_text_that_is_too_long_is_cut_to_what_the_schema_takes() -> None:
    told = row(replace(STATED, clause_text="x" * 9000, facts="y" * 9000, clause="z" * 900))
    assert len(str(told["incompatible_content_explanation"])) == 2000
    assert len(str(told["incompatible_content_ground"])) == 500
    assert len(str(told["decision_facts"])) == 5000


def test_a_suspension_is_of_the_account_until_its_end() -> None:
    told = row(STATED)
    assert list(told) == list(COLUMNS)
    assert {column: value for column, value in told.items() if value is not None} == {
        "decision_account": "DECISION_ACCOUNT_SUSPENDED",
        "end_date_account_restriction": "2026-03-08",
        "account_type": "ACCOUNT_TYPE_PRIVATE",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": "Clause “sharing” of policy version 3",
        "incompatible_content_explanation": "The clause says: Sharing is never allowed.",
        "incompatible_content_illegal": "No",
        "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "category_specification": ["KEYWORD_OTHER"],
        "category_specification_other": "Contact shared",
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_language": "EN",
        "content_date": "2026-02-28",
        "territorial_scope": list(EEA),
        "application_date": "2026-03-01",
        "decision_facts": "The account is suspended. Automated screening found this.",
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        "puid": "a" * 64,
    }


@pytest.mark.parametrize(
    ("measure", "column", "value"),
    [
        (Measure(SanctionKind.SUSPENSION, permanent=True), "decision_account", "DECISION_ACCOUNT_TERMINATED"),
        (Measure(SanctionKind.TEEN_BADGE_HOLD), "decision_provision", "DECISION_PROVISION_PARTIAL_SUSPENSION"),
        (Measure(SanctionKind.TEEN_BADGE_REMOVAL), "decision_provision", "DECISION_PROVISION_PARTIAL_TERMINATION"),
    ],
)
def test_each_measure_has_its_word_and_no_end_is_blank(measure: Measure, column: str, value: str) -> None:
    told = row(replace(STATED, measure=measure, ends_on=None))
    assert told[column] == value
    assert not any(told[name] for name in COLUMNS if name.startswith("end_date"))
    assert sum(told[name] is not None for name in ("decision_account", "decision_provision")) == 1


def test_a_teen_there_and_harm_are_told_by_their_categories() -> None:
    minor = row(replace(STATED, with_minor=True))
    harm = row(replace(STATED, ground=Ground.OFFSITE_HARM))
    assert (minor["category"], minor["category_addition"]) == (
        "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        ["STATEMENT_CATEGORY_OTHER_VIOLATION_TC"],
    )
    assert (harm["category"], harm["category_specification"]) == (
        "STATEMENT_CATEGORY_CYBER_VIOLENCE",
        ["KEYWORD_CYBER_BULLYING_INTIMIDATION"],
    )
    assert harm["category_specification_other"] is None


def test_a_report_and_a_machine_are_told() -> None:
    told = row(replace(STATED, source=Source.REPORT, detected_by_machine=False, decided_by_machine=True, language=""))
    assert told["source_type"] == "SOURCE_TYPE_OTHER_NOTIFICATION"
    assert told["automated_detection"] == "No"
    assert told["automated_decision"] == "AUTOMATED_DECISION_FULLY"
    assert told["content_language"] is None


def test_both_ways_of_writing_say_the_same() -> None:
    told = row(STATED)
    cells = dict(zip(COLUMNS, as_cells(told), strict=True))
    assert json.loads(as_json(told)) == told
    assert json.loads(cells["territorial_scope"]) == list(EEA)
    assert cells["decision_visibility"] == ""
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells.values())
