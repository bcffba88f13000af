"""Every answer has a request id and stays out of caches."""

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.middleware import Handler, private_responses, request_id


def _answer(middleware: Handler, **headers: str) -> HttpResponse:
    return middleware(RequestFactory(headers=headers).get("/queue?q=private"))


def _say_request_id(request: HttpRequest) -> HttpResponse:
    return HttpResponse(structlog.contextvars.get_contextvars()["request_id"])


@pytest.mark.parametrize("offered", ["", "short", "x" * 65, "a b c d e f g h", "line\nbreak-1234", "-leading-dash"])
def test_malformed_request_id_is_replaced(offered: str) -> None:
    response = _answer(request_id(_say_request_id), **{"X-Request-ID": offered})

    assert len(response["X-Request-ID"]) == 32
    assert response.content.decode() == response["X-Request-ID"]


def test_well_formed_request_id_of_a_proxy_is_kept() -> None:
    response = _answer(request_id(_say_request_id), **{"X-Request-ID": "proxy-7.1234_abc"})

    assert response.content == b"proxy-7.1234_abc"
    assert response["X-Request-ID"] == "proxy-7.1234_abc"


def test_request_line_leaves_the_search_words_out() -> None:
    with structlog.testing.capture_logs() as lines:
        _answer(request_id(_say_request_id))

    [line] = lines
    assert line.pop("ms") >= 0
    assert line == {"event": "request", "log_level": "info", "method": "GET", "path": "/queue", "status": 200}


def test_private_answer_is_not_stored() -> None:
    response = _answer(private_responses(lambda _: HttpResponse()))

    assert response["Cache-Control"] == "no-store"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_answer_that_says_how_it_may_be_stored_is_believed() -> None:
    public = HttpResponse(headers={"Cache-Control": "public, max-age=60"})

    assert _answer(private_responses(lambda _: public))["Cache-Control"] == "public, max-age=60"
