"""The pages of check-ins and answers for staff: who may, filters, places, the file, waiving, the record of a person."""

import csv
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry
from moderation.domain.check_ins import months_after
from moderation.hosted_links import HOLDER
from moderation.models import CheckIn, PolicyVersion, Reflection, Sanction, clock
from moderation.operations.check_ins import waive_check_in
from moderation.operations.leases import claim_case
from moderation.operations.questions_asked import answer_questions
from moderation.queries import check_ins, questions_asked
from tests import making
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)


def overdue(months: int = 2, *, never: bool = False, **about: Any) -> CheckIn:
    """One that has been overdue for some months and a day."""
    since: datetime = months_after(clock.now(), -months) - timedelta(days=1)
    return CheckIn.objects.create(
        account=making.listener(**about),
        policy_version=PolicyVersion.objects.in_force(),
        last_at=None if never else since - timedelta(days=365),
        due_at=since - timedelta(days=90),
        overdue_at=since,
    )


def text_of(browser: Client, name: str, *args: Any, **query: str) -> str:
    return browser.get(reverse(name, args=args), query).content.decode()


def handed_in(first: str = "mine", **about: Any) -> Reflection:
    notice = making.education(making.account(**about))
    return answer_questions(notice.pk, actor=HOLDER, texts=[first, *[""] * 5], hand_in=True)


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
@pytest.mark.parametrize("name", ["check_ins", "check_ins_holding", "check_ins_csv"])
def test_the_lists_are_for_admins(who: Any, name: str) -> None:
    assert signed_in(who()).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("who", [making.moderator, making.auditor])
def test_answers_are_for_seniors_and_admins(who: Any) -> None:
    kept = handed_in()
    browser = signed_in(who())

    assert browser.get(reverse("questions_asked")).status_code == 403
    assert browser.get(reverse("answers", args=[kept.pk])).status_code == 403
    assert not AuditEntry.objects.filter(verb="answers.read").exists()


def test_waiving_needs_a_reason_and_a_check_in() -> None:
    sanction, browser = making.until_check_in(), signed_in(making.admin())

    bad = browser.post(reverse("check_in_waive", args=[sanction.check_in.pk]), {"reason": " "})
    none = browser.post(reverse("check_in_waive", args=[10**15]), {"reason": "x"})

    assert (bad.status_code, none.status_code) == (422, 404)
    assert "Say why" in bad.content.decode()


def test_a_draft_has_no_page() -> None:
    notice = making.education()
    draft = answer_questions(notice.pk, actor=HOLDER, texts=["x"] * 6, hand_in=False)
    browser = signed_in(making.senior())

    assert browser.get(reverse("answers", args=[draft.pk])).status_code == 404
    assert "Nobody has handed in answers yet" in text_of(browser, "questions_asked")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, {"new1", "mid1", "old1", "old2"}),
        ({"late": "month"}, {"new1"}),
        ({"late": "quarter"}, {"mid1"}),
        ({"late": "longer"}, {"old1", "old2"}),
        ({"never": "1"}, {"old2"}),
        ({"late": "month", "never": "1"}, set()),
        ({"late": "<script>", "after": "x"}, {"new1", "mid1", "old1", "old2"}),
    ],
)
def test_the_filters_narrow_page_and_file_alike(query: dict[str, str], names: set[str]) -> None:
    overdue(0, username="new1"), overdue(2, username="mid1"), overdue(4, username="old1")
    overdue(5, never=True, username="old2")
    browser = signed_in(making.admin())

    page = text_of(browser, "check_ins", **query)
    file = browser.get(reverse("check_ins_csv"), query).getvalue().decode()

    for text in (page, file):
        assert {name for name in ("new1", "mid1", "old1", "old2") if name in text} == names


def test_answered_or_not_yet_overdue_is_not_listed() -> None:
    CheckIn.objects.filter(pk=overdue(username="done1").pk).update(state="answered", answered_at=clock.now())
    CheckIn.objects.filter(pk=overdue(username="soon1").pk).update(overdue_at=clock.now() + timedelta(days=1))

    assert "Nobody is overdue" in text_of(signed_in(making.admin()), "check_ins")


def test_pages_follow_each_other_without_gap_or_repeat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_ins, "PAGE_SIZE", 2)
    monkeypatch.setattr(check_ins, "CSV_PAGE", 2)
    made = [overdue(months).account.ext_id for months in (5, 5, 3, 2, 1)]
    viewer, seen, after = making.admin(), list[str](), ""
    while True:
        page = check_ins.overdue_page(check_ins.Overdue(), viewer=viewer, after=after)
        seen += [row.account_id for row in page.rows]
        after = page.following
        if not after:
            break

    assert seen == made
    assert [row.account_id for row in check_ins.every_overdue(check_ins.Overdue(), now=clock.now())] == made


def test_the_number_of_queries_does_not_grow() -> None:
    viewer = making.admin()
    making.until_check_in(), overdue(), handed_in()
    pages = [
        lambda: check_ins.overdue_page(check_ins.Overdue(), viewer=viewer).rows,
        lambda: check_ins.holding_page(viewer=viewer).rows,
        lambda: questions_asked.handed_in_page(viewer=viewer).rows,
    ]
    counts = []
    for _ in range(2):
        for page in pages:
            with CaptureQueriesContext(connection) as seen:
                page()
            counts.append(len(seen))
        making.until_check_in(), overdue(), handed_in()

    assert counts[:3] == counts[3:]


def test_the_file_holds_no_formula_and_is_on_record() -> None:
    overdue(4, never=True, username='=HYPERLINK("x")', ext_id="+1")
    boss = making.admin()

    answer = signed_in(boss).get(reverse("check_ins_csv"), {"late": "longer", "never": "1"})

    rows = list(csv.reader(answer.getvalue().decode().splitlines()))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert [row[:3] for row in rows[1:]] == [["'+1", '\'=HYPERLINK("x")', "never"]]
    entry = AuditEntry.objects.get(verb="check_ins.exported")
    assert (entry.actor_id, entry.details) == (boss.pk, {"late": "longer", "never": True})


def test_a_suspension_that_waits_is_waived_on_its_page() -> None:
    sanction, browser = making.until_check_in(making.account(username="ash1")), signed_in(making.admin())
    assert "then only after the check-in" in text_of(browser, "check_ins_holding")
    making.time_over(sanction)
    assert "waits for the check-in" in text_of(browser, "check_ins_holding")

    answer = browser.post(reverse("check_in_waive", args=[sanction.check_in.pk]), {"reason": "cannot read"})

    assert (answer.status_code, answer["Location"]) == (303, reverse("check_ins_holding"))
    assert "No suspension waits" in text_of(browser, "check_ins_holding")
    assert not Sanction.objects.get().awaits_check_in


def test_the_list_of_sanctions_says_what_a_suspension_waits_for() -> None:
    sanction, browser = making.until_check_in(), signed_in(making.moderator())
    assert "then only after a check-in" in text_of(browser, "sanctions")

    making.time_over(sanction)
    assert "then only after a check-in" in text_of(browser, "sanctions")
    waive_check_in(sanction.check_in.pk, actor=making.admin(), reason="x")
    assert "a check-in" not in text_of(browser, "sanctions")


def test_reading_answers_is_on_record_each_time() -> None:
    kept, reader = handed_in("what I wrote"), making.senior()
    browser = signed_in(reader)

    assert "what I wrote" not in text_of(browser, "questions_asked")
    assert "what I wrote" in text_of(browser, "answers", kept.pk)
    assert "Left empty" in text_of(browser, "answers", kept.pk)

    assert AuditEntry.objects.filter(verb="answers.read", actor_id=reader.pk).count() == 2


def test_the_record_of_a_person_marks_them_and_links_them_to_whoever_may_read() -> None:
    account = making.listener(checked_in_at=making.NOON.replace(year=2024))
    handed_in_at = answer_questions(making.education(account).pk, actor=HOLDER, texts=["mine", *[""] * 5], hand_in=True)
    making.until_check_in(account)
    case = making.case(actor=account)
    me, senior = making.moderator(), making.senior()
    claim_case(case.pk, actor=me)
    link = reverse("answers", args=[handed_in_at.pk])

    seen, by_senior = (text_of(signed_in(who), "case", case.pk) for who in (me, senior))

    for text in (seen, by_senior):
        assert "overdue since 1 March 2025" in text
        assert "the suspension ends only after one" in text
        assert "education notice, " in text
        assert "mine" not in text.partition("Answers</dt>")[2].partition("</dd>")[0]
    assert link in by_senior
    assert link not in seen


def test_hostile_text_stays_text() -> None:
    kept = handed_in(HOSTILE, username=HOSTILE)
    overdue(username=HOSTILE)
    making.until_check_in(making.account(username=HOSTILE))
    browser = signed_in(making.admin())

    for name, args in (("questions_asked", []), ("answers", [kept.pk]), ("check_ins", []), ("check_ins_holding", [])):
        text = text_of(browser, name, *args)
        assert "&lt;script&gt;" in text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
