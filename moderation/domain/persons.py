"""What the page of one account says, as words and plain values: kinds of notes and events, and how reports turned out.

Knows no database and no page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum

from moderation.domain.vocabulary import TEEN_BADGE, AccountStatus


class NoteKind(StrEnum):
    GENERAL = "general"
    SAFETY = "safety"
    CONTEXT = "context"
    STAFF_CONTACT = "staff_contact"

    @property
    def label(self) -> str:
        return {"staff_contact": "Contact with the platform's staff"}.get(self.value, self.value.capitalize())


class Fact(StrEnum):
    """What the platform says of an account and may say otherwise later. Whose the account is has no history."""

    STATUS = "status"
    BADGES = "badges"
    ROLE = "role"
    AGE_GROUP = "age_group"
    USERNAME = "username"


class SearchBy(StrEnum):
    NAME = "name"
    ID = "id"
    CONTACT = "contact"

    @property
    def label(self) -> str:
        return {"name": "User name begins with", "id": "Id on the platform", "contact": "Contact that was given"}[
            self.value
        ]


class Topic(StrEnum):
    """What a timeline can be narrowed to."""

    ACCOUNT = "account"
    BADGES = "badges"
    BREAKS = "breaks"
    REPORTS_BY = "reports_by"
    REPORTS_ABOUT = "reports_about"
    CASES = "cases"
    DECISIONS = "decisions"
    SANCTIONS = "sanctions"
    APPEALS = "appeals"
    NOTES = "notes"
    CHECK_INS = "check_ins"
    LOOKS = "looks"

    @property
    def label(self) -> str:
        return {"looks": "Views of private data", "check_ins": "Check-ins"}.get(
            self.value, self.value.replace("_", " ").capitalize()
        )


class Mark(IntEnum):
    """One kind of event. Of two at the same moment the higher one is the later."""

    JOINED = 1
    FIRST_SEEN = 2
    CHANGE = 3
    CHECKED_IN = 4
    REPORT_BY = 5
    REPORT_ABOUT = 6
    CASE = 7
    DECISION = 8
    SANCTION = 9
    SANCTION_END = 10
    APPEAL = 11
    APPEAL_HEARD = 12
    NOTE = 13
    LOOK = 14
    ACCOUNT_LOOK = 15


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BEYOND = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a timeline a page begins: everything that follows is older. Without a moment: at the newest."""

    at: datetime | None = None
    mark: int = 0
    row_id: int = _BEYOND

    def __str__(self) -> str:
        micros = (self.at - _EPOCH) // timedelta(microseconds=1) if self.at else 0
        return f"{micros}.{self.mark}.{self.row_id}" if self.at else ""


def place_from(text: str) -> Place:
    """What an address says; what cannot be read begins at the newest."""
    try:
        micros, mark, row_id = (int(part) for part in text.split("."))
        moment = _EPOCH + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return Place()
    return Place(moment, mark, row_id) if 0 <= row_id <= _BEYOND and mark in set(Mark) else Place()


@dataclass(frozen=True, slots=True)
class Reliability:
    """How the reports that an account made turned out: counted, never weighed."""

    upheld: int = 0
    not_upheld: int = 0
    open: int = 0
    is_part: bool = False  # there are older ones

    def __str__(self) -> str:
        """«7 reports: 5 upheld, 1 not, 1 open»"""
        total = self.upheld + self.not_upheld + self.open
        if not total:
            return "no report yet"
        counts = ((self.upheld, "upheld"), (self.not_upheld, "not"), (self.open, "open"))
        parts = ", ".join(f"{count} {word}" for count, word in counts if count)
        lead = f"the latest {total}" if self.is_part else str(total)
        return f"{lead} report{'s' if total > 1 else ''}: {parts}"


def changed(fact: Fact, before: Iterable[str], after: Iterable[str]) -> str:
    """A change in one sentence, without names that a person has chosen: those are shown beside it."""
    old, new = list(before), list(after)
    if fact is Fact.BADGES:
        given = [f"{badge_name(badge)} given" for badge in new if badge not in old]
        taken = [f"{badge_name(badge)} taken away" for badge in old if badge not in new]
        return ", ".join([*given, *taken])
    if fact is Fact.STATUS:
        return f"{_status(new)}, was {_status(old).lower()}"
    if fact is Fact.USERNAME:
        return "User name changed"
    return f"{fact.value.replace('_', ' ').capitalize()} changed from {_word(old)} to {_word(new)}"


def badge_name(badge: str) -> str:
    return "Teen badge" if badge == TEEN_BADGE else f"Badge “{badge}”"


def _status(values: list[str]) -> str:
    return AccountStatus(values[0]).label if values else ""


def _word(values: list[str]) -> str:
    return values[0] if values else "unknown"
