"""Answering a hold under the hand: by key beside a decision that was begun, without JavaScript, narrow and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from moderation.domain.vocabulary import HoldState
from moderation.models import Hold
from moderation.operations.holds import escalate_holds
from moderation.operations.leases import claim_case
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"viewport": {"width": 1366, "height": 768}}
NARROW = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def moderator() -> User:
    return making.moderator(name="Moderator 3")


@pytest.fixture
def hold() -> Hold:
    return making.held_badge()


def at(hold: Hold) -> str:
    return f"/cases/{hold.case_id}/"


def state(hold: Hold) -> str:
    return str(Hold.objects.get(pk=hold.pk).state)


def test_by_key_the_hold_is_confirmed_and_what_was_typed_stays(
    open_page: OpenPage, moderator: User, hold: Hold
) -> None:
    claim_case(hold.case_id, actor=moderator)
    page = open_page(at(hold), moderator, **DESK)
    page.get_by_label("Note for the record").fill("seen it")
    page.get_by_role("heading", level=1).focus()

    page.keyboard.press("o")

    expect(page.locator("#holds")).to_contain_text("Confirmed by Moderator 3")
    expect(page.locator("#case-why")).to_contain_text("badge held until this is decided")
    expect(page.get_by_label("Note for the record")).to_have_value("seen it")
    expect(page.locator("#holds :focus, #holds:focus")).to_have_count(1)
    assert state(hold) == HoldState.CONFIRMED


def test_by_key_the_hold_is_lifted_with_a_reason(open_page: OpenPage, moderator: User, hold: Hold) -> None:
    claim_case(hold.case_id, actor=moderator)
    page = open_page(at(hold), moderator, **DESK)

    page.keyboard.press("l")
    page.get_by_label("Why the hold on the badge").fill("the number of a helpline")
    page.get_by_role("button", name="Give the badge back").click()

    expect(page.locator("#holds")).to_contain_text("given back by Moderator 3: “the number of a helpline”")
    expect(page.locator("#case-why")).not_to_contain_text("badge held")
    assert state(hold) == HoldState.LIFTED


def test_without_javascript_confirming_leads_to_the_decision(open_page: OpenPage, moderator: User, hold: Hold) -> None:
    page = open_page(at(hold), moderator, java_script_enabled=False, **NARROW)

    page.get_by_role("button", name="Confirm the hold").click()

    expect(page.get_by_text("Confirmed by Moderator 3")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm and next")).to_be_visible()


@pytest.mark.parametrize("options", [DESK, DESK | {"color_scheme": "dark"}, NARROW], ids=["light", "dark", "narrow"])
def test_nothing_stands_in_anybodys_way(
    open_page: OpenPage, faults: Callable[[Page], list[str]], hold: Hold, options: dict[str, Any]
) -> None:
    person = making.senior()
    claim_case(hold.case_id, actor=person)
    late = making.run_out(making.held_badge())
    escalate_holds()
    making.decided(making.held_badge().case, "teen_badge_removal")

    page = open_page(at(hold), person, **options)
    for path in (at(hold), at(late), "/escalations/", "/approvals/"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
