"""Check-ins and the six questions in a real browser: on a phone without JavaScript, and at the desk."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from moderation.domain.vocabulary import SanctionState
from moderation.hosted_links import HOLDER, Purpose, link_to
from moderation.models import Reflection, Sanction, clock
from moderation.operations.leases import claim_case
from moderation.operations.questions_asked import answer_questions
from moderation.operations.sanctions import expire_sanctions
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.views.test_check_ins import overdue

pytestmark = pytest.mark.django_db(transaction=True)

DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "java_script_enabled": False}


def path_of(purpose: Purpose, row_id: int) -> str:
    return link_to(purpose, row_id, until=clock.now() + timedelta(days=1)).removeprefix(settings.PUBLIC_URL)


def fits(page: Any) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_answers_on_a_phone_without_javascript(open_page: OpenPage) -> None:
    page = open_page(path_of(Purpose.QUESTIONS, making.education().pk), **PHONE)
    expect(page.get_by_role("heading", level=1)).to_have_text("Six questions about contact off the site")

    page.get_by_label("2. Is it helpful?").fill("a little")
    page.get_by_role("button", name="Save for later").click()
    expect(page.get_by_role("status")).to_contain_text("go on later with the same link")
    expect(page.get_by_label("2. Is it helpful?")).to_have_value("a little")

    page.get_by_label("3. Is it hurtful?").fill("sometimes")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert Reflection.objects.get().answers == ["", "a little", "sometimes", "", "", ""]


def test_a_suspension_ends_after_the_check_in_on_a_phone(open_page: OpenPage) -> None:
    sanction = making.time_over(making.until_check_in())
    assert expire_sanctions() == 0
    page = open_page(path_of(Purpose.CHECK_IN, sanction.check_in.pk), **PHONE)

    page.get_by_label("1. Is it really safe").fill("I thought so")
    page.get_by_role("button", name="Finish the check-in").click()
    expect(page.get_by_role("alert")).to_contain_text("Please tick the box")
    expect(page.get_by_label("1. Is it really safe")).to_have_value("I thought so")

    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Finish the check-in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    assert expire_sanctions() == 1


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1366, "light")])
def test_pages_behind_a_link_are_for_everybody(open_page: OpenPage, width: int, scheme: Any, faults: Any) -> None:
    screen = {"viewport": {"width": width, "height": 768}, "color_scheme": scheme}
    waiting = making.until_check_in().check_in
    done = making.education()
    answer_questions(done.pk, actor=HOLDER, texts=[""] * 6, hand_in=True)
    for path in (
        path_of(Purpose.QUESTIONS, making.education().pk),
        path_of(Purpose.CHECK_IN, waiting.pk),
        path_of(Purpose.QUESTIONS, done.pk),
    ):
        page = open_page(path, **screen)
        assert fits(page)
        assert faults(page) == []


def test_a_link_that_is_over_says_so_on_a_phone(open_page: OpenPage, faults: Any) -> None:
    page = open_page("/questions/x/", viewport={"width": 320, "height": 640})

    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    assert fits(page)
    assert faults(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1366, "light")])
def test_pages_of_staff_are_for_everybody(open_page: OpenPage, width: int, scheme: Any, faults: Any) -> None:
    boss = making.admin()
    overdue(4, never=True, username="calmHarbor")
    making.time_over(making.until_check_in(making.teen(username="pineMarten")))
    kept = answer_questions(making.education().pk, actor=HOLDER, texts=["long " * 200, *[""] * 5], hand_in=True)
    page = open_page("/check-ins/", boss, viewport={"width": width, "height": 768}, color_scheme=scheme)
    origin = page.url.removesuffix("/check-ins/")
    for path in ("/check-ins/", "/check-ins/suspensions/", "/answers/", f"/answers/{kept.pk}/"):
        page.goto(f"{origin}{path}")
        assert fits(page), path
        assert faults(page) == [], path


def test_narrowing_and_waiving_at_the_desk(open_page: OpenPage) -> None:
    overdue(4, username="calmHarbor"), overdue(0, username="newReed")
    sanction = making.until_check_in(making.account(username="pineMarten"))
    page = open_page("/check-ins/", making.admin(), **DESK)

    page.get_by_label("For how long").select_option("Over 3 months")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("link", name="Export as CSV")).to_have_attribute("href", "/check-ins/export/?late=longer")

    page.get_by_role("link", name="Suspensions that wait").click()
    page.get_by_text("Waive …").click()
    page.get_by_label("Why the check-in of pineMarten is waived").fill("cannot read the page")
    page.get_by_role("button", name="Waive it").click()
    expect(page.locator("#toasts")).to_contain_text("pineMarten: waived")
    expect(page.get_by_role("heading", name="No suspension waits for a check-in")).to_be_visible()
    assert not Sanction.objects.get(pk=sanction.pk).awaits_check_in


def test_deciding_that_it_ends_only_after_a_check_in(open_page: OpenPage) -> None:
    me = making.moderator()
    case = claim_case(making.case().pk, actor=me)
    page = open_page(f"/cases/{case.pk}/", me, **DESK)

    page.get_by_label("A suspension ends only after a check-in").check()
    expect(page.locator("#consequences")).to_contain_text("It ends only after a check-in.")
    page.get_by_text("Notice to").click()
    expect(page.locator("#consequences textarea")).to_have_value(
        re.compile("It ends only after a short safety check-in")
    )
    page.get_by_role("button", name="Confirm and next").click()
    expect(page.locator("#toasts")).to_contain_text("suspension, 7 days")

    given = Sanction.objects.get(case=case)
    assert (given.state, given.awaits_check_in) == (SanctionState.IN_FORCE, True)
