"""Every «no» of the machine interface as problem+json (RFC 9457). Knows no table and no operation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from pydantic import BaseModel, Field

from moderation.domain.told import Fault, FaultKind

MEDIA_TYPE = "application/problem+json"
MOST_ITEMS = 1_000
MOST_BYTES = 2 * 1024 * 1024
COME_BACK_IN_S = 5  # what Retry-After says while the database is away
BACKLOG_WAIT_S = 10  # what it says while too many messages wait to be screened


class FieldProblem(BaseModel):
    pointer: str = Field(description="A JSON pointer (RFC 6901) into the body.")
    detail: str


class ProblemOut(BaseModel):
    type: str = Field(
        description="Stable: what machines tell problems apart by.", examples=["urn:haven:problem:invalid"]
    )
    title: str
    status: int
    detail: str = Field(description="What is wrong and how to go on.")
    errors: list[FieldProblem] = Field(default=[], description="The fields at fault, where there are any.")


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of problem: the status, and the last part of its `type`."""

    status: HTTPStatus
    name: str
    title: str


INVALID = Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "The request cannot be understood")
REFUSED = Kind(HTTPStatus.UNPROCESSABLE_ENTITY, "refused", "The request is refused")
NO_KEY = Kind(HTTPStatus.UNAUTHORIZED, "no-key", "No valid key")
NO_SCOPE = Kind(HTTPStatus.FORBIDDEN, "no-scope", "The key may not do this")
MISSING = Kind(HTTPStatus.NOT_FOUND, "missing", "There is no such thing")
WRONG_METHOD = Kind(HTTPStatus.METHOD_NOT_ALLOWED, "wrong-method", "This address does not take this method")
CONFLICT = Kind(HTTPStatus.CONFLICT, "conflict", "This contradicts the state of things")
NO_LENGTH = Kind(HTTPStatus.LENGTH_REQUIRED, "no-length", "The length of the body is not known")
TOO_LARGE = Kind(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large", "Too much at once")
NOT_JSON = Kind(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-json", "The body is not sent as JSON")
TOO_MANY = Kind(HTTPStatus.TOO_MANY_REQUESTS, "too-many", "Too many requests")
BACKLOG = Kind(HTTPStatus.TOO_MANY_REQUESTS, "backlog", "Screening has to catch up first")
BROKEN = Kind(HTTPStatus.INTERNAL_SERVER_ERROR, "broken", "Something broke on our side")
AWAY = Kind(HTTPStatus.SERVICE_UNAVAILABLE, "away", "The database is away or takes no writes")

KINDS = (
    INVALID, REFUSED, NO_KEY, NO_SCOPE, MISSING, WRONG_METHOD, CONFLICT,
    NO_LENGTH, TOO_LARGE, NOT_JSON, TOO_MANY, BACKLOG, BROKEN, AWAY,
)  # fmt: skip


class Problem(Exception):
    """Raised anywhere on the way of a call; the entrance answers it."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def response(self) -> HttpResponse:
        body: dict[str, Any] = {
            "type": f"urn:haven:problem:{self.kind.name}",
            "title": self.kind.title,
            "status": int(self.kind.status),
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [error.model_dump() for error in self.errors]
        return HttpResponse(json.dumps(body), status=self.kind.status, content_type=MEDIA_TYPE, headers=self.headers)


class TooManyItems(Problem):
    def __init__(self, count: int) -> None:
        super().__init__(
            TOO_LARGE, f"{count:,} items are too many for one call: send at most {MOST_ITEMS:,} at a time."
        )


def database_away() -> Problem:
    detail = "The database does not answer, or takes no writes. Nothing was stored: send the same again a little later."
    return Problem(AWAY, detail, headers={"Retry-After": str(COME_BACK_IN_S)})


def of_fault(fault: Fault) -> Problem:
    return Problem(INVALID, fault.detail, errors=[FieldProblem(pointer=f"/{fault.field}", detail=fault.detail)])


@dataclass(frozen=True, slots=True)
class Misshapen:
    """Stands in a list of items for one that could not be read."""

    fault: Fault


_FAULT_KINDS = {kind.value: kind for kind in FaultKind} | {"string_unicode": FaultKind.UNSTORABLE}


def fault_of(error: Mapping[str, Any]) -> Fault:
    """One error of pydantic in our words. Never repeats what was sent: it may be somebody's message."""
    kind = _FAULT_KINDS.get(error["type"], FaultKind.MALFORMED)
    field = "/".join(_escaped(part) for part in error["loc"])
    return Fault(kind, field, sentence(error))


def sentence(error: Mapping[str, Any]) -> str:
    match error["type"]:
        case "missing":
            return "This field is required."
        case "string_unicode":
            return "It holds half a surrogate pair, which cannot be stored: leave it out."
        case "enum":
            return f"This must be {error['ctx']['expected']}."
        case _:
            return str(error["msg"]).rstrip(".") + "."


def pointer(place: Sequence[str | int]) -> str:
    return "".join(f"/{_escaped(part)}" for part in place)


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
