"""Appeals in Coop's body: they reach the sanction that they name, if it is the account's; everything else as usual."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Scope
from moderation.models import Appeal, Sanction
from tests import making

pytestmark = pytest.mark.django_db
PATH = "/api/coop/v1/report/appeal"


def _body(sanction: Sanction | None = None, **given: Any) -> dict[str, Any]:
    known = {
        "appealId": "a1",
        "appealedBy": {"typeId": "user", "id": sanction.account.ext_id if sanction else "ann"},
        "appealedAt": "2026-03-01T18:05:00.000Z",
        "actionedItem": {"id": "m2", "typeId": "chat-message", "data": {"text": "hello"}},
        "actionsTaken": [str(sanction.pk if sanction else making.NOBODYS_ID)],
        "appealReason": "it was my own old number",
        "violatingPolicies": [{"id": "sharing"}],
    }
    return {name: value for name, value in (known | given).items() if value is not None}


def _send(body: Any, *scopes: Scope) -> Any:
    return Client(raise_request_exception=False).post(
        PATH, json.dumps(body), content_type="application/json", headers={"X-API-KEY": making.api_key(*scopes)[1]}
    )


def test_a_key_for_reports_alone_takes_no_appeal() -> None:
    assert _send(_body(), Scope.REPORTS_WRITE).status_code == 403


BAD = {
    "no id": (_body(appealId=None), "/appealId"),
    "long id": (_body(appealId="x" * 201), "/appealId"),
    "nobody": (_body(appealedBy=None), "/appealedBy"),
    "naive time": (_body(appealedAt="2026-03-01T18:05:00"), "/appealedAt"),
    "future time": (_body(appealedAt="2999-03-01T18:05:00Z"), "/appealedAt"),
    "no item": (_body(actionedItem=None), "/actionedItem"),
    "no sanction": (_body(actionsTaken=[]), "/actionsTaken"),
    "too many sanctions": (_body(actionsTaken=[str(number) for number in range(21)]), "/actionsTaken"),
    "no id among two": (_body(actionsTaken=["1", ""]), "/actionsTaken/1"),
    "no reason": (_body(appealReason=None), "/appealReason"),
    "NUL in the reason": (_body(appealReason="a\0"), "/appealReason"),
}


@pytest.mark.parametrize(("body", "pointer"), BAD.values(), ids=BAD)
def test_what_cannot_be_taken_is_pointed_at(body: Any, pointer: str) -> None:
    answer = _send(body)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_sanction_that_is_not_there_is_not_found() -> None:
    assert _send(_body()).status_code == 404
    assert _send(_body(actionsTaken=["block-user"])).status_code == 404


def test_nobody_appeals_against_what_was_done_to_another() -> None:
    sanction = making.sanction()
    assert _send(_body(sanction, appealedBy={"typeId": "user", "id": "somebody else"})).status_code == 404
    assert not Appeal.objects.exists()


def test_the_same_appeal_again_is_the_same_and_another_is_too_many() -> None:
    sanction = making.sanction()
    answers = [_send(_body(sanction)) for _ in range(2)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 2
    appeal = Appeal.objects.get()
    assert (appeal.ext_id, appeal.sanction, appeal.text) == ("a1", sanction, "it was my own old number")
    assert _send(_body(sanction, appealId="a2")).status_code == 409


def _two_of_one_account() -> tuple[Sanction, Sanction]:
    first = making.sanction()
    return first, making.sanction("education_notice", actor=first.account)


def test_an_appeal_against_several_sanctions_is_one_for_each() -> None:
    first, second = _two_of_one_account()
    body = _body(first, actionsTaken=[str(second.pk), str(first.pk), str(second.pk)])
    assert [_send(body).status_code for _ in range(2)] == [204, 204]
    assert {(each.ext_id, each.sanction, each.text) for each in Appeal.objects.all()} == {
        (f"a1:{sanction.pk}", sanction, "it was my own old number") for sanction in (first, second)
    }


def test_of_several_that_cannot_all_be_appealed_against_none_is_taken_and_the_answer_says_which() -> None:
    first, second = _two_of_one_account()
    making.appeal(second)
    answer = _send(_body(first, actionsTaken=[str(first.pk), str(second.pk)]))
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith(f"Sanction {second.pk}: There is an appeal")
    assert "send them again without it" in answer.json()["detail"]
    assert not Appeal.objects.filter(sanction=first).exists()


def test_among_several_nobody_appeals_against_what_was_done_to_another() -> None:
    mine, other = making.sanction(), making.sanction()
    answer = _send(_body(mine, actionsTaken=[str(mine.pk), str(other.pk)]))
    assert answer.status_code == 404
    assert not Appeal.objects.exists()
