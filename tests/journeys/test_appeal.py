"""From a report to a suspension, from there by the link of the notice to an appeal, and to a reduction."""

import re
from pathlib import Path

import pytest

from accounts.models import AuditEntry
from moderation.domain.vocabulary import AppealState
from moderation.models import Appeal, Case
from tests import making
from tests.journeys import processes
from tests.journeys.conftest import COMMUNITY, Haven, Platform
from tests.waiting import eventually

PASSWORD = "correct horse"
REPORT = {
    "id": "r2",
    "reporter": "oak",
    "reported": "river",
    "conversation": "mail",
    "messages": ["m3"],
    "reason": "contact_shared",
    "text": "an address, out of nowhere",
    "channel": "chat",
    "created_at": "2026-03-01T19:10:00Z",
}


@pytest.mark.usefixtures("quick_undo")
def test_report_to_suspension_to_appeal_to_reduction(
    haven: Haven, platform: Platform, worker_environment: dict[str, str], tmp_path: Path
) -> None:
    with processes.workers(worker_environment, tmp_path):
        _the_platform_reports(haven)
        _a_moderator_suspends(haven)
        eventually(lambda: platform.account("river").get("suspended"), what="the platform suspends")
        first_end = platform.account("river")["suspended_until"]

        path = _link_in_the_notice(platform)
        _the_person_appeals(haven, path)
        _a_senior_hears_it(haven)

        eventually(lambda: "appeal.decided" in platform.events(), what="the platform hears of the outcome")
        assert platform.account("river")["suspended_until"] < first_end
        assert "now 24 hours long" in platform.account("river")["notices"][-1]["text"]
        _the_person_reads_the_answer(haven, path)

    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"report.taken", "case.decided", "appeal.taken", "appeal.read", "appeal.viewed", "appeal.decided"} <= verbs


def _the_platform_reports(haven: Haven) -> None:
    messages = [message for message in COMMUNITY["messages"] if message["conversation"]["id"] == "mail"]
    assert haven.tell("messages", {"messages": messages, "accounts": COMMUNITY["accounts"]}).status_code == 202
    assert haven.tell("reports", REPORT).status_code == 202
    eventually(lambda: haven.backlog() == 0, what="everything is screened")
    assert Case.objects.open().count() == 1


def _a_moderator_suspends(haven: Haven) -> None:
    person = making.moderator(password=PASSWORD)
    with haven.browser() as browser:
        browser.sign_in(person.username, PASSWORD).open("/").submit("/cases/next/").submit("/decide/")
        assert browser.page.status_code == 200, browser.text
    assert not Case.objects.open().exists()


def _link_in_the_notice(platform: Platform) -> str:
    notice = platform.account("river")["notices"][-1]["text"]
    (path,) = re.findall(r"https?://[^/]+(/appeal/\S+)", notice)
    return str(path)


def _the_person_appeals(haven: Haven, path: str) -> None:
    """On the page behind the link: no account, no script."""
    with haven.browser() as browser:
        browser.open(path)
        assert "Your account was suspended: 7 days" in browser.text
        browser.submit("", text="The address is of the help desk that I work for, I gave it by mistake.")
        assert "We have it" in browser.text


def _a_senior_hears_it(haven: Haven) -> None:
    person, appeal = making.senior(password=PASSWORD), Appeal.objects.get()
    with haven.browser() as browser:
        browser.sign_in(person.username, PASSWORD).open("/appeals/")
        assert "quietRiver" in browser.text
        browser.open(f"/appeals/{appeal.pk}/")
        assert "help desk" in browser.text
        assert "Suspension, 7 days" not in browser.text, "what was decided is not shown before the first view"
        browser.submit("/view/", text="One address, given in the open. I would remind, not suspend for long.")
        assert "Suspension, 7 days" in browser.text

        browser.submit("/decide/", outcome="reduced", measure="suspension:1")
        assert "Read it, then confirm" in browser.text, "a reply is not sent unread"
        browser.submit("/decide/")
        assert browser.page.status_code == 200, browser.text
    appeal.refresh_from_db()
    assert appeal.state == AppealState.REDUCED


def _the_person_reads_the_answer(haven: Haven, path: str) -> None:
    with haven.browser() as browser:
        browser.open(path)
        assert "made milder" in browser.text
        assert "now 24 hours long" in browser.text
