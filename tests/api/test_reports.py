"""POST reports: refusals point at the field; the same report again is harmless."""

from typing import Any

import pytest

from moderation.models import Report
from tests.api import telling
from tests.api.platform import Platform

pytestmark = pytest.mark.django_db

BAD_REPORTS = {
    "no id": ({k: v for k, v in telling.report().items() if k != "id"}, "/id"),
    "empty id": (telling.report(id=""), "/id"),
    "long id": (telling.report(id="x" * 201), "/id"),
    "empty reporter": (telling.report(reporter=""), "/reporter"),
    "reported with NUL": (telling.report(reported="a\0"), "/reported"),
    "empty conversation": (telling.report(conversation=""), "/conversation"),
    "reason unknown": (telling.report(reason="rude"), "/reason"),
    "messages no list": (telling.report(messages="m1"), "/messages"),
    "message without id": (telling.report(messages=["m1", ""]), "/messages/1"),
    "text too long": (telling.report(text="x" * 20_001), "/text"),
    "text with NUL": (telling.report(text="\0"), "/text"),
    "half a surrogate": (telling.report(text="\ud800"), "/text"),
    "channel too long": (telling.report(channel="x" * 65), "/channel"),
    "naive time": (telling.report(created_at="2026-03-01T18:05:00"), "/created_at"),
    "future time": (telling.report(created_at="2999-03-01T18:05:00Z"), "/created_at"),
}


@pytest.mark.parametrize(("bad", "pointer"), BAD_REPORTS.values(), ids=BAD_REPORTS)
def test_a_bad_report_is_not_taken(bad: Any, pointer: str) -> None:
    answer = Platform().post("reports", bad)
    assert (answer.status, answer.problem, answer.pointers) == (422, "invalid", [pointer])
    assert not Report.objects.exists()


def test_messages_of_another_conversation_are_refused() -> None:
    platform = Platform()
    platform.post("messages", {"messages": [telling.message(id="m1")]})
    answer = platform.post("reports", telling.report(conversation="elsewhere", messages=["m1"]))
    assert (answer.status, answer.problem) == (422, "refused")


def test_too_many_messages_are_too_much() -> None:
    assert Platform().post("reports", telling.report(messages=["m"] * 1001)).status == 413


def test_a_report_is_taken_once() -> None:
    platform = Platform()
    platform.post("messages", {"messages": [telling.message(id="m1")]})
    told = telling.report(id="r1", conversation="room 1", messages=["m1", "not here yet"])
    answers = [platform.post("reports", told) for _ in range(2)]
    assert [(a.status, a.body) for a in answers] == [(202, {"id": "r1"})] * 2
    report = Report.objects.get()
    assert (report.reported.ext_id, report.reason, report.channel) == ("ann", "contact_shared", "report button")
    assert [m.ext_id for m in report.messages.all()] == ["m1"]


def test_a_report_needs_neither_conversation_nor_messages() -> None:
    told = telling.report(reason="other")
    for name in ("text", "channel"):
        del told[name]
    assert Platform().post("reports", told | {"conversation": None}).status == 202
