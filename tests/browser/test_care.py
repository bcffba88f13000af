"""How one works, in a real browser: a key chosen and used, keys off, what is covered, a word on breaks."""

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from accounts.preferences import Preferences, Theme
from moderation.domain.vocabulary import Severity
from moderation.models import Case
from moderation.operations.leases import claim_case
from tests import making
from tests.browser.casework import in_both_schemes
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.queries.test_queue import open_cases

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"viewport": {"width": 1366, "height": 768}}
NARROW = {"viewport": {"width": 320, "height": 640}}


def liking(**likes: Any) -> User:
    person = making.moderator()
    person.preferences = Preferences(**likes).to_json()
    person.save()
    return person


def held_case(person: User) -> Case:
    case = making.case()
    claim_case(case.pk, actor=person)
    return case


def blur_of(page: Page, selector: str) -> str:
    return str(page.locator(selector).first.evaluate("(one) => getComputedStyle(one).filter"))


def poll(page: Page) -> None:
    with page.expect_response(lambda answer: "/queue/news/" in answer.url):
        page.evaluate("htmx.trigger('[data-poll]', 'poll')")


def test_a_key_in_two_places_is_refused_where_it_stands(open_page: OpenPage) -> None:
    page = open_page("/me/", making.moderator(), **DESK)

    page.get_by_label("Next finding").fill("c")
    page.get_by_role("button", name="Keep").click()

    expect(page.locator(".callout[role=alert]")).to_contain_text("Nothing was kept")
    expect(page.get_by_label("Confirm and next")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("“c” is the key of “Next finding” already: choose another.")).to_be_visible()
    expect(page.get_by_label("Next finding")).to_have_value("c")


def test_a_key_that_was_chosen_is_used_printed_and_on_the_sheet(open_page: OpenPage) -> None:
    person = making.moderator()
    case = held_case(person)
    page = open_page("/me/", person, **DESK)
    page.get_by_label("Next finding").fill("x")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#toasts")).to_contain_text("Kept.")

    page.goto(page.url.replace("/me/", f"/cases/{case.pk}/"))
    expect(page.locator("[data-next-finding='1'] kbd")).to_have_text("x")
    page.keyboard.press("f")
    expect(page.locator("[data-finding]:focus")).to_have_count(0)
    page.keyboard.press("x")
    expect(page.locator("[data-finding]:focus")).to_have_count(1)

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys on this page")
    expect(sheet.locator("dt:has-text('x') + dd").filter(has_text="Next finding")).to_have_count(1)
    expect(sheet.locator("dd").filter(has_text="No violation")).to_have_count(1)


def test_keys_are_dead_while_one_chooses_them(open_page: OpenPage) -> None:
    page = open_page("/me/", making.moderator(), **DESK)

    page.get_by_label("Next finding").press("?")

    expect(page.locator("#keys-sheet")).to_be_hidden()


def test_one_switch_takes_all_keys_and_gives_them_back(open_page: OpenPage) -> None:
    person = making.moderator()
    open_cases(1)
    page = open_page("/me/", person, **DESK)
    page.get_by_label("Use single-key shortcuts").first.uncheck()
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("[aria-keyshortcuts]")).to_have_count(0)

    page.get_by_role("link", name="Queue", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review queue")
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page.locator("#keys-sheet")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review queue")

    page.get_by_role("link", name="How you work").click()
    page.get_by_role("button", name="Reset everything").click()
    expect(page.locator("#toasts")).to_contain_text("as it was at first")
    page.keyboard.press("?")
    expect(page.locator("#keys-sheet")).to_be_visible()


def test_the_switch_on_the_sheet_reaches_other_browsers(open_page: OpenPage) -> None:
    person = making.moderator()
    page = open_page("/", person, **DESK)
    page.keyboard.press("?")
    with page.expect_response("**/me/shortcuts/"):
        page.get_by_label("Use single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys-sheet")).to_be_hidden()

    other = open_page("/", person, **DESK)
    expect(other.locator("html")).to_have_attribute("data-keys-off", "")


def test_snippets_are_hidden_until_asked_for(open_page: OpenPage) -> None:
    first, second = open_cases(2)
    Case.objects.update(snippet="words that weigh")
    page = open_page("/", making.moderator(), **DESK)
    said = page.get_by_text("words that weigh")
    expect(said.first).to_be_hidden()

    page.locator(f"#uncover-{first.pk}").check()
    expect(page.locator(f"#case-{first.pk}").get_by_text("words that weigh")).to_be_visible()
    expect(page.locator(f"#case-{second.pk}").get_by_text("words that weigh")).to_be_hidden()
    assert page.url.endswith("/")  # the row is a target, and this press was not for it

    page.keyboard.press("b")
    expect(page.locator(f"#case-{second.pk}").get_by_text("words that weigh")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(f"#case-{second.pk}").get_by_text("words that weigh")).to_be_hidden()


@pytest.mark.parametrize("in_use", [True, False])
def test_what_was_uncovered_stays_so_when_news_come(open_page: OpenPage, in_use: bool) -> None:
    first, second = open_cases(2)
    Case.objects.update(snippet="words that weigh")
    page = open_page("/", making.moderator(), **DESK)
    page.locator(f"#uncover-{first.pk}").check()
    if not in_use:
        page.get_by_role("button", name="Review next").focus()
        page.mouse.move(600, 5)
    open_cases(1, priority=999, headline="Newest")
    claim_case(first.pk, actor=making.senior(name="Sol"))

    poll(page)

    expect(page.locator(f"#case-{first.pk}")).to_contain_text("Sol")
    expect(page.locator(f"#case-{first.pk}").get_by_text("words that weigh")).to_be_visible()
    expect(page.locator(f"#case-{second.pk}").get_by_text("words that weigh")).to_be_hidden()


def test_snippets_can_be_uncovered_without_javascript(open_page: OpenPage) -> None:
    [case] = open_cases(1)
    Case.objects.update(snippet="words that weigh")
    page = open_page("/", making.moderator(), java_script_enabled=False, **DESK)
    expect(page.get_by_text("words that weigh")).to_be_hidden()

    page.locator(f"#uncover-{case.pk}").check()
    expect(page.get_by_text("words that weigh")).to_be_visible()


@pytest.mark.parametrize("scripted", [True, False])
def test_text_is_blurred_until_one_points_at_it_or_asks(open_page: OpenPage, scripted: bool) -> None:
    person = liking(blur_text=True)
    case = held_case(person)
    page = open_page(f"/cases/{case.pk}/", person, java_script_enabled=scripted, **DESK)
    assert blur_of(page, ".msg .text").startswith("blur(")

    page.locator(".msg").first.hover()
    assert blur_of(page, ".msg .text") == "none"
    page.mouse.move(2, 2)
    assert blur_of(page, ".msg .text").startswith("blur(")
    if scripted:
        page.keyboard.press("f")
        assert blur_of(page, "[data-finding] .text") == "none"
        page.locator("h1").focus()
        page.keyboard.press("b")
    else:
        page.get_by_label("Show text").check()
    assert blur_of(page, ".msg .text") == "none"


def test_text_stays_uncovered_while_contacts_are_shown(open_page: OpenPage) -> None:
    person = liking(blur_text=True)
    case = held_case(person)
    page = open_page(f"/cases/{case.pk}/", person, **DESK)
    page.keyboard.press("b")
    page.keyboard.press("r")

    expect(page.get_by_text(making.PHONE).first).to_be_visible()
    expect(page.get_by_label("Show text")).to_be_checked()


def test_colours_are_as_chosen_whatever_the_device_says(open_page: OpenPage) -> None:
    person = liking(theme=Theme.DARK, greyscale=True)
    case = held_case(person)
    page = open_page(f"/cases/{case.pk}/", person, color_scheme="light", **DESK)

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 23, 29)"
    assert blur_of(page, ".avatar") == "grayscale(1)"
    assert blur_of(page, ".chip") == "grayscale(1)"


def test_a_word_on_breaks_is_read_aloud_and_goes_when_put_away(open_page: OpenPage) -> None:
    person = liking(break_after_severe=1)
    [severe] = open_cases(1, severity=Severity.CRITICAL)
    page = open_page(f"/cases/{severe.pk}/", person, **DESK)
    page.get_by_role("link", name="Back to the queue").click()

    card = page.locator("[data-pause]")
    expect(card).to_contain_text("have opened 1 critical case.")
    expect(page.locator("#announce")).to_contain_text("have opened 1 critical case.")
    card.get_by_role("button", name="Go on").click()
    expect(card).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review queue")
    expect(card).to_have_count(0)


@pytest.mark.parametrize("path", ["queue", "case"])
def test_a_word_on_breaks_leaves_everything_where_it_can_be_used(open_page: OpenPage, path: str) -> None:
    person = liking(break_after_severe=1, blur_text=True)
    [severe] = open_cases(1, severity=Severity.CRITICAL)
    case = held_case(person)
    page = open_page(f"/cases/{severe.pk}/", person, java_script_enabled=False, **NARROW)
    here = page.url.replace(f"/cases/{severe.pk}/", "/" if path == "queue" else f"/cases/{case.pk}/")
    page.goto(here)

    expect(page.locator("[data-pause]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-pause]")).to_have_count(0)
    assert page.url == here


def test_the_page_works_without_javascript_on_a_narrow_screen(open_page: OpenPage) -> None:
    person = making.moderator()
    page = open_page("/me/", person, java_script_enabled=False, **NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") == 320

    page.get_by_label("Dark").check()
    page.get_by_role("button", name="Keep").click()

    expect(page.locator("html")).to_have_class("hide-snippets theme-dark")


@pytest.mark.parametrize("path", ["me", "wrong", "queue", "case"])
def test_axe_finds_nothing(open_page: OpenPage, faults: Any, path: str) -> None:
    person = liking(break_after_severe=1, blur_text=True, greyscale=True)
    [severe] = open_cases(1, severity=Severity.CRITICAL)
    case = held_case(person)
    page = open_page(f"/cases/{severe.pk}/", person, **DESK)
    address = {"queue": "/", "case": f"/cases/{case.pk}/"}.get(path, "/me/")
    page.goto(page.url.replace(f"/cases/{severe.pk}/", address))
    if path == "wrong":
        page.get_by_label("Next finding").fill("c")
        page.get_by_role("button", name="Keep").click()
        expect(page.locator(".callout[role=alert]")).to_contain_text("Nothing was kept")

    found = in_both_schemes(page, faults)
    assert not any(found.values()), found
