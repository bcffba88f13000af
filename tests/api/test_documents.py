"""The OpenAPI document and the page drawn from it: complete, open to everybody, and without anything from elsewhere."""

import re

import pytest
from django.test import Client

from moderation.api import problems
from tests import making
from tests.api.platform import Platform, document

CALLS = {
    ("post", "/api/v1/messages", "messages:write"),
    ("post", "/api/v1/reports", "reports:write"),
    ("post", "/api/v1/appeals", "appeals:write"),
    ("put", "/api/v1/accounts/{id}", "accounts:write"),
    ("get", "/api/v1/accounts/{id}/standing", "standing:read"),
    ("get", "/api/v1/standing-changes", "standing:read"),
    ("delete", "/api/v1/accounts/{id}", "erasure:write"),
}


def test_every_call_is_documented_with_its_scope() -> None:
    found = {
        (method, path, operation["x-scope"])
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }
    assert found == CALLS


def test_every_problem_is_documented_somewhere() -> None:
    text = str(document()["paths"])
    undocumented = {kind.name for kind in problems.KINDS if f"“{kind.name}”" not in text}
    assert undocumented == {"wrong-method"}  # of calls that are not there


@pytest.mark.django_db
@pytest.mark.parametrize("status", [202, 404, 409, 413, 422])
def test_whatever_tells_of_the_limit_is_documented_to_do_so(status: int) -> None:
    appeal = making.appeal()
    body = {"id": "a1", "sanction": str(appeal.sanction_id), "text": "no", "created_at": "2026-03-01T18:05:00Z"}
    path, said = {
        202: ("messages", {"messages": []}),
        404: ("appeals", body | {"sanction": "0"}),
        409: ("appeals", body),
        413: ("messages", {"messages": [{}] * 1001}),
        422: ("reports", {}),
    }[status]
    answer = Platform().post(path, said)
    assert answer.status == status
    described = document()["paths"][f"/api/v1/{path}"]["post"]["responses"][status]["headers"]
    assert {name for name in answer.headers if name.startswith("RateLimit")} == {"RateLimit", "RateLimit-Policy"}
    assert {"RateLimit", "RateLimit-Policy"} <= described.keys()


def test_every_reference_leads_somewhere() -> None:
    text = str(document())
    names = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert names <= document()["components"]["schemas"].keys()
    assert "$defs" not in text


def test_limits_are_documented() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["MessagesIn"]["properties"]["messages"]["maxItems"] == 1000
    assert schemas["MessageIn"]["properties"]["text"]["maxLength"] == 20_000
    assert schemas["MessageIn"]["properties"]["sent_at"]["format"] == "date-time"


def test_the_document_is_served_as_it_is() -> None:
    response = Client().get("/api/v1/openapi.json")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert response.json()["paths"].keys() == document()["paths"].keys()


@pytest.fixture
def page() -> str:
    response = Client().get("/api/v1/docs")
    assert response.status_code == 200
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    return response.content.decode()


def test_the_page_shows_every_call_and_every_problem(page: str) -> None:
    for method, path, scope in CALLS:
        assert f"{method.upper()} {path}" in page
        assert scope in page
    for kind in set(problems.KINDS) - {problems.WRONG_METHOD}:
        assert kind.name in page


def test_the_page_asks_nothing_of_anybody_else(page: str) -> None:
    assert re.findall(r"(?:src|href)=\"([^\"#]+)\"", page) == [
        "/static/img/haven.svg",
        "/static/css/api-docs.css",
        "openapi.json",
    ]
    assert "<script" not in page
    assert "style=" not in page


def test_every_link_within_the_page_leads_somewhere(page: str) -> None:
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))
