"""What intake answers when there is too much, or nowhere to write it; and that both pass."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from moderation.models import Message, Report
from moderation.operations.screening import screen_batch
from moderation.queries import backlog
from tests import making
from tests.api import telling
from tests.api.platform import Platform

pytestmark = pytest.mark.django_db


def _told(count: int) -> dict[str, Any]:
    return {"messages": [telling.message() for _ in range(count)]}


def test_past_the_backlog_messages_are_refused_and_nothing_is_stored(settings: Any) -> None:
    settings.INTAKE_BACKLOG = 2
    platform = Platform()
    assert platform.post("messages", _told(3)).status == 202
    backlog.forget()
    answer = platform.post("messages", _told(1))
    assert (answer.status, answer.problem, answer.headers["Retry-After"]) == (429, "backlog", "10")
    assert Message.objects.count() == 3


def test_a_backlog_that_is_reached_but_not_passed_refuses_nothing(settings: Any) -> None:
    settings.INTAKE_BACKLOG = 3
    platform = Platform()
    platform.post("messages", _told(3))
    backlog.forget()
    assert platform.post("messages", _told(1)).status == 202


def test_reports_and_accounts_are_taken_all_the_same(settings: Any) -> None:
    settings.INTAKE_BACKLOG = 1
    platform = Platform()
    platform.post("messages", _told(3))
    backlog.forget()
    assert platform.post("reports", telling.report()).status == 202
    assert platform.put("accounts/ann", telling.account()).status in {200, 201}
    assert Report.objects.exists()


def test_when_screening_has_caught_up_messages_are_taken_again(settings: Any) -> None:
    settings.INTAKE_BACKLOG = 1
    platform = Platform()
    platform.post("messages", _told(3))
    backlog.forget()
    assert platform.post("messages", _told(1)).status == 429
    while screen_batch():
        pass
    backlog.forget()
    assert platform.post("messages", _told(1)).status == 202


def test_an_old_message_that_was_edited_is_not_a_backlog(settings: Any) -> None:
    settings.INTAKE_BACKLOG = 5
    where = making.conversation(author := making.account())
    made = [making.message(author, "hello", within=where, screened_at=making.NOON) for _ in range(20)]
    Message.objects.filter(pk__in=[made[0].pk, made[-1].pk]).update(screened_at=None)
    assert backlog.is_full() is False


def test_it_is_asked_once_a_second_and_not_for_every_batch() -> None:
    backlog.is_full()
    with CaptureQueriesContext(connection) as asked:
        assert [backlog.is_full() for _ in range(100)] == [False] * 100
    assert len(asked) == 0


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_writes_is_away_for_whoever_writes(read_only: Any) -> None:
    making.account(ext_id="known")
    platform = Platform()
    with read_only():
        answers = [
            platform.post("messages", _told(1)),
            platform.post("reports", telling.report()),
            platform.put("accounts/ann", telling.account()),
            platform.delete("accounts/known"),
        ]
        reading = platform.get("accounts/known/standing")
    assert {(a.status, a.problem, a.headers["Retry-After"]) for a in answers} == {(503, "away", "5")}
    assert reading.status == 200
    assert platform.post("messages", _told(1)).status == 202


@pytest.mark.parametrize("length", ["many", "-1", "١"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    answer = Platform().send("POST", "messages", b"{}", **{"Content-Length": length})
    assert (answer.status, answer.problem) == (411, "no-length")
