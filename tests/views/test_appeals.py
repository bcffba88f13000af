"""Appeals over HTTP: the queue, the two steps of a hearing, the figures. Refusals first."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEntry, User
from moderation.domain.vocabulary import AppealState
from moderation.models import Appeal, Sanction, clock
from moderation.operations.hearing import hear_appeal, write_first_view
from moderation.queries import appeals as queue
from moderation.queries.appeal_figures import Period, appeal_figures
from moderation.queries.hearings import hearing_page
from tests import making
from tests.operations.test_appeals import VIEW, again, heard, ruling, viewed
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "gave the number at once"
HX = {"HX-Request": "true"}


@pytest.fixture
def senior() -> User:
    return making.senior(name="Ash")


@pytest.fixture
def browser(senior: User) -> Client:
    return signed_in(senior)


def text_of(browser: Client, name: str, *args: int, **query: str) -> str:
    answer = browser.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", ["appeal_view", "appeal_preview", "appeal_decide", "appeal_undo"])
def test_what_changes_something_is_never_a_link(browser: Client, name: str) -> None:
    assert browser.get(reverse(name, args=[making.appeal().pk])).status_code == 405


@pytest.mark.parametrize("name", ["appeal_view", "appeal_preview", "appeal_decide", "appeal_undo"])
def test_what_is_not_there_is_not_found(browser: Client, name: str) -> None:
    told = {"text": VIEW, "outcome": "upheld"}
    assert browser.post(reverse(name, args=[10**18]), told).status_code == 404
    assert browser.get(reverse("appeal", args=[10**18])).status_code == 404


def test_whoever_proposed_it_sees_why_not_and_nothing_to_hear(senior: User, browser: Client) -> None:
    appeal = making.appeal(making.sanction(by=senior))

    assert "You had a part in the decision" in text_of(browser, "appeals")
    page = text_of(browser, "appeal", appeal.pk)
    assert "Somebody else hears this" in page
    assert "Your first view" not in page
    assert browser.post(reverse("appeal_view", args=[appeal.pk]), {"text": VIEW}).status_code == 403


def test_the_first_look_knows_nothing_of_the_decision(browser: Client) -> None:
    proposer = making.moderator(name="Robin Proposer")
    appeal = making.appeal(making.sanction("suspension:30", by=proposer))

    page = text_of(browser, "appeal", appeal.pk) + text_of(browser, "appeals")

    assert "it was my own old number" in page
    assert "Sharing contact information" in page
    assert "hidden contact" in page
    for secret in (
        NOTE,
        "Robin Proposer",
        "30 days",
        "Suspension",
        "uspended",
        making.PHONE,
        f"/cases/{appeal.sanction.case_id}/",
    ):
        assert secret not in page, secret
    assert AuditEntry.objects.get(verb="appeal.read").details["case"] == appeal.sanction.case_id


def test_after_the_first_view_the_reasons_are_shown_by_role(browser: Client) -> None:
    proposer = making.moderator(name="Robin Proposer")
    appeal = making.appeal(making.sanction("suspension:30", by=proposer))

    answer = browser.post(reverse("appeal_view", args=[appeal.pk]), {"text": VIEW})
    page = text_of(browser, "appeal", appeal.pk)

    assert (answer.status_code, answer["Location"]) == (303, reverse("appeal", args=[appeal.pk]) + "#ruling")
    assert NOTE in page
    assert "Suspension, 30 days" in page
    assert "Moderator" in page
    assert "Robin Proposer" not in page
    assert VIEW in page


def test_a_first_view_that_says_nothing_is_refused(browser: Client) -> None:
    appeal = making.appeal()
    for text in ("", "fine"):
        answer = browser.post(reverse("appeal_view", args=[appeal.pk]), {"text": text})
        assert (answer.status_code, "in a sentence" in answer.content.decode()) == (422, True)


def test_a_reply_that_was_not_on_the_page_is_not_sent(senior: User, browser: Client) -> None:
    appeal, _ = viewed(by=senior)
    answer = browser.post(reverse("appeal_decide", args=[appeal.pk]), {"outcome": "overturned", "seen": appeal.stamp})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Read it, then confirm" in page
    assert "the decision was wrong and no longer holds" in page
    assert again(appeal).state == AppealState.OPEN


def test_the_preview_says_what_follows(senior: User, browser: Client) -> None:
    appeal, _ = viewed(by=senior)
    address = reverse("appeal_preview", args=[appeal.pk])
    part = browser.post(address, {"outcome": "reduced", "measure": "education_notice"}, headers=HX).content.decode()
    assert "becomes an education notice" in part
    assert "The account is free again" in part
    assert 'name="reply-reduced-education_notice-0"' in part
    assert "<html" not in part
    whole = browser.post(address, {"outcome": "overturned"}).content.decode()
    assert "0 on this ground are left" in whole
    assert "<html" in whole
    assert browser.post(address, {"outcome": "mercy"}).status_code == 422


def test_what_was_edited_is_what_is_sent(senior: User, browser: Client) -> None:
    appeal, _ = viewed(by=senior)
    said = {"outcome": "overturned", "seen": appeal.stamp, "reply-overturned--0": "We are\r\nsorry."}
    answer = browser.post(reverse("appeal_decide", args=[appeal.pk]), said)
    assert (answer.status_code, again(appeal).reply) == (303, "We are\nsorry.")
    page = text_of(browser, "appeal", appeal.pk)
    assert "Overturned" in page
    assert "Heard by <bdi>you</bdi>" in page


def test_undoing_over_http(senior: User, browser: Client) -> None:
    appeal, _ = viewed(by=senior)
    hear_appeal(appeal.pk, actor=senior, ruling=ruling(), seen=appeal.stamp)
    assert "Undo" in text_of(browser, "appeal", appeal.pk)
    assert browser.post(reverse("appeal_undo", args=[appeal.pk])).status_code == 303
    assert again(appeal).state == AppealState.OPEN


def test_a_page_about_a_sanction_that_changed_is_stale(senior: User, browser: Client) -> None:
    appeal, _ = viewed(by=senior)
    said = {"outcome": "upheld", "seen": "something else", "reply-upheld--0": "it stays"}
    assert browser.post(reverse("appeal_decide", args=[appeal.pk]), said).status_code == 409


def test_past_due_first_and_pages_follow_each_other(senior: User, browser: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(queue, "PAGE_SIZE", 2)
    made = [making.appeal() for _ in range(5)]
    Appeal.objects.filter(pk=made[3].pk).update(due_at=clock.now() - timedelta(days=1))
    seen, after = [], ""
    while True:
        page = queue.appeals_page(viewer=senior, after=after)
        seen += [row.appeal_id for row in page.rows]
        after = page.following
        if not after:
            break
    order = [made[3], made[0], made[1], made[2], made[4]]
    assert seen == [appeal.pk for appeal in order]
    assert "past due" in text_of(browser, "appeals")
    assert str(made[3].pk) in text_of(browser, "appeals", after="<script>.1")


def test_an_account_without_a_part_in_the_case_keeps_its_name(senior: User, browser: Client) -> None:
    appeal = making.appeal()
    Sanction.objects.filter(pk=appeal.sanction_id).update(account=making.account(username="otherSelf"))
    for name, args in (("appeals", ()), ("appeal", (appeal.pk,))):
        page = text_of(browser, name, *args)
        assert "A linked account" in page
        assert "otherSelf" not in page


def test_hostile_words_stay_text(senior: User, browser: Client) -> None:
    appeal = making.appeal(making.sanction(actor=making.account(username=HOSTILE)), text=HOSTILE)
    pages = text_of(browser, "appeals") + text_of(browser, "appeal", appeal.pk)
    write_first_view(appeal.pk, actor=senior, text=f"{HOSTILE} and some more words")
    pages += text_of(browser, "appeal", appeal.pk)
    assert "&lt;script&gt;" in pages
    assert "<script>alert" not in pages
    assert "<img src=x" not in pages


def test_the_number_of_queries_does_not_grow(senior: User) -> None:
    first, _ = viewed(by=senior)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            queue.appeals_page(viewer=senior)
            hearing_page(first.pk, viewer=senior)
        counts.append(len(queries))
        for _ in range(3):
            making.appeal(making.sanction(actor=first.sanction.account))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("role", "status"), [(making.moderator, 403), (making.senior, 200), (making.auditor, 200)])
def test_who_sees_the_figures(role: Any, status: int) -> None:
    assert signed_in(role()).get(reverse("appeal_figures")).status_code == status


def test_the_figures_count_by_clause() -> None:
    for outcome in (AppealState.UPHELD, AppealState.OVERTURNED):
        heard(ruling(outcome))
    made = making.appeal()
    Appeal.objects.filter(pk=made.pk).update(due_at=clock.now() - timedelta(days=1))
    first = Appeal.objects.order_by("pk")[0]
    Appeal.objects.filter(pk=first.pk).update(received_at=first.received_at - timedelta(days=4))
    old = making.appeal()
    Appeal.objects.filter(pk=old.pk).update(received_at=clock.now() - timedelta(days=400))

    page = appeal_figures(Period.YEAR, viewer=making.admin())

    (clause,) = page.clauses
    assert (clause.clause, clause.appeals, clause.waiting) == ("sharing", 3, 1)
    assert (clause.upheld, clause.reduced, clause.overturned, clause.changed_percent) == (1, 0, 1, 50)
    assert clause.median_days == pytest.approx(2, abs=0.1)
    assert (page.total.appeals, page.late) == (3, 1)
    assert appeal_figures(Period.EVER, viewer=making.auditor()).total.appeals == 4
    assert "50 %" in text_of(signed_in(making.admin()), "appeal_figures")


def test_the_figures_of_nothing() -> None:
    page = text_of(signed_in(making.admin()), "appeal_figures", period="90")
    assert "No appeal came in" in page
