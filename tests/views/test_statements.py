"""The page of a sanction's reasons, and the export: who may, what stands in it, what never does."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from moderation.domain.transparency_database import COLUMNS
from moderation.models import Decision, Sanction, Statement
from moderation.operations import standings
from moderation.queries import statements
from tests import making
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)

PLANTED = ("planted", "900142", "7700")


def suspended(code: str = "suspension:7", **about: Any) -> Sanction:
    case = making.case(actor=making.account(**about), text=f"planted words {making.PHONE}")
    decision = making.decided(case, code, by=making.moderator(name="planted moderator"))
    Decision.objects.update(undo_until=None, note="planted note")
    sanction: Sanction = decision.sanctions.get()
    return sanction


def export(browser: Client, written_as: str = "jsonl", **given: str) -> Any:
    today = f"{timezone.now():%Y-%m-%d}"
    return browser.post(
        reverse("statements_export"), {"since": today, "until": today, "written_as": written_as} | given
    )


def text_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def rows_of(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text_of(answer).splitlines()]


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_only_admins_export(who: Any) -> None:
    suspended()
    assert export(signed_in(who())).status_code == 403
    assert not AuditEntry.objects.filter(verb="statements.exported").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"since": ""}, "Say from which day."),
        ({"until": "tomorrow"}, "Write it as 2026-01-31."),
        ({"written_as": "xml"}, "Choose CSV or JSON lines."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "is before the first"),
        ({"until": "9999-12-31"}, "too far off"),
    ],
)
def test_a_period_that_makes_no_sense_is_refused(given: dict[str, str], words: str) -> None:
    answer = export(signed_in(making.admin()), **given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="statements.exported").exists()


def test_the_reasons_of_no_sanction_are_not_found() -> None:
    assert signed_in(making.moderator()).get(reverse("sanction_statement", args=[10**18])).status_code == 404


def test_what_waits_for_approval_has_no_reasons_yet() -> None:
    making.decided(making.case(), "suspension:permanent")
    page = signed_in(making.moderator()).get(reverse("sanction_statement", args=[Sanction.objects.get().pk]))
    assert "Reasons are given when a sanction comes into force." in page.content.decode()


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor, making.admin])
def test_whoever_reads_sanctions_reads_their_reasons(who: Any) -> None:
    sanction = suspended()
    browser = signed_in(who())
    page = browser.get(reverse("sanction_statement", args=[sanction.pk])).content.decode()
    said = Statement.objects.get()
    for words in (said.decided, said.duration, said.territory, said.facts, "a person decided", said.redress[:40]):
        assert words.replace("'", "&#x27;") in page
    assert reverse("sanction_statement", args=[sanction.pk]) in browser.get(reverse("sanctions")).content.decode()


def test_an_education_notice_is_marked_as_no_restriction() -> None:
    sanction = suspended("education_notice")
    page = signed_in(making.moderator()).get(reverse("sanction_statement", args=[sanction.pk])).content.decode()
    assert "An education notice restricts nothing." in page


def test_a_hostile_name_and_notice_are_text() -> None:
    sanction = suspended(username=HOSTILE[:150])
    Sanction.objects.update(notice=HOSTILE)
    page = signed_in(making.moderator()).get(reverse("sanction_statement", args=[sanction.pk])).content.decode()
    assert HOSTILE not in page


def test_earlier_reasons_stay_to_be_read() -> None:
    sanction = suspended()
    Sanction.objects.update(ends_at=None, days=None)
    standings.settle([sanction.account])
    page = signed_in(making.moderator()).get(reverse("sanction_statement", args=[sanction.pk])).content.decode()
    assert "The account is suspended until further notice." in page
    assert "before the sanction was changed" in page


def test_the_page_asks_the_database_the_same_number_of_questions_however_often_it_was_changed(
    django_assert_num_queries: Any,
) -> None:
    sanction, viewer = suspended(), making.moderator()
    with django_assert_num_queries(2):
        statements.statement_page(sanction.pk, viewer=viewer)
    for days in (1, 2, 3):
        Sanction.objects.update(days=days, ends_at=sanction.starts_at and sanction.starts_at.replace(year=2030 + days))
        standings.settle([sanction.account])
    with django_assert_num_queries(2):
        assert len(statements.statement_page(sanction.pk, viewer=viewer).earlier) == 3


@pytest.mark.parametrize("written_as", ["jsonl", "csv"])
def test_nothing_personal_leaves(written_as: str) -> None:
    for code in ("suspension:7", "suspension:30"):
        sanction = suspended(code, username=f"planted{code}", ext_id=f"planted-id-{code}", person="planted-person")
        making.report(sanction.case, text="planted report", reporter="planted-reporter")
        Sanction.objects.filter(pk=sanction.pk).update(reason="planted reason", notice="planted notice")
        standings.settle([sanction.account])
    Sanction.objects.update(ground="other")
    for sanction in Sanction.objects.all():
        standings.settle([sanction.account])

    told = text_of(export(signed_in(making.admin()), written_as))

    assert told.count("DECISION_ACCOUNT_SUSPENDED") == 4
    for planted in PLANTED:
        assert planted not in told.lower()


def test_every_restriction_is_one_row_in_the_schema_and_the_export_is_on_record() -> None:
    suspended()
    suspended("education_notice")
    making.decided(making.case(), "suspension:permanent")
    undone = suspended()
    Sanction.objects.filter(pk=undone.pk).update(state="undone")
    fresh = making.decided(making.case(), "suspension:7")
    assert fresh.undo_until > timezone.now()

    answer = export(signed_in(making.admin()))
    (told,) = rows_of(answer)

    assert list(told) == list(COLUMNS)
    assert told["puid"] == Statement.objects.order_by("pk")[0].puid
    assert answer["Content-Disposition"].endswith('.jsonl"')
    entry = AuditEntry.objects.get(verb="statements.exported")
    assert entry.details["written_as"] == "jsonl"


def test_csv_has_the_same_rows_under_one_head() -> None:
    suspended()
    suspended("suspension:permanent")
    browser = signed_in(making.admin())
    as_lines = rows_of(export(browser))
    read = list(csv.DictReader(io.StringIO(text_of(export(browser, "csv")))))
    assert [one["puid"] for one in read] == [one["puid"] for one in as_lines]
    assert list(read[0]) == list(COLUMNS)


def test_batches_follow_each_other_without_gap_or_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        suspended()
    monkeypatch.setattr(statements, "BATCH", 2)
    told = [one["puid"] for one in rows_of(export(signed_in(making.admin())))]
    assert sorted(told) == sorted(Statement.objects.values_list("puid", flat=True))
    assert len(told) == 5


def test_other_days_hold_nothing() -> None:
    suspended()
    assert rows_of(export(signed_in(making.admin()), since="2020-01-01", until="2020-12-31")) == []
