"""POST appeals: refusals point at the field; one a sanction, in its time; the same again is harmless."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEntry
from accounts.roles import Scope
from moderation.models import Appeal, Sanction, clock
from tests import making
from tests.api import telling
from tests.api.platform import Platform

pytestmark = pytest.mark.django_db

BAD_APPEALS = {
    "no id": ({k: v for k, v in telling.appeal().items() if k != "id"}, "/id"),
    "empty id": (telling.appeal(id=""), "/id"),
    "long id": (telling.appeal(id="x" * 201), "/id"),
    "no sanction": ({k: v for k, v in telling.appeal().items() if k != "sanction"}, "/sanction"),
    "sanction as a number": (telling.appeal(sanction=7), "/sanction"),
    "no text": ({k: v for k, v in telling.appeal().items() if k != "text"}, "/text"),
    "text too long": (telling.appeal(text="x" * 20_001), "/text"),
    "text with NUL": (telling.appeal(text="\0"), "/text"),
    "half a surrogate": (telling.appeal(text="\ud800"), "/text"),
    "naive time": (telling.appeal(created_at="2026-03-01T18:05:00"), "/created_at"),
    "future time": (telling.appeal(created_at="2999-03-01T18:05:00Z"), "/created_at"),
}


@pytest.mark.parametrize(("bad", "pointer"), BAD_APPEALS.values(), ids=BAD_APPEALS)
def test_a_bad_appeal_is_not_taken(bad: Any, pointer: str) -> None:
    answer = Platform().post("appeals", bad)
    assert (answer.status, answer.problem, answer.pointers) == (422, "invalid", [pointer])
    assert not Appeal.objects.exists()


def test_the_key_needs_the_scope() -> None:
    assert Platform(Scope.REPORTS_WRITE).post("appeals", telling.appeal()).status == 403


@pytest.mark.parametrize("sanction", ["x", "-1", "9" * 30, str(making.NOBODYS_ID), "٣"])
def test_a_sanction_that_is_not_there_is_not_found(sanction: str) -> None:
    assert Platform().post("appeals", telling.appeal(sanction=sanction)).status == 404


def test_what_the_platform_was_not_told_of_yet_is_not_found() -> None:
    decision = making.decided(making.case(), "suspension:7")
    proposed = making.decided(making.case(), "suspension:permanent")
    for one in (decision, proposed):
        sanction = str(one.sanctions.get().pk)
        assert Platform().post("appeals", telling.appeal(sanction=sanction)).status == 404


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_appeal_says_something(text: str) -> None:
    told = telling.appeal(sanction=str(making.sanction().pk), text=text)
    assert Platform().post("appeals", told).status == 422


def test_after_the_window_it_is_too_late() -> None:
    sanction = making.sanction()
    Sanction.objects.filter(pk=sanction.pk).update(appeal_until=clock.now() - timedelta(seconds=1))
    answer = Platform().post("appeals", telling.appeal(sanction=str(sanction.pk)))
    assert (answer.status, answer.problem) == (422, "refused")


def test_a_sanction_is_appealed_against_once() -> None:
    platform, sanction = Platform(), str(making.sanction().pk)
    first = telling.appeal(id="a1", sanction=sanction)
    answers = [platform.post("appeals", first) for _ in range(2)]
    assert [(a.status, a.body) for a in answers] == [(202, {"id": "a1"})] * 2
    other = platform.post("appeals", telling.appeal(id="a2", sanction=sanction))
    assert (other.status, other.problem) == (409, "conflict")
    reworded = platform.post("appeals", first | {"text": "and another thing"})
    assert (reworded.status, "another text" in reworded.body["detail"]) == (409, True)
    elsewhere = platform.post("appeals", telling.appeal(id="a1", sanction=str(making.sanction().pk)))
    assert elsewhere.status == 409
    assert Appeal.objects.count() == 1


def test_it_is_kept_with_its_due_time_and_on_record() -> None:
    sanction = making.sanction()
    Platform().post("appeals", telling.appeal(id="a1", sanction=str(sanction.pk), text=" not me "))
    appeal = Appeal.objects.get()
    assert (appeal.text, appeal.proposer, appeal.clause) == ("not me", sanction.proposer, "sharing")
    assert appeal.due_at - appeal.received_at == timedelta(days=14)
    entry = AuditEntry.objects.get(verb="appeal.taken")
    assert entry.details["sanction"] == sanction.pk
    assert "not me" not in str(entry.details)
