"""Appeals in a real browser: the page behind the link, and hearing one, by keys, without JavaScript, and for axe."""

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from moderation.domain.vocabulary import AppealState
from moderation.hosted_links import Purpose, link_to
from moderation.models import Appeal, Sanction
from moderation.operations.hearing import write_first_view
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 320, "height": 640}}
VIEW = "One number, given once. I would remind him of the rule."


@pytest.fixture
def sanction() -> Sanction:
    return making.sanction("suspension:30", actor=making.listener(username="calmHarbor"))


@pytest.fixture
def senior() -> User:
    return making.senior(name="Ash")


def path_of(sanction: Sanction) -> str:
    assert sanction.appeal_until is not None
    return "/" + link_to(Purpose.APPEAL, sanction.pk, until=sanction.appeal_until).split("/", 3)[3]


def whats_wrong(page: Page, width: int, faults: Any) -> list[str]:
    """What axe finds and whether anything is wider than the screen, with everything unfolded."""
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"{page.url}: {fault}" for fault in [*faults(page), *([f"{wide} px wide"] if wide > width else [])]]


def test_a_person_appeals_on_a_phone_without_javascript(open_page: OpenPage, sanction: Sanction) -> None:
    page = open_page(path_of(sanction), None, java_script_enabled=False, **PHONE)
    expect(page.get_by_role("heading", name="If you see it differently")).to_be_visible()
    page.get_by_label("Why should we look at it again?").fill("it was my own old number")
    page.get_by_role("button", name="Send the appeal").click()

    expect(page.get_by_text("We have it.")).to_be_visible()
    expect(page.get_by_role("heading", name="If you need help now")).to_be_visible()
    assert Appeal.objects.get().by_link


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1366, "light")])
def test_axe_finds_nothing_on_the_hosted_page(
    open_page: OpenPage, sanction: Sanction, faults: Any, width: int, scheme: Any
) -> None:
    page = open_page("/appeal/gone/", viewport={"width": width, "height": 700}, color_scheme=scheme)
    assert whats_wrong(page, width, faults) == []
    address = page.url.replace("/appeal/gone/", path_of(sanction))
    page.goto(address)
    assert whats_wrong(page, width, faults) == []
    making.appeal(sanction, text="word " * 40 + "x" * 400)
    page.goto(address)
    assert whats_wrong(page, width, faults) == []


def test_an_appeal_is_heard_by_keys_and_undone(open_page: OpenPage, sanction: Sanction, senior: User) -> None:
    appeal = making.appeal(sanction)
    page = open_page("/appeals/", senior, **DESK)
    page.keyboard.press("i")
    expect(page.get_by_role("heading", name="Your first view")).to_be_visible()
    expect(page.get_by_text("30 days")).to_have_count(0)
    page.get_by_label("Your first view").fill(VIEW)
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="What was decided")).to_be_visible()
    page.locator("[value=reduced]").check()
    expect(page.locator("#reply")).to_contain_text("becomes 7 days")
    page.locator("[name=measure]").select_option("education_notice")
    expect(page.locator("#reply")).to_contain_text("becomes an education notice")
    page.locator("#reply textarea").fill("Please read this.")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="Reduced")).to_be_visible()
    expect(page.get_by_text("Suspension, 30 days became education notice")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name="What comes of it")).to_be_visible()
    appeal.refresh_from_db()
    assert appeal.state == AppealState.OPEN


def test_hearing_without_javascript(open_page: OpenPage, sanction: Sanction, senior: User) -> None:
    appeal = making.appeal(sanction)
    page = open_page(f"/appeals/{appeal.pk}/", senior, java_script_enabled=False, **DESK)
    page.get_by_label("Your first view").fill(VIEW)
    page.get_by_role("button", name="Keep it").click()
    page.locator("[value=overturned]").check()
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#reply textarea")).to_contain_text("the decision was wrong")
    page.get_by_role("button", name="Decide the appeal").click()
    expect(page.get_by_role("heading", name="Overturned")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1366, "light")])
def test_axe_finds_nothing_on_the_pages_of_staff(
    open_page: OpenPage, sanction: Sanction, senior: User, faults: Any, width: int, scheme: Any
) -> None:
    appeal = making.appeal(sanction, text="word " * 40 + "x" * 400)
    making.appeal(making.sanction(by=senior))
    page = open_page("/appeals/", senior, viewport={"width": width, "height": 768}, color_scheme=scheme)
    assert whats_wrong(page, width, faults) == []
    page.goto(page.url.replace("/appeals/", "/appeals/figures/"))
    assert whats_wrong(page, width, faults) == []
    page.goto(page.url.replace("/figures/", f"/{appeal.pk}/"))
    assert whats_wrong(page, width, faults) == []
    write_first_view(appeal.pk, actor=senior, text=VIEW)
    page.reload()
    page.locator("[value=reduced]").check()
    expect(page.locator("#reply")).to_contain_text("becomes 7 days")
    assert whats_wrong(page, width, faults) == []
