"""No page and no field of an interface is left out when hostile text goes through Haven (tests/hostile_world.py)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from moderation.api.coop_urls import api as beside_coop
from moderation.api.urls import api
from moderation.models import Appeal, Message, Report
from tests import hostile, hostile_doors, hostile_world, making
from tests.guards.routes import Route, addresses
from tests.hostile_world import PAGES

# Addresses that answer a GET, and are no page that shows what anybody has written.
NO_PAGE = {
    "mfa_authenticate": "asks for a code, and names nobody",
    "mfa_login_webauthn": "JSON for the passkey",
    "mfa_index": "leads on",
    "mfa_deactivate_totp": "leads on",
    "openid_connect_login": "leads to the provider",
    "openid_connect_callback": "leads on, or shows the page of who has broken off",
    "socialaccount_login_cancelled": "words of our own",
    "person_links": "shows nothing by itself: it is pressed on the page of a person",
    "queue_news": "what htmx asks for: a number",
    "healthz": "a word",
    "readyz": "words of our own",
    "metrics": "numbers for a machine",
    "sanctions_export": "a file (CSV): see domain/test_spreadsheet.py",
    "check_ins_csv": "a file (CSV)",
    "statements_export": "a file (CSV or JSON)",
    "transparency_csv": "a file (CSV)",
}


@pytest.mark.django_db
def test_no_page_is_forgotten() -> None:
    """Whatever answers a GET is a page that the walk in a browser opens, or says here why not."""
    client = Client()
    client.force_login(making.admin())
    known = PAGES.keys() | NO_PAGE.keys()
    routes = [Route(f"/{path}", pattern.name or "", None) for path, pattern in addresses()]

    forgotten = [
        route.path for route in routes if route.name not in known and client.get(route.address()).status_code != 405
    ]

    assert len(routes) > 120
    assert forgotten == []
    assert known <= {route.name for route in routes}, "and no exception is left over"
    assert not PAGES.keys() & NO_PAGE.keys()


def _fields(schema: dict[str, Any], known: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where in a body stands text that whoever sends it may choose."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for one in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _fields(one, known, at)
    if "items" in schema:
        yield from _fields(schema["items"], known, f"{at}[]")
    for name, part in schema.get("properties", {}).items():
        yield from _fields(part, known, f"{at}.{name}")
    if schema.get("type") == "string" and not {"enum", "const", "format"} & schema.keys():
        yield at


def _texts(body: Any, at: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(body, dict):
        for name, part in body.items():
            yield from _texts(part, f"{at}.{name}")
    elif isinstance(body, list):
        for part in body:
            yield from _texts(part, f"{at}[]")
    elif isinstance(body, str):
        yield at, body


def _is_hostile(text: str) -> bool:
    return not text.isascii() or hostile.GLOBAL in text


# What names a row that is there, and so cannot be made up.
NAMES_A_ROW = {
    "PUT /api/v1/accounts/{id} .id",
    "POST /api/v1/appeals .sanction",
    "POST /api/coop/v1/report/appeal .actionsTaken[]",
    "POST /api/coop/v1/report/appeal .appealedBy.id",
}


@pytest.fixture
def world(transactional_db: None, tmp_path: Path) -> hostile_world.World:
    return hostile_world.make(tmp_path)


def test_every_field_of_every_door_is_tried(world: hostile_world.World) -> None:
    """Every field of every body that the machine interfaces take; and the doors that take no bodies brought theirs."""
    wanted, tried = set(), set()
    for interface in (api, beside_coop):
        document = interface.get_openapi_schema()
        for path, methods in document["paths"].items():
            for method, said in methods.items():
                if "requestBody" in said:
                    schema = said["requestBody"]["content"]["application/json"]["schema"]
                    known = document["components"]["schemas"]
                    wanted |= {f"{method.upper()} {path} {field}" for field in _fields(schema, known)}
    for call, body in world.platform.sent:
        call = call.replace("/accounts/one", "/accounts/{id}")
        tried |= {f"{call} {field}" for field, text in _texts(body) if _is_hostile(text)}

    assert len(wanted) > 30
    assert sorted(wanted - tried - NAMES_A_ROW) == []
    assert Appeal.objects.count() == 3, "by the platform, by Coop and by the link"
    assert set(hostile_doors.TEXTS) <= set(Message.objects.values_list("text", flat=True)), "imported"
    assert Report.objects.filter(reason="other").count() >= len(hostile_doors.TEXTS) // 2
