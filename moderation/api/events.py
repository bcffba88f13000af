"""The events that the platform is sent, as the OpenAPI document describes them. Sends nothing."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import AnyUrl, BaseModel, Field
from pydantic.json_schema import models_json_schema

from moderation.api.schemas import MomentOut
from moderation.domain.vocabulary import SanctionKind

_REFERENCE = "#/components/schemas/{model}"


class SanctionEvent(BaseModel):
    sanction: str
    account: str
    kind: SanctionKind
    starts_at: MomentOut | None
    ends_at: MomentOut | None = Field(description="Null: no end is known.")
    policy_version: int
    policy_clause: str
    reason: str
    notice: str = Field(description="For the person alone. Empty: they hear otherwise.")
    appeal_until: MomentOut | None
    ends_after_check_in: bool = Field(default=False, description="It ends only by another event.")
    not_before: MomentOut | None = Field(default=None, description="With a check-in: not even that ends it before.")


class BadgeEvent(SanctionEvent):
    badge: str


class NoticeEvent(BaseModel):
    account: str
    text: str


class ReportEvent(BaseModel):
    report: str
    reporter: str
    outcome: Literal["action_taken", "no_violation"]


class AppealEvent(BaseModel):
    appeal: str
    sanction: str
    outcome: Literal["upheld", "reduced", "overturned"]
    text: str


class CheckInEvent(BaseModel):
    account: str
    due_at: MomentOut
    url: AnyUrl = Field(description="For the person alone.")
    text: str


class HeadEvent(BaseModel):
    seq: int = Field(description="The number of the last entry.")
    head: str = Field(description="Its seal, SHA-256 in hexadecimal.")
    at: MomentOut | None = Field(description="When the trail was last sealed.")


class TestEvent(BaseModel):
    __test__ = False  # no test of ours

    text: str


@dataclass(frozen=True, slots=True)
class Event:
    topic: str
    data: type[BaseModel]
    when: str


EVENTS = (
    Event("sanction.applied", SanctionEvent, "An education notice or a suspension begins, or gets another end."),
    Event("sanction.lifted", SanctionEvent, "A suspension ends."),
    Event("badge.held", BadgeEvent, "A badge may not be used meanwhile."),
    Event("badge.removed", BadgeEvent, "A badge is taken."),
    Event("badge.restored", BadgeEvent, "A badge is given back."),
    Event("notice.sent", NoticeEvent, "The account is to read a text."),
    Event("report.closed", ReportEvent, "Somebody has looked at a report."),
    Event("appeal.decided", AppealEvent, "An appeal was heard."),
    Event("check_in.due", CheckInEvent, "A listener has a check-in to answer, or is reminded of it."),
    Event("audit.sealed", HeadEvent, "The end of Haven's audit trail, every minute; outside the order, sent once."),
    Event("endpoint.test", TestEvent, "An admin tries the address out."),
)
_HEADERS = {
    "webhook-id": "Equal on every try of one event.",
    "webhook-timestamp": "When this try was signed, in seconds since 1970.",
    "webhook-signature": "By Standard Webhooks: HMAC-SHA256, one signature a valid secret, parted by blanks.",
}


def describe(document: dict[str, Any]) -> None:
    """Add the webhooks and what their data look like to an OpenAPI document."""
    models = [(model, "serialization") for model in dict.fromkeys(event.data for event in EVENTS)]
    _, schemas = models_json_schema(models, ref_template=_REFERENCE)  # type: ignore[arg-type]
    document["components"]["schemas"] |= schemas["$defs"]
    document["webhooks"] = {event.topic: {"post": _call(event)} for event in EVENTS}


def _call(event: Event) -> dict[str, Any]:
    said = {
        "type": "object",
        "properties": {
            "type": {"const": event.topic},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"$ref": _REFERENCE.format(model=event.data.__name__)},
        },
        "required": ["type", "timestamp", "data"],
    }
    return {
        "summary": event.when,
        "operationId": event.topic.replace(".", "_"),
        "parameters": [
            {"in": "header", "name": name, "required": True, "description": meaning, "schema": {"type": "string"}}
            for name, meaning in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": said}}},
        "responses": {"2XX": {"description": "Taken. Anything else, or nothing within ten seconds: sent again."}},
    }
