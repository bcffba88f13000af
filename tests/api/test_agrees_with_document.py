"""Schemathesis makes calls out of the OpenAPI documents, sensible ones and others: never a 500, never an answer that is
not documented. What is refused and what is taken is the affair of the other tests."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

schemathesis = pytest.importorskip("schemathesis", reason="make the environment anew: it is a development requirement")

from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application  # noqa: E402
from moderation.models import Sanction  # noqa: E402
from tests import making  # noqa: E402

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
platform = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
coop = schemathesis.openapi.from_wsgi("/api/coop/v1/openapi.json", application)
few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@pytest.fixture
def secret(db: None) -> Iterator[str]:
    """As in Django's own test client, the connection outlasts a request: the test's transaction is in it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    making.account(ext_id="known")
    making.sanction()
    yield making.api_key()[1]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@platform.parametrize()  # type: ignore[untyped-decorator]
@few
def test_the_interface(case: Any, secret: str) -> None:
    assert _answer(case, {"Authorization": f"Bearer {secret}"}).status_code < 500


@coop.parametrize()  # type: ignore[untyped-decorator]
@few
def test_the_interface_beside_coop(case: Any, secret: str) -> None:
    assert _answer(case, {"X-API-KEY": secret}).status_code < 500


def _answer(case: Any, headers: dict[str, str]) -> Any:
    """Raises what CHECKS find."""
    named = case.path_parameters or {}
    if "id" in named and len(named["id"]) % 2:
        case.path_parameters = {"id": "known"}  # chance would never find an account that is there
    if isinstance(case.body, dict) and len(str(case.body)) % 2:
        _point_at(case.body)
    return case.call_and_validate(headers=headers, checks=CHECKS)


def _point_at(body: dict[str, Any]) -> None:
    """Let an appeal be one against the sanction that is there, which chance would never find either."""
    sanction = Sanction.objects.select_related("account").get()
    if "sanction" in body:
        body["sanction"] = str(sanction.pk)
    if "actionsTaken" in body:
        body["actionsTaken"] = [str(sanction.pk)]
        if isinstance(body.get("appealedBy"), dict):
            body["appealedBy"]["id"] = sanction.account.ext_id
