"""What the platform tells us of messages and accounts, and why a piece of it is refused. Knows no transport."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from moderation.domain.vocabulary import AccountRole, AccountStatus, AgeGroup, Room

LONGEST_TEXT = 20_000
LONGEST_ID = 200
LONGEST_USERNAME = 150
LONGEST_BADGE = 64
LONGEST_CHANNEL = 64
MOST_BADGES = 50
TOLERANCE = timedelta(minutes=5)  # for clocks that are a little fast
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)  # anything before is a clock or a conversion gone wrong
END_OF_TIME = datetime(9000, 1, 1, tzinfo=UTC)  # as «now», where a future time is no sign of a wrong clock


class FaultKind(StrEnum):
    """Stable words for machines; the sentence beside them is for people."""

    MALFORMED = "malformed"
    UNSTORABLE = "unstorable_characters"
    TOO_LONG = "too_long"
    NAIVE_TIME = "naive_time"
    FUTURE_TIME = "future_time"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one thing is refused: the field at fault as a path ("conversation/id"), and a sentence."""

    kind: FaultKind
    field: str
    detail: str


class BadTime(ValueError):
    """A time that cannot be used; `str()` says why."""

    def __init__(self, kind: FaultKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class ToldMessage:
    """One message as the platform tells it; every id is the platform's own."""

    id: str
    conversation: str
    room: Room
    sender: str
    sent_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ToldAccount:
    """Everything the platform says of an account. What it leaves out is unknown, whatever it said before."""

    id: str
    username: str = ""
    role: AccountRole = AccountRole.UNKNOWN
    age_group: AgeGroup = AgeGroup.UNKNOWN
    status: AccountStatus = AccountStatus.ACTIVE
    badges: tuple[str, ...] = ()
    person: str = ""
    joined_at: datetime | None = None


_RFC_3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,12})?)(Z|[+-]\d{2}:\d{2})?", re.ASCII | re.IGNORECASE
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def read_time(text: str) -> datetime:
    """The moment that an RFC 3339 time names, to the microsecond. Raises BadTime."""
    parts = _RFC_3339.fullmatch(text)
    if parts is None:
        raise BadTime(FaultKind.MALFORMED, "This is not a time of RFC 3339: write it as 2026-03-01T18:00:00Z.")
    day, hour, offset = parts.groups()
    if offset is None:
        raise BadTime(FaultKind.NAIVE_TIME, "The offset is missing: write it as 2026-03-01T18:00:00Z or …+01:00.")
    try:
        return datetime.fromisoformat(f"{day}T{hour}{offset.upper()}")
    except ValueError as error:
        raise BadTime(FaultKind.MALFORMED, f"There is no such time: {error}.") from error


def time_fault(field: str, moment: datetime, now: datetime) -> Fault | None:
    if moment.tzinfo is None:
        return Fault(FaultKind.NAIVE_TIME, field, "The offset is missing: say which time zone this time is in.")
    if moment > now + TOLERANCE:
        return Fault(FaultKind.FUTURE_TIME, field, "This lies more than 5 minutes in the future: check your clock.")
    if moment < EARLIEST:
        return Fault(FaultKind.MALFORMED, field, "This lies before 1970: check how the time was converted.")
    return None


def text_fault(field: str, text: str, longest: int) -> Fault | None:
    if len(text) > longest:
        return Fault(
            FaultKind.TOO_LONG, field, f"{len(text):,} characters are too many: at most {longest:,} are taken."
        )
    if _UNSTORABLE.search(text):
        return Fault(
            FaultKind.UNSTORABLE,
            field,
            "It holds a NUL or half a surrogate pair, which cannot be stored: leave it out.",
        )
    return None


def id_fault(field: str, text: str) -> Fault | None:
    if not text:
        return Fault(FaultKind.MALFORMED, field, "An id has at least one character.")
    return text_fault(field, text, LONGEST_ID)


def message_fault(told: ToldMessage, now: datetime) -> Fault | None:
    """The first reason to refuse the message, if there is one."""
    return (
        id_fault("id", told.id)
        or id_fault("conversation/id", told.conversation)
        or id_fault("sender", told.sender)
        or time_fault("sent_at", told.sent_at, now)
        or text_fault("text", told.text, LONGEST_TEXT)
    )


def account_fault(told: ToldAccount, now: datetime) -> Fault | None:
    """The first reason to refuse what is said of the account, if there is one."""
    return (
        id_fault("id", told.id)
        or text_fault("username", told.username, LONGEST_USERNAME)
        or _badges_fault(told.badges)
        or text_fault("person", told.person, LONGEST_ID)
        or (told.joined_at and time_fault("joined_at", told.joined_at, now))
        or None
    )


def _badges_fault(badges: tuple[str, ...]) -> Fault | None:
    if len(badges) > MOST_BADGES:
        return Fault(FaultKind.TOO_LONG, "badges", f"{len(badges)} badges are too many: at most {MOST_BADGES}.")
    faults = (text_fault(f"badges/{index}", badge, LONGEST_BADGE) for index, badge in enumerate(badges))
    return next((fault for fault in faults if fault), None)
