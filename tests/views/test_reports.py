"""What is done about reports on the case page: refusals first."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from moderation.models import Account, Case, OutboxEvent, Report
from moderation.operations.leases import claim_case
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)

HX = {"HX-Request": "true"}
NAMES = ["report_repeats", "report_ask", "report_withdraw"]


@pytest.fixture
def moderator() -> User:
    return making.moderator()


@pytest.fixture
def browser(moderator: User) -> Client:
    client = Client()
    client.force_login(moderator)
    return client


def two_of_one(case: Case) -> tuple[Report, Report]:
    first = making.report(case)
    return first, making.report(case, reporter=first.reporter.ext_id)


@pytest.mark.parametrize("name", NAMES)
def test_an_auditor_reads_reports_and_nothing_else(name: str) -> None:
    case = making.case()
    report = making.report(case)
    client = Client()
    client.force_login(making.auditor())

    assert client.post(reverse(name, args=[report.pk]), {"text": "x"}).status_code == 403
    text = client.get(reverse("case", args=[case.pk])).content.decode()
    assert "this was not right" in text
    assert "Ask the reporter" not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_report_that_is_not_there_is_not_found(browser: Client, name: str) -> None:
    assert browser.post(reverse(name, args=[making.NOBODYS_ID]), {"text": "x"}).status_code == 404
    assert browser.get(reverse(name, args=[1])).status_code == 405


def test_reports_that_are_not_alike_are_refused(browser: Client) -> None:
    case = making.case()
    first, second = making.report(case), making.report(case)

    assert browser.post(reverse("report_repeats", args=[second.pk]), {"of": first.pk}).status_code == 422
    assert browser.post(reverse("report_repeats", args=[second.pk]), {"of": "x"}).status_code == 422


def test_a_repeat_is_marked_and_unmarked(browser: Client) -> None:
    case = making.case()
    first, second = two_of_one(case)
    page = reverse("case", args=[case.pk])
    assert "Same as report 1</button>" in browser.get(page).content.decode()

    answer = browser.post(reverse("report_repeats", args=[second.pk]), {"of": first.pk})
    assert (answer.status_code, answer["Location"]) == (303, page)
    second.refresh_from_db()
    assert second.repeats == first
    assert "Not the same" in browser.get(page).content.decode()

    browser.post(reverse("report_repeats", args=[second.pk]))
    second.refresh_from_db()
    assert second.repeats is None


def test_marking_by_htmx_leaves_a_begun_decision_good(browser: Client, moderator: User) -> None:
    case = making.case()
    first, second = two_of_one(case)
    held = claim_case(case.pk, actor=moderator)

    answer = browser.post(
        reverse("report_repeats", args=[second.pk]), {"of": first.pk, "seen_version": held.version}, headers=HX
    )

    text = answer.content.decode()
    assert 'id="reports"' in text
    assert f'id="seen-version" value="{held.version + 1}" hx-swap-oob="true"' in text
    assert "<html" not in text


def test_what_came_in_meanwhile_still_has_to_be_seen(browser: Client, moderator: User) -> None:
    case = making.case()
    first, second = two_of_one(case)
    held = claim_case(case.pk, actor=moderator)
    making.report(case)

    answer = browser.post(
        reverse("report_repeats", args=[second.pk]), {"of": first.pk, "seen_version": held.version}, headers=HX
    )

    assert "seen-version" not in answer.content.decode()


def test_the_page_offers_the_question_by_one_key(browser: Client) -> None:
    case = making.case()
    making.report(case)
    making.report(case)

    text = browser.get(reverse("case", args=[case.pk])).content.decode()

    assert text.count("Ask the reporter for more") == 2
    assert text.count('aria-keyshortcuts="q"') == 1
    assert "the messages that you mean" in text


def test_asking_sends_the_text_as_it_stands_and_says_so(browser: Client) -> None:
    case = making.case()
    report = making.report(case)

    answer = browser.post(reverse("report_ask", args=[report.pk]), {"text": "which\r\nmessages?"}, headers=HX)

    assert OutboxEvent.objects.get().payload["text"] == "which\nmessages?"
    text = answer.content.decode()
    assert "Asked at" in text
    assert "Take the question back" in text
    assert "seen-version" not in text
    assert browser.post(reverse("report_ask", args=[report.pk]), {"text": "again?"}).status_code == 422


def test_a_question_is_taken_back(browser: Client) -> None:
    case = making.case()
    report = making.report(case)
    browser.post(reverse("report_ask", args=[report.pk]), {"text": "which messages?"})

    page = browser.post(reverse("report_withdraw", args=[report.pk]), follow=True)

    assert "nothing has been sent" in page.content.decode()
    assert OutboxEvent.objects.get().state == "cancelled"


def test_the_reporter_is_masked_whatever_is_done(browser: Client, moderator: User) -> None:
    case = making.case()
    first = making.report(case, reporter="whistle-ext")
    second = making.report(case, reporter="whistle-ext", text=f"he sent {making.PHONE}")
    Account.objects.filter(ext_id="whistle-ext").update(username="whistleblower77")
    claim_case(case.pk, actor=moderator)

    seen = browser.post(reverse("report_repeats", args=[second.pk]), {"of": first.pk}, headers=HX).content
    seen += browser.post(reverse("report_ask", args=[first.pk]), {"text": "which?"}, headers=HX).content
    seen += browser.get(reverse("case", args=[case.pk])).content

    assert b"whistle" not in seen
    assert making.PHONE.encode() not in seen
