"""The bodies that ROOST Coop takes for reports and appeals, and what they say in our words. Knows no table.

After https://github.com/roostorg/coop (Apache-2.0): docs/api/report.md, docs/api/appeal.md and
server/routes/reporting/ReportingRoutes.ts as of August 2026. What an item holds is up to each platform there, so that
its fields are looked for under the names that are usual.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from moderation.api.problems import MOST_ITEMS
from moderation.api.schemas import Id, Moment, bounded
from moderation.domain import told
from moderation.domain.vocabulary import Ground, Room

_AUTHOR = (
    "creatorId",
    "creator",
    "creator_id",
    "authorId",
    "author",
    "author_id",
    "senderId",
    "sender",
    "sender_id",
    "userId",
    "user",
    "user_id",
)
_THREAD = ("threadId", "thread", "thread_id", "conversationId", "conversation", "conversation_id", "roomId", "room")
_TIME = ("createdAt", "created_at", "sentAt", "sent_at", "datetime", "timestamp")
_TEXT = ("text", "content", "body", "message")
CHANNEL = "coop"
MOST_SANCTIONS = 20  # in one appeal; a decision makes two or three
_REPORTS = UUID("6f3f2f6a-3a39-4c1e-9d0b-0f6a5d2c7e41")  # of the ids that reports get here


class Identifier(BaseModel):
    id: Id
    typeId: str  # noqa: N815 — the names are Coop's


class Reporter(Identifier):
    kind: Literal["user"]


class ItemType(BaseModel):
    id: str
    version: str | None = None


class Item(BaseModel):
    """What a report is about or shows: an account, a message, or a thread; in either of the spellings of its type."""

    id: Id
    data: dict[str, Any]
    typeId: str | None = None  # noqa: N815
    type: ItemType | None = None

    @model_validator(mode="after")
    def _has_a_type(self) -> "Item":
        if self.typeId is None and self.type is None:
            raise PydanticCustomError("malformed", "An item names its type, as “typeId” or as “type”.")
        return self

    @property
    def type_id(self) -> str:
        return self.typeId if self.typeId is not None else self.type.id if self.type else ""

    @property
    def author(self) -> str:
        return _first(self.data, _AUTHOR)

    @property
    def thread(self) -> str:
        return _first(self.data, _THREAD)

    def as_message(self) -> told.ToldMessage | None:
        """The message, where the item has all of one."""
        text, said = _first(self.data, _TEXT), _first(self.data, _TIME)
        if not (text and said and self.author and self.thread):
            return None
        try:
            sent_at = told.read_time(said)
        except told.BadTime:
            return None
        return told.ToldMessage(self.id, self.thread, Room.ONE_TO_ONE, self.author, sent_at, text)


Items = Annotated[list[Item], Field(max_length=MOST_ITEMS)]
Identifiers = Annotated[list[Identifier], Field(max_length=MOST_ITEMS)]


class Reason(BaseModel):
    policyId: str | None = None  # noqa: N815
    reason: str | None = None
    csam: bool | None = None

    @property
    def ground(self) -> Ground:
        """What may be the worst is looked at first; a policy that is none of ours is «other»."""
        if self.csam:
            return Ground.OFFSITE_HARM
        return next((ground for ground in Ground if ground == self.policyId), Ground.OTHER)


class ReportBody(BaseModel):
    reporter: Reporter
    reportedAt: Moment  # noqa: N815
    reportedItem: Item  # noqa: N815
    reportedForReason: Reason | None = None  # noqa: N815
    reportedItemThread: Items = []  # noqa: N815
    reportedItemsInThread: Identifiers = []  # noqa: N815
    additionalItems: Items = []  # noqa: N815

    @property
    def is_about_account(self) -> bool:
        """Who reports is an account, so that an item of the same type is one too."""
        return self.reportedItem.type_id == self.reporter.typeId

    @property
    def reported(self) -> str:
        """The account that is reported; empty where nothing says who it is."""
        if self.is_about_account:
            return self.reportedItem.id
        named = {item.id for item in self.reportedItemsInThread}
        marked = (item.author for item in self.reportedItemThread if item.id in named)
        return self.reportedItem.author or next((author for author in marked if author), "")

    @property
    def ground(self) -> Ground:
        return self.reportedForReason.ground if self.reportedForReason else Ground.OTHER

    @property
    def report_id(self) -> str:
        """Coop's reports carry no id: the same report sent again gets the same one here, and so is harmless."""
        said = [self.reporter.id, self.reportedAt.isoformat(), self.reportedItem.type_id, self.reportedItem.id]
        return str(uuid5(_REPORTS, json.dumps(said)))

    def messages(self) -> Iterator[told.ToldMessage]:
        seen = {}
        for item in (self.reportedItem, *self.reportedItemThread, *self.additionalItems):
            if item.id not in seen and (message := item.as_message()):
                seen[item.id] = message
        return iter(seen.values())

    def message_ids(self) -> list[str]:
        about = [] if self.is_about_account else [self.reportedItem.id]
        return list(dict.fromkeys([*about, *(item.id for item in self.reportedItemsInThread)]))

    def conversation(self) -> str | None:
        about = () if self.is_about_account else (self.reportedItem,)
        within = (item.thread for item in (*about, *self.reportedItemThread))
        return next((thread for thread in within if thread), None)


class ReportAnswer(BaseModel):
    reportId: str  # noqa: N815


class ViolatedPolicy(BaseModel):
    id: str


class AppealBody(BaseModel):
    """Of what Coop's callbacks call actions, sanctions are what can be appealed against here."""

    appealId: Id  # noqa: N815
    appealedBy: Identifier  # noqa: N815
    appealedAt: Moment  # noqa: N815
    actionedItem: Item  # noqa: N815
    actionsTaken: Annotated[list[Id], Field(min_length=1, max_length=MOST_SANCTIONS)]  # noqa: N815
    appealReason: Annotated[str, bounded(told.LONGEST_TEXT, least=1)]  # noqa: N815
    violatingPolicies: Annotated[list[ViolatedPolicy], Field(max_length=MOST_ITEMS)] = []  # noqa: N815
    additionalItems: Items = []  # noqa: N815


def _first(data: dict[str, Any], names: tuple[str, ...]) -> str:
    """The first of the fields that is there, as text; of a related item its id."""
    for name in names:
        value = data.get(name)
        if isinstance(value, dict):
            value = value.get("id")
        if isinstance(value, str) and value:
            return value
    return ""
