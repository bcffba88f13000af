"""Reasons and the yearly report in a real browser: read, downloaded, without a script, narrow, dark, on paper."""

from typing import Any

import pytest
from playwright.sync_api import Page

from moderation.models import Decision, Sanction, clock
from moderation.operations import standings
from moderation.operations.transparency import count_year
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.views.test_transparency import year_of_figures

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"viewport": {"width": 1366, "height": 768}}
NARROW = {"viewport": {"width": 320, "height": 640}}
LOOKS = [DESK, NARROW, DESK | {"color_scheme": "dark"}, NARROW | {"color_scheme": "dark"}]
NAMES = ["desk", "narrow", "desk-dark", "narrow-dark"]


def changed_sanction() -> Sanction:
    decision = making.decided(making.case(actor=making.account(username="a" * 60)), "suspension:7")
    Decision.objects.update(undo_until=None)
    sanction: Sanction = decision.sanctions.get()
    Sanction.objects.update(ends_at=None, days=None)
    standings.settle([sanction.account])
    return sanction


def is_as_wide_as_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_reasons_can_be_read_by_everybody(open_page: OpenPage, faults: Any, look: dict[str, Any]) -> None:
    page = open_page(f"/sanctions/{changed_sanction().pk}/statement/", making.moderator(), **look)

    page.get_by_text("Earlier: given on").click()

    expect(page.get_by_text("The account is suspended until further notice.").first).to_be_visible()
    expect(page.get_by_text("If you disagree").last).to_be_visible()
    assert is_as_wide_as_its_window(page)
    assert faults(page) == []


@pytest.mark.parametrize("look", LOOKS, ids=NAMES)
def test_the_report_can_be_read_by_everybody(open_page: OpenPage, faults: Any, look: dict[str, Any]) -> None:
    year_of_figures(days=200, most=4_321)
    page = open_page("/transparency/?year=2025", making.admin(), **look)

    expect(page.get_by_role("heading", level=1)).to_have_text("Transparency report 2025")
    expect(page.get_by_role("img")).to_have_count(5)
    expect(page.get_by_role("table", name="Measures by kind and ground")).to_be_visible()
    assert is_as_wide_as_its_window(page)
    assert faults(page) == []


def test_a_year_is_chosen_and_what_was_counted_is_there(open_page: OpenPage) -> None:
    year_of_figures()
    changed_sanction()
    this_year = clock.now().year
    count_year(this_year)
    page = open_page("/transparency/?year=2025", making.auditor(), **DESK)

    page.get_by_role("navigation", name="Years").get_by_role("link", name=str(this_year)).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Transparency report {this_year}")
    expect(page.get_by_role("table", name="Flagged cases decided, by ground")).to_contain_text("100.0 %")


@pytest.mark.parametrize("scripts", [True, False])
def test_statements_are_downloaded_with_and_without_a_script(open_page: OpenPage, scripts: bool) -> None:
    changed_sanction()
    page = open_page("/transparency/", making.admin(), java_script_enabled=scripts, **DESK)

    page.get_by_label("Written as").select_option("jsonl")
    with page.expect_download() as caught:
        page.get_by_role("button", name="Download").click()

    rows = caught.value.path().read_text().splitlines()
    assert len(rows) == 2
    assert all('"puid"' in row for row in rows)


def test_on_paper_there_is_the_report_and_nothing_to_press(open_page: OpenPage) -> None:
    year_of_figures()
    page = open_page("/transparency/?year=2025", making.admin(), **DESK)

    page.emulate_media(media="print")

    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator("#publish")).to_be_hidden()
    expect(page.get_by_role("img").first).to_be_visible()
