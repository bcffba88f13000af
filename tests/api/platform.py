"""A chat platform that calls the machine interface, and holds every answer against the OpenAPI document."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.test import Client

from accounts.roles import Scope
from moderation.api.urls import api
from tests import making
from tests.api.shapes import mismatches

PREFIX = "/api/v1/"


class Platform:
    def __init__(self, *scopes: Scope) -> None:
        self.key, self.secret = making.api_key(*scopes)
        self._client = Client(raise_request_exception=False)

    def post(self, path: str, body: Any, **headers: str) -> "Answer":
        return self.send("POST", path, json.dumps(body).encode(), **headers)

    def put(self, path: str, body: Any, **headers: str) -> "Answer":
        return self.send("PUT", path, json.dumps(body).encode(), **headers)

    def get(self, path: str, **headers: str) -> "Answer":
        return self.send("GET", path, b"", **headers)

    def delete(self, path: str, **headers: str) -> "Answer":
        return self.send("DELETE", path, b"", **headers)

    def send(
        self, method: str, path: str, body: bytes = b"", *, content_type: str = "application/json", **headers: str
    ) -> "Answer":
        known = {"Authorization": f"Bearer {self.secret}"} | headers
        given = {name: value for name, value in known.items() if value}
        response = self._client.generic(method, PREFIX + path, body, content_type=content_type, headers=given)
        answer = Answer(response.status_code, response.headers, response.content)
        answer.hold_against_document(method, path)
        return answer


class Answer:
    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.media_type = headers["Content-Type"].partition(";")[0]
        self.body: Any = json.loads(content) if content else None

    @property
    def problem(self) -> str:
        """The last part of the problem's type."""
        return str(self.body["type"]).removeprefix("urn:haven:problem:")

    @property
    def pointers(self) -> list[str]:
        return [error["pointer"] for error in self.body["errors"]]

    def hold_against_document(self, method: str, path: str) -> None:
        """Every answer to a documented call has a documented status, media type, headers and shape; every other is
        problem+json."""
        operation = _operation(method, path)
        if operation is None:
            assert self.status in (404, 405), f"undocumented call {method} {path} answered {self.status}"
            documented = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        else:
            documented = operation["responses"].get(self.status)
            assert documented, f"{method} {path} answered {self.status}, which is not documented: {self.body}"
        assert self.media_type in documented["content"]
        schema = documented["content"][self.media_type]["schema"]
        assert mismatches(self.body, schema, document()) == []
        certain = set(documented.get("headers", {})) - {"RateLimit", "RateLimit-Policy"}
        assert certain <= set(self.headers)


@cache
def document() -> dict[str, Any]:
    return dict(api.get_openapi_schema())


def _operation(method: str, path: str) -> dict[str, Any] | None:
    path = path.partition("?")[0]
    known = ("messages", "reports", "appeals", "standing-changes")
    templates = {name: name for name in known}
    if path.startswith("accounts/"):
        templates[path] = "accounts/{id}/standing" if path.endswith("/standing") else "accounts/{id}"
    template = templates.get(path)
    found: dict[str, Any] = document()["paths"].get(f"{PREFIX}{template}", {})
    return found.get(method.lower())
