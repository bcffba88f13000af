"""The OpenAPI document: what the framework derives from the calls, and the problems that the entrance adds."""

from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from moderation.api import events, problems
from moderation.api.problems import MEDIA_TYPE, ProblemOut

DESCRIPTION = """
Tell Haven of messages, accounts, reports and appeals; ask for the standing of an account, or which have changed. Send
a key as “Authorization: Bearer …”; each call names the scope that its key needs. Every item carries your own id, and
sending it again is harmless. Times are RFC 3339 with an offset. Errors are problem+json (RFC 9457): rely on “type”,
show “detail”.
""".strip()

_EVERYWHERE = (401, 403, 429, 500, 503)
_WITH_BODY = (411, 413, 415, 422)
_WITH_ID_TO_FIND = (404,)
ALSO = "x-also"  # in a call's `openapi_extra`: further problems that only this call has
_RATE = ("RateLimit", "RateLimit-Policy")
_HEADERS = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate", *_RATE),
    404: _RATE,
    409: _RATE,
    413: _RATE,
    422: _RATE,
    429: ("Retry-After", *_RATE),
    500: _RATE,
    503: ("Retry-After", *_RATE),
}
_HEADER_MEANING = {
    "WWW-Authenticate": "Bearer, with the error and the scope that is missing (RFC 6750).",
    "Retry-After": "After how many seconds to send the same again.",
    "RateLimit": "Calls that are left (r) and seconds until they are counted anew (t).",
    "RateLimit-Policy": "How many calls (q) a key has in how many seconds (w).",
}


class MachineInterface(NinjaAPI):
    """`tells`: the events of the platform are part of the document."""

    def __init__(self, *, tells: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._tells = tells

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        document["components"]["schemas"]["Problem"] = ProblemOut.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        document["components"]["schemas"] |= document["components"]["schemas"]["Problem"].pop("$defs")
        for methods in document["paths"].values():
            for operation in methods.values():
                _complete(operation)
        if self._tells:
            events.describe(document)
        return document


def _complete(operation: dict[str, Any]) -> None:
    paragraphs = operation["description"].split("\n\n")
    operation["description"] = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
    for status, answer in operation["responses"].items():
        answer["headers"] = _headers(_RATE)
        answer["description"] = HTTPStatus(status).phrase
    statuses = {*_EVERYWHERE, *operation.pop(ALSO, ())}
    if "requestBody" in operation:
        statuses.update(_WITH_BODY)
    elif any(given["in"] == "path" for given in operation.get("parameters", ())):
        statuses.update(_WITH_ID_TO_FIND)
    for status in sorted(statuses):
        operation["responses"][status] = _problem(status)


def _problem(status: int) -> dict[str, Any]:
    kinds = [kind for kind in problems.KINDS if kind.status == status]
    answer: dict[str, Any] = {
        "description": "; ".join(f"{kind.title} (“{kind.name}”)" for kind in kinds),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if names := _HEADERS.get(status):
        answer["headers"] = _headers(names)
    return answer


def _headers(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: {"description": _HEADER_MEANING[name], "schema": {"type": "string"}} for name in names}
