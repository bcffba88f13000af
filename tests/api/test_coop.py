"""Reports in Coop's body: the account, the messages and the reason are found in it; everything else as usual."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Scope
from moderation.domain.vocabulary import Room
from moderation.models import Conversation, Message, Report
from tests import making

pytestmark = pytest.mark.django_db
PATH = "/api/coop/v1/report"


def _item(id_: str, author: str = "ann", text: str = "hello", **data: Any) -> dict[str, Any]:
    known = {"creatorId": {"id": author, "typeId": "user"}, "threadId": "room 1", "text": text}
    return {"id": id_, "typeId": "chat-message", "data": known | {"createdAt": "2026-03-01T18:00:00.000Z"} | data}


def _body(**given: Any) -> dict[str, Any]:
    known = {
        "reporter": {"kind": "user", "typeId": "user", "id": "bea"},
        "reportedAt": "2026-03-01T18:05:00.000Z",
        "reportedItem": _item("m2", text="call me on +44 7700 900142"),
        "reportedForReason": {"policyId": "contact_shared", "reason": "she gave me her number", "csam": False},
        "reportedItemThread": [_item("m1", author="bea")],
    }
    return {name: value for name, value in (known | given).items() if value is not None}


def _send(body: Any, *scopes: Scope, key: str | None = None) -> Any:
    secret = making.api_key(*scopes)[1] if key is None else key
    return Client(raise_request_exception=False).post(
        PATH, json.dumps(body), content_type="application/json", headers={"X-API-KEY": secret}
    )


@pytest.mark.parametrize("key", ["", "hvn_", "hvn_" + "x" * 43])
def test_without_a_key_nothing_is_taken(key: str) -> None:
    answer = _send(_body(), key=key)
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert not Report.objects.exists()


def test_a_key_for_messages_alone_takes_no_report() -> None:
    assert _send(_body(), Scope.MESSAGES_WRITE).status_code == 403


BAD = {
    "no reporter": (_body(reporter=None), "/reporter"),
    "reporter a rule": (_body(reporter={"kind": "rule", "id": "r"}), "/reporter/kind"),
    "naive time": (_body(reportedAt="2026-03-01T18:05:00"), "/reportedAt"),
    "future time": (_body(reportedAt="2999-03-01T18:05:00Z"), "/reportedAt"),
    "no type": (_body(reportedItem={"id": "m2", "data": {}}), "/reportedItem"),
    "no author": (_body(reportedItem={"id": "m2", "typeId": "chat-message", "data": {}}), "/reportedItem/data"),
    "NUL in the reason": (_body(reportedForReason={"reason": "a\0"}), "/reportedForReason/reason"),
    "reporter too long": (_body(reporter={"kind": "user", "typeId": "user", "id": "x" * 201}), "/reporter/id"),
}


@pytest.mark.parametrize(("body", "pointer"), BAD.values(), ids=BAD)
def test_what_cannot_be_taken_is_pointed_at(body: Any, pointer: str) -> None:
    answer = _send(body)
    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert not Report.objects.exists()


def test_a_reported_message_is_taken_with_its_thread() -> None:
    answer = _send(_body())
    report = Report.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"reportId": report.ext_id})
    assert (report.reporter.ext_id, report.reported.ext_id, report.reason) == ("bea", "ann", "contact_shared")
    assert (report.text, report.channel) == ("she gave me her number", "coop")
    assert report.conversation is not None
    assert report.conversation.ext_id == "room 1"
    assert list(report.messages.values_list("ext_id", flat=True)) == ["m2"]
    assert set(Message.objects.values_list("ext_id", flat=True)) == {"m1", "m2"}


def test_the_same_report_again_is_the_same_report() -> None:
    first, second = _send(_body()), _send(_body())
    assert first.json() == second.json()
    assert Report.objects.count() == 1


def test_a_key_that_may_not_send_messages_reports_all_the_same() -> None:
    assert _send(_body(), Scope.REPORTS_WRITE).status_code == 201
    assert not Message.objects.exists()
    assert Report.objects.exists()


def test_an_item_of_the_reporters_type_is_an_account() -> None:
    _send(_body(reportedItem={"id": "cid", "typeId": "user", "data": {"name": "x"}}, reportedItemThread=None))
    report = Report.objects.get()
    assert (report.reported.ext_id, report.conversation) == ("cid", None)


def test_a_thread_is_reported_for_who_wrote_what_is_marked_in_it() -> None:
    _send(
        _body(
            reportedItem={"id": "t", "type": {"id": "thread"}, "data": {}},
            reportedItemThread=[_item("m1", author="bea"), _item("m2", author="ann")],
            reportedItemsInThread=[{"id": "m2", "typeId": "chat-message"}],
        )
    )
    assert Report.objects.get().reported.ext_id == "ann"


@pytest.mark.parametrize(
    ("reason", "ground"),
    [
        (None, "other"),
        ({"policyId": "spam"}, "other"),
        ({"policyId": None}, "other"),
        ({"policyId": "offsite_contact"}, "offsite_contact"),
        ({"policyId": "spam", "csam": True}, "offsite_harm"),
    ],
)
def test_the_reason_is_one_of_ours_or_other(reason: Any, ground: str) -> None:
    _send(_body(reportedForReason=reason))
    assert Report.objects.get().reason == ground


def test_what_is_known_of_a_room_is_not_changed() -> None:
    Conversation.objects.create(ext_id="room 1", room=Room.GROUP)
    _send(_body())
    assert Conversation.objects.get().room == Room.GROUP


def test_an_item_that_is_no_message_keeps_the_report_not_out() -> None:
    _send(_body(reportedItemThread=[_item("m1", createdAt="yesterday"), _item("m3", text="x" * 20_001)]))
    assert set(Message.objects.values_list("ext_id", flat=True)) == {"m2"}
    assert Report.objects.exists()


def test_it_has_a_document_of_its_own() -> None:
    document = Client().get("/api/coop/v1/openapi.json").json()
    assert list(document["paths"]) == ["/api/coop/v1/report", "/api/coop/v1/report/appeal"]
    scheme = document["components"]["securitySchemes"]["HeaderKey"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-API-KEY")
