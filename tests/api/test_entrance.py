"""What is refused before any call is made: bodies too large, of the wrong kind or unreadable; wrong addresses."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from moderation.api import entrance, problems
from moderation.models import Message
from tests.api import telling
from tests.api.platform import Platform

pytestmark = pytest.mark.django_db

UNREADABLE = {
    "nothing": b"",
    "no JSON": b"{messages: []}",
    "cut off": b'{"messages": [',
    "not UTF-8": b'{"messages": "\xff"}',
    "too deep": b"[" * 100_000 + b"]" * 100_000,
    "a list": b"[]",
    "a word": b'"messages"',
    "null": b"null",
    "no messages": b"{}",
    "messages no list": b'{"messages": {}}',
    "accounts no list": b'{"messages": [], "accounts": "ann"}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_body_is_malformed(body: bytes) -> None:
    answer = Platform().send("POST", "messages", body)
    assert (answer.status, answer.problem) == (422, "invalid")
    assert answer.body["detail"]


def test_a_missing_field_is_pointed_at() -> None:
    assert Platform().post("messages", {"accounts": []}).pointers == ["/messages"]


def test_unreadable_json_says_where() -> None:
    answer = Platform().send("POST", "messages", b'{"messages": [}')
    assert "line 1, column 15" in answer.body["detail"]


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_a_body_that_is_not_sent_as_json_is_not_read(content_type: str) -> None:
    answer = Platform().send("POST", "messages", b'{"messages": []}', content_type=content_type)
    assert (answer.status, answer.problem) == (415, "not-json")


def test_json_in_utf_8_may_say_so() -> None:
    assert (
        Platform().send("POST", "messages", b'{"messages": []}', content_type="application/json; charset=UTF-8").status
        == 202
    )


def test_a_body_over_2_mib_is_refused_by_its_length_alone() -> None:
    body = b'{"messages": []}'.ljust(problems.MOST_BYTES + 1)
    answer = Platform().send("POST", "messages", body)
    assert (answer.status, answer.problem) == (413, "too-large")


def test_a_length_of_thousands_of_digits_is_too_large_like_any_other() -> None:
    answer = Platform().send("POST", "messages", b"{}", **{"Content-Length": "9" * 5000})
    assert (answer.status, answer.problem) == (413, "too-large")


def test_a_body_of_2_mib_is_read() -> None:
    assert Platform().send("POST", "messages", b'{"messages": []}'.ljust(problems.MOST_BYTES)).status == 202


def test_the_promise_of_2_mib_is_what_the_server_reads() -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE >= problems.MOST_BYTES


@pytest.mark.parametrize("among", ["messages", "accounts"])
def test_more_than_1000_items_are_refused_and_nothing_is_stored(among: str) -> None:
    items = {"messages": [telling.message()], "accounts": []} | {among: [{}] * 1001}
    answer = Platform().post("messages", items)
    assert (answer.status, answer.problem) == (413, "too-large")
    assert "1,001" in answer.body["detail"]
    assert not Message.objects.exists()


def test_a_body_of_unknown_length_is_refused() -> None:
    answer = Platform().send("POST", "messages", b"", **{"Transfer-Encoding": "chunked", "Content-Length": ""})
    assert (answer.status, answer.problem) == (411, "no-length")


@pytest.mark.parametrize("path", ["", "message", "messages/", "accounts/", "standing", "../../etc/passwd"])
def test_an_address_of_nothing_is_a_problem_too(path: str) -> None:
    answer = Platform().get(path)
    assert (answer.status, answer.problem) == (404, "missing")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "messages", "POST"), ("DELETE", "reports", "POST"), ("POST", "accounts/ann", "DELETE, PUT")],
)
def test_a_method_that_an_address_does_not_take(method: str, path: str, allowed: str) -> None:
    answer = Platform().send(method, path, b"{}")
    assert (answer.status, answer.problem, answer.headers["Allow"]) == (405, "wrong-method", allowed)


def test_a_browser_session_is_no_key() -> None:
    answer = Platform().post("messages", {"messages": []}, Authorization="")
    assert answer.status == 401


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_the_platform_is_told_when_to_come_back() -> None:
    platform = Platform()
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "not_there"
    connection.close()
    try:
        answer = platform.post("messages", {"messages": [telling.message()]})
    finally:
        connection.settings_dict["NAME"] = name
        connection.close()
    assert (answer.status, answer.problem, answer.headers["Retry-After"]) == (503, "away", "5")


def test_what_nobody_foresaw_says_nothing_of_its_inside() -> None:
    problem = entrance.problem_of(ZeroDivisionError("secret inside"))
    assert problem.kind.status == 500
    assert "secret" not in problem.response().content.decode()


def test_answers_are_not_kept_by_caches() -> None:
    headers: Any = Platform().post("messages", {"messages": []}).headers
    assert headers["Cache-Control"] == "no-store"
