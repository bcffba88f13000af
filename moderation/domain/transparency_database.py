"""A statement of reasons in the words of the European Commission's DSA Transparency Database, submission schema v2.

What each attribute means is told in docs/transparency.md, with its source. Nothing personal may come in here: a row
is made of codes, dates and Haven's own sentences alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from moderation.domain.policy import Measure
from moderation.domain.statements import Source
from moderation.domain.vocabulary import Ground, SanctionKind

SCHEMA = "DSA Transparency Database, API v2 (1 July 2025)"
COLUMNS = (
    "decision_visibility",
    "decision_visibility_other",
    "end_date_visibility_restriction",
    "decision_monetary",
    "decision_monetary_other",
    "end_date_monetary_restriction",
    "decision_provision",
    "end_date_service_restriction",
    "decision_account",
    "end_date_account_restriction",
    "account_type",
    "decision_ground",
    "decision_ground_reference_url",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "incompatible_content_illegal",
    "category",
    "category_addition",
    "category_specification",
    "category_specification_other",
    "content_type",
    "content_type_other",
    "content_language",
    "content_date",
    "content_id",
    "territorial_scope",
    "application_date",
    "decision_facts",
    "source_type",
    "source_identity",
    "automated_detection",
    "automated_decision",
    "puid",
)
# The European Economic Area, in the order in which the database takes it for «everywhere».
EEA = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI"),
    *("LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
)
LONGEST = {"incompatible_content_ground": 500, "incompatible_content_explanation": 2000, "decision_facts": 5000}

Value = str | list[str] | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Stated:
    """What the database is to learn of one statement."""

    puid: str
    measure: Measure
    decided: str
    facts: str
    starts_on: date
    ends_on: date | None
    ground: Ground
    clause: str
    clause_text: str
    policy_version: int
    source: Source
    detected_by_machine: bool
    decided_by_machine: bool
    with_minor: bool
    content_on: date
    language: str


def row(stated: Stated) -> Row:
    """One row, every column of the schema in it; None where it does not apply."""
    told: Row = dict.fromkeys(COLUMNS)
    told |= _decision(stated.measure, stated.ends_on) | _categories(stated)
    told |= {
        "account_type": "ACCOUNT_TYPE_PRIVATE",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": f"Clause “{stated.clause}” of policy version {stated.policy_version}",
        "incompatible_content_explanation": f"The clause says: {stated.clause_text}",
        "incompatible_content_illegal": "No",
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_language": stated.language.upper() if len(stated.language) == 2 else None,
        "content_date": stated.content_on.isoformat(),
        "territorial_scope": list(EEA),
        "application_date": stated.starts_on.isoformat(),
        "decision_facts": f"{stated.decided} {stated.facts}",
        "source_type": _SOURCES[stated.source],
        "automated_detection": "Yes" if stated.detected_by_machine else "No",
        "automated_decision": _decided(stated),
        "puid": stated.puid,
    }
    return told | {column: str(told[column])[:most] for column, most in LONGEST.items()}


def as_json(told: Row) -> str:
    return json.dumps(told, ensure_ascii=False)


def as_cells(told: Mapping[str, Value]) -> list[str]:
    """For a CSV file: lists as JSON, as in the database's own dumps. No cell begins like a formula."""
    return [json.dumps(value) if isinstance(value, list) else value or "" for value in map(told.get, COLUMNS)]


_SOURCES = {Source.REPORT: "SOURCE_TYPE_OTHER_NOTIFICATION", Source.OWN_INITIATIVE: "SOURCE_VOLUNTARY"}


def _decided(stated: Stated) -> str:
    return "AUTOMATED_DECISION_FULLY" if stated.decided_by_machine else "AUTOMATED_DECISION_NOT_AUTOMATED"


def _decision(measure: Measure, ends_on: date | None) -> Row:
    """A suspension is of the account; the badge is a part of the service."""
    end = ends_on.isoformat() if ends_on else None
    if measure.kind is SanctionKind.SUSPENSION:
        decided = "DECISION_ACCOUNT_TERMINATED" if measure.permanent else "DECISION_ACCOUNT_SUSPENDED"
        return {"decision_account": decided, "end_date_account_restriction": end}
    removed = measure.kind is SanctionKind.TEEN_BADGE_REMOVAL
    provision = "DECISION_PROVISION_PARTIAL_TERMINATION" if removed else "DECISION_PROVISION_PARTIAL_SUSPENSION"
    return {"decision_provision": provision, "end_date_service_restriction": end}


def _categories(stated: Stated) -> Row:
    """A teen's safety goes first, then what was done; all of it breaks the terms besides."""
    terms = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
    category = terms
    if stated.ground is Ground.OFFSITE_HARM:
        category = "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    if stated.with_minor:
        category = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
    harm = stated.ground is Ground.OFFSITE_HARM
    return {
        "category": category,
        "category_addition": [terms] if category != terms else None,
        "category_specification": ["KEYWORD_CYBER_BULLYING_INTIMIDATION" if harm else "KEYWORD_OTHER"],
        "category_specification_other": None if harm else stated.ground.label,
    }
