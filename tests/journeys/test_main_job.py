"""From a message on the platform to a sanction on the platform, every process real."""

import re
from pathlib import Path

import pytest

from moderation.domain.vocabulary import TEEN_BADGE
from moderation.models import Case, Message
from tests import making
from tests.journeys import processes
from tests.journeys.conftest import COMMUNITY, Haven, Platform
from tests.waiting import eventually

PASSWORD = "correct horse"


@pytest.mark.usefixtures("quick_undo")
def test_from_a_message_to_a_sanction_on_the_platform(
    haven: Haven, platform: Platform, worker_environment: dict[str, str], tmp_path: Path
) -> None:
    with processes.workers(worker_environment, tmp_path):
        _the_platform_sends(haven)
        eventually(lambda: haven.backlog() == 0, what="everything is screened")
        assert _open_cases() == {"teen", "mail", "ask", "off"}

        _a_moderator_decides_every_case(haven)
        _a_senior_approves(haven)

        eventually(lambda: platform.account("calm").get("badges_removed") == [TEEN_BADGE], what="the badge is removed")
        eventually(lambda: platform.account("calm").get("suspended"), what="the listener is suspended")
        eventually(lambda: platform.account("river").get("suspended"), what="the one who shared is suspended")
        eventually(lambda: "report.closed" in platform.events(), what="the reporter hears of it")
        assert not platform.account("oak").get("suspended")

        _an_admin_lifts_a_suspension(haven)
        eventually(lambda: not platform.account("river").get("suspended"), what="the suspension is lifted")

    _the_record_is_there(haven)


def _the_platform_sends(haven: Haven) -> None:
    sent = haven.tell("messages", {"messages": COMMUNITY["messages"], "accounts": COMMUNITY["accounts"]})
    assert (sent.status_code, sent.json()["accepted"]) == (202, len(COMMUNITY["messages"])), sent.text
    again = haven.tell("messages", {"messages": COMMUNITY["messages"]})
    assert again.json()["duplicates"] == len(COMMUNITY["messages"])
    for report in COMMUNITY["reports"]:
        assert haven.tell("reports", report).status_code == 202
    assert Message.objects.count() == len(COMMUNITY["messages"])


def _open_cases() -> set[str]:
    return set(Case.objects.open().values_list("conversation__ext_id", flat=True))


def _a_moderator_decides_every_case(haven: Haven) -> None:
    person = making.moderator(password=PASSWORD)
    with haven.browser() as browser:
        browser.sign_in(person.username, PASSWORD).open("/")
        assert "7700 900142" not in browser.text
        assert browser.text.index("calmHarbor") < browser.text.index("lateSwift"), "the most urgent comes first"

        browser.submit("/cases/next/")
        assert "7700 900142" not in browser.text, "contacts are masked until somebody reveals them"
        assert "7700 900142" in browser.submit("/reveal/").text
        for _ in range(Case.objects.open().count()):
            if "/decide/" not in browser.text:
                browser.open("/").submit("/cases/next/")
            browser.submit("/decide/")
            assert browser.page.status_code == 200, browser.text
    assert not Case.objects.open().exists()


def _a_senior_approves(haven: Haven) -> None:
    person = making.senior(password=PASSWORD)
    with haven.browser() as browser:
        browser.sign_in(person.username, PASSWORD).open("/approvals/")
        assert "calmHarbor" in browser.text
        while "/approve/" in browser.text:
            browser.submit("/approve/")
            assert browser.page.status_code == 200, browser.text


def _an_admin_lifts_a_suspension(haven: Haven) -> None:
    person = making.admin(password=PASSWORD)
    with haven.browser() as browser:
        browser.sign_in(person.username, PASSWORD).open("/sanctions/")
        row = next(row for row in re.findall(r"<tr.*?</tr>", browser.text, re.DOTALL) if "quietRiver" in row)
        (lift,) = set(re.findall(r"/sanctions/\d+/lift/", row))
        browser.submit(lift, reason="a mistake: the address was published by the site itself")
        assert browser.page.status_code == 200, browser.text


def _the_record_is_there(haven: Haven) -> None:
    person = making.auditor(password=PASSWORD)
    with haven.browser() as browser:
        browser.sign_in(person.username, PASSWORD).open("/audit/")
        for verb in ("case.decided", "case.contacts_revealed", "decision.approved", "sanction.lifted"):
            assert verb in browser.text
