"""The shapes of the machine interface: what may come in, what goes out, as Python and as OpenAPI. Knows no table."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from moderation.api.problems import MOST_ITEMS, Misshapen, TooManyItems, fault_of
from moderation.domain import told
from moderation.domain.vocabulary import AccountRole, AccountStatus, AgeGroup, Ground, Room, SanctionKind


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise PydanticCustomError("malformed", "A time is a string, as in 2026-03-01T18:00:00Z.")
    try:
        return told.read_time(value)
    except told.BadTime as error:
        raise PydanticCustomError(error.kind.value, "{detail}", {"detail": str(error)}) from error


def bounded(longest: int, least: int = 0) -> Any:
    """Documents a length; what refuses is the domain, in the same words for every way in."""
    return Field(json_schema_extra={"minLength": least, "maxLength": longest} if least else {"maxLength": longest})


Moment = Annotated[
    datetime,
    PlainValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "RFC 3339 with an offset."}),
]
MomentOut = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat, return_type=str),  # to the microsecond, as in the webhooks
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Id = Annotated[str, bounded(told.LONGEST_ID, least=1)]
Badge = Annotated[str, bounded(told.LONGEST_BADGE)]
Badges = Annotated[list[Badge], Field(json_schema_extra={"maxItems": told.MOST_BADGES})]


class ConversationIn(BaseModel):
    id: Id
    room: Room


class MessageIn(BaseModel):
    id: Id
    conversation: ConversationIn
    sender: Id = Field(description="The id of the account that wrote it.")
    sent_at: Moment
    text: Annotated[str, bounded(told.LONGEST_TEXT)]

    def told(self) -> told.ToldMessage:
        return told.ToldMessage(
            id=self.id,
            conversation=self.conversation.id,
            room=self.conversation.room,
            sender=self.sender,
            sent_at=self.sent_at,
            text=self.text,
        )


class AccountIn(BaseModel):
    """Everything the platform knows of an account. What is left out becomes unknown or empty."""

    id: Id
    username: Annotated[str, bounded(told.LONGEST_USERNAME)] = ""
    role: AccountRole = AccountRole.UNKNOWN
    age_group: AgeGroup = AgeGroup.UNKNOWN
    status: AccountStatus = AccountStatus.ACTIVE
    badges: Badges = []
    person: Annotated[str, bounded(told.LONGEST_ID)] = Field(
        "", description="An opaque key shared by all accounts of one person."
    )
    joined_at: Moment | None = None

    def told(self) -> told.ToldAccount:
        return told.ToldAccount(
            id=self.id,
            username=self.username,
            role=self.role,
            age_group=self.age_group,
            status=self.status,
            badges=tuple(self.badges),
            person=self.person,
            joined_at=self.joined_at,
        )


def _one_by_one(value: Any, handler: Any) -> Any:
    """One bad item must not keep the good ones out: it stays in the list, as what is wrong with it."""
    try:
        return handler(value)
    except ValidationError as error:
        return Misshapen(fault_of(error.errors(include_url=False, include_input=False)[0]))


def _not_too_many(value: Any) -> Any:
    if isinstance(value, list) and len(value) > MOST_ITEMS:
        raise TooManyItems(len(value))
    return value


_LIMITED = (BeforeValidator(_not_too_many), Field(json_schema_extra={"maxItems": MOST_ITEMS}))
Messages = Annotated[list[Annotated[MessageIn, WrapValidator(_one_by_one)]], *_LIMITED]
Accounts = Annotated[list[Annotated[AccountIn, WrapValidator(_one_by_one)]], *_LIMITED]


class MessagesIn(BaseModel):
    messages: Messages
    accounts: Accounts = Field([], description="Accounts worth describing along with their messages.")


class RejectedOut(BaseModel):
    index: int = Field(description="The place in the list that `pointer` names.")
    type: told.FaultKind
    detail: str
    pointer: str = Field(description="A JSON pointer (RFC 6901) to what is wrong.")


class TakenOut(BaseModel):
    accepted: int = Field(description="Messages that are new.")
    duplicates: int = Field(description="Messages that were here already, word for word.")
    edited: int = Field(description="Messages whose id was here with another text: the earlier text is kept.")
    rejected: list[RejectedOut]


class AccountOut(BaseModel):
    id: str
    username: str
    role: AccountRole
    age_group: AgeGroup
    status: AccountStatus
    badges: list[str]
    person: str
    joined_at: MomentOut | None


class ReportIn(BaseModel):
    id: Id
    reporter: Id
    reported: Id
    conversation: Id | None = None
    messages: Annotated[list[Id], Field(json_schema_extra={"maxItems": MOST_ITEMS})] = []
    reason: Ground
    text: Annotated[str, bounded(told.LONGEST_TEXT)] = ""
    channel: Annotated[str, bounded(told.LONGEST_CHANNEL)] = ""
    created_at: Moment


class ReportOut(BaseModel):
    id: str


class AppealIn(BaseModel):
    id: Id
    sanction: Id = Field(description="The id of the sanction, as its event and the standing name it.")
    text: Annotated[str, bounded(told.LONGEST_TEXT, least=1)]
    created_at: Moment


class AppealOut(BaseModel):
    id: str


class SanctionOut(BaseModel):
    id: str
    kind: SanctionKind
    starts_at: MomentOut
    ends_at: MomentOut | None
    policy_clause: str
    reason: str


class StandingOut(BaseModel):
    id: str
    suspended: bool
    suspended_until: MomentOut | None = Field(description="null while suspended: until further notice.")
    badges_removed: list[str]
    badges_held: list[str]
    sanctions: list[SanctionOut]


class StandingChangeOut(StandingOut):
    changed_at: MomentOut


class StandingChangesOut(BaseModel):
    changes: list[StandingChangeOut] = Field(description="Each account once, with its standing at this moment.")
    next: str = Field(description="What to send as “after” next time, also when nothing has changed.")
    more: bool = Field(description="Whether there is more to read at once.")


class KeptFor(StrEnum):
    """Why an account cannot be forgotten yet."""

    OPEN_CASE = "open_case"
    SANCTION = "sanction"
    APPEAL_WINDOW = "appeal_window"
    APPEAL = "appeal"
    UNTOLD = "untold"
    MESSAGES = "messages"


class ErasureOut(BaseModel):
    """A receipt. Asking again answers the same one, with how far it has come."""

    receipt: str = Field(json_schema_extra={"format": "uuid"})
    id: str = Field(description="The id that was to be forgotten, as you sent it: it is not kept.")
    requested_at: MomentOut
    done_at: MomentOut | None
    kept_for: list[KeptFor] = Field(description="What the account is still needed for; empty before the first try.")
