"""Deciding in a real browser: by rule and account, reasons, templates, a connection that fails, and what follows."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from accounts.models import User
from moderation.domain.vocabulary import CaseState, Ground
from moderation.models import Account, Case, Decision, Sanction
from moderation.operations.leases import claim_case
from tests import making
from tests.browser.casework import DESK, shows
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("time_to_undo")]


@pytest.fixture
def held(moderator: User) -> Case:
    """Two people in contact off the site, one of whom asked for it too."""
    ann = making.account(username="calmHarbor")
    case = making.case(actor=ann, other=making.account(username="tideline"), ground=Ground.OFFSITE_CONTACT)
    case.findings.create(
        actor=ann, rule=Ground.CONTACT_REQUESTED, kind="other", score=0.8, explanation="asks", detector="phrases",
        engine="test", message_ids=case.findings.get().message_ids, spans=[], key="another",
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(grounds=["contact_requested", "offsite_contact"])
    return claim_case(case.pk, actor=moderator)


def at(case: Case) -> str:
    return f"/cases/{case.pk}/"


def test_suspended_as_suggested_in_three_keys(open_page: OpenPage, moderator: User) -> None:
    case, following = making.case(), making.case()
    page = open_page("/", moderator, **DESK)

    for key, title in (("n", f"Case {case.pk}"), ("1", f"Case {case.pk}"), ("c", f"Case {following.pk}")):
        page.keyboard.press(key)
        shows(page, title)

    assert Sanction.objects.get().kind == "suspension"


def test_by_rule_and_account_with_reasons_by_keyboard_alone(open_page: OpenPage, moderator: User, held: Case) -> None:
    page = open_page(at(held), moderator, **DESK)
    told = page.locator("#consequences")

    page.keyboard.press("Shift+Digit1")
    page.keyboard.press("Shift+Digit3")
    expect(page.locator("input[name=reasons]:checked")).to_have_count(2)
    page.keyboard.press("5")
    expect(page.locator(".each select:focus")).to_have_count(1)
    page.keyboard.press("Home")  # as suggested
    page.keyboard.press("Tab")
    page.keyboard.type("education")
    expect(told).to_contain_text("tideline")
    expect(told).to_contain_text("gets the education notice")
    page.keyboard.press("Tab")
    page.keyboard.type("no violation")
    expect(told).to_contain_text("is cleared of contact requested")
    page.keyboard.press("Control+Enter")
    shows(page, "Review queue")

    decision = Decision.objects.get()
    given = {sanction.account.username: sanction.kind for sanction in Sanction.objects.select_related("account")}
    assert given == {"calmHarbor": "suspension", "tideline": "education_notice"}
    assert (decision.cleared, len(decision.reasons)) == (["contact_requested"], 2)


def test_by_rule_and_account_without_javascript(open_page: OpenPage, moderator: User, held: Case) -> None:
    page = open_page(at(held), moderator, java_script_enabled=False)

    page.get_by_text("By rule and account").click()
    page.get_by_role("group", name="Off-site contact").get_by_label("tideline").select_option("suspension:1")
    page.get_by_role("button", name="Confirm and next").click()
    expect(page.get_by_text("Not decided yet")).to_be_visible()
    expect(page.locator("#consequences")).to_contain_text("for 24 hours")
    page.get_by_role("button", name="Confirm and next").click()

    shows(page, "Review queue")
    assert Account.objects.get(username="tideline").suspended


def test_another_template_is_read_and_edited_before_it_is_sent(
    open_page: OpenPage, moderator: User, held: Case
) -> None:
    page = open_page(at(held), moderator, **DESK)

    page.keyboard.press("4")
    expect(page.locator("#consequences")).to_contain_text("education notice")
    page.get_by_text("Notice to calmHarbor").click()
    page.get_by_label("Template").focus()
    page.keyboard.type("gentle")
    notice = page.get_by_label("Notice to calmHarbor")
    expect(notice).to_have_value(re.compile("thank you for being here"))
    expect(page.get_by_label("Template")).to_be_focused()
    notice.fill("Please stay on the site.")
    page.keyboard.press("Control+Enter")
    shows(page, "Review queue")

    assert Sanction.objects.get().notice == "Please stay on the site."


# A connection that fails


def not_sent(page: Page) -> Any:
    return page.get_by_role("alert").filter(has=page.get_by_role("button", name="Send again"))


def test_offline_for_twenty_seconds_in_the_middle_of_a_decision(
    open_page: OpenPage, moderator: User, held: Case
) -> None:
    following = making.case()
    page = open_page("/", moderator, **DESK)
    page.clock.install()
    page.goto(page.url.rstrip("/") + at(held))
    page.keyboard.press("4")
    expect(page.locator("#consequences")).to_contain_text("education notice")
    page.get_by_label("Note for the record").fill("half a thought")

    page.context.set_offline(True)
    page.get_by_role("button", name="Confirm and next").click()
    expect(not_sent(page)).to_contain_text("Not sent: you are offline; nothing is lost")
    page.clock.fast_forward(20_000)
    expect(not_sent(page)).to_be_visible()
    expect(page.get_by_label("Note for the record")).to_have_value("half a thought")
    assert not Decision.objects.exists()

    page.context.set_offline(False)
    expect(not_sent(page)).to_contain_text("You are online again")
    page.get_by_role("button", name="Send again").click()
    shows(page, f"Case {following.pk}")
    decision = Decision.objects.get()
    assert (decision.note, decision.sanctions.get().kind) == ("half a thought", "education_notice")


def test_an_answer_that_is_lost_is_asked_for_again_and_decides_once(
    open_page: OpenPage, moderator: User, held: Case
) -> None:
    following = making.case()
    page = open_page(at(held), moderator, **DESK)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort("connectionreset")

    page.route(re.compile("/decide/"), lose)
    page.keyboard.press("c")
    expect(not_sent(page)).to_contain_text("Sending it again is safe")
    assert (lost, Decision.objects.count()) == ([303], 1)

    page.keyboard.press("c")
    shows(page, f"Case {following.pk}")
    assert Decision.objects.count() == 1
    expect(page.locator(".toast[data-undo]")).to_have_count(1)


def test_a_gateway_that_fails_is_said_beside_the_form(open_page: OpenPage, moderator: User, held: Case) -> None:
    page = open_page(at(held), moderator, **DESK)
    page.route(re.compile("/decide/"), lambda route: route.fulfill(status=502, body="Bad gateway"))

    page.keyboard.press("c")

    expect(not_sent(page)).to_contain_text("It may have arrived or not")
    expect(page.locator(".toast")).to_have_count(0)


# Dismissing with one key


@pytest.fixture
def quick(moderator: User) -> User:
    moderator.preferences = {"quick_dismiss": True}
    moderator.save()
    return moderator


def test_the_key_that_dismisses_is_off_at_first(open_page: OpenPage, moderator: User, held: Case) -> None:
    page = open_page(at(held), moderator, **DESK)

    page.keyboard.press("d")
    page.keyboard.press("Enter")

    shows(page, f"Case {held.pk}")
    assert not Decision.objects.exists()


def test_one_key_dismisses_after_one_question(open_page: OpenPage, quick: User, held: Case) -> None:
    following = making.case()
    page = open_page(at(held), quick, **DESK)

    page.keyboard.press("d")
    expect(page.get_by_text("No violation: no account changes")).to_be_visible()
    page.keyboard.press("Escape")
    shows(page, f"Case {held.pk}")
    assert not Decision.objects.exists()
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    shows(page, f"Case {following.pk}")

    assert Decision.objects.get().outcome == "no_violation"


def test_sending_again_dismisses_when_dismissing_was_not_sent(open_page: OpenPage, quick: User, held: Case) -> None:
    page = open_page(at(held), quick, **DESK)

    page.context.set_offline(True)
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    expect(not_sent(page)).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Send again").click()
    shows(page, "Review queue")

    assert Decision.objects.get().outcome == "no_violation"


# What follows


def test_the_toast_that_undoes_outlives_a_change_of_page_and_is_read_aloud_once(
    open_page: OpenPage, moderator: User, held: Case
) -> None:
    page = open_page(at(held), moderator, **DESK)
    page.keyboard.press("c")
    shows(page, "Review queue")
    undo = page.get_by_role("status").locator(".toast[data-undo]")
    expect(undo).to_contain_text(f"Case {held.pk}: suspension")
    expect(undo.get_by_role("timer")).to_have_text(re.compile(r"\d+ s|\d:\d\d"))

    page.get_by_role("link", name="Sanctions").click()
    shows(page, "Sanctions")
    expect(undo).to_be_visible()
    page.keyboard.press("z")
    shows(page, f"Case {held.pk}")
    expect(undo).to_have_count(0)
    held.refresh_from_db()
    assert held.state == CaseState.OPEN


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page: OpenPage, quick: User, held: Case, faults: Any, scheme: Any) -> None:
    page = open_page(at(held), quick, color_scheme=scheme, **DESK)
    page.keyboard.press("5")
    expect(page.locator("#consequences")).to_contain_text("calmHarbor")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate("document.querySelector('[data-not-sent]').hidden = false")

    assert faults(page) == []


@pytest.mark.parametrize("width", [320, 1366])
def test_nothing_runs_out_of_the_window(open_page: OpenPage, quick: User, held: Case, width: int) -> None:
    Account.objects.filter(username="tideline").update(username="calm" * 30)
    page = open_page(at(held), quick, viewport={"width": width, "height": 700})
    page.get_by_text("By rule and account").click()
    page.evaluate("document.querySelector('[data-not-sent]').hidden = false")

    wide = "[...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth)"
    assert page.evaluate(f"{wide}.map((e) => e.outerHTML.slice(0, 200))") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("button[popovertarget=dismiss]").first.click()
    expect(page.get_by_text("No violation: no account changes")).to_be_in_viewport()
