"""The queue under the hand: by keyboard, without JavaScript, on a narrow screen, in the dark, while it changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from moderation.domain.vocabulary import Severity
from moderation.models import Case, SavedView, clock
from moderation.operations.leases import claim_case
from moderation.queries import tally
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.queries.test_queue import open_cases

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = {"viewport": {"width": 320, "height": 640}}


def three() -> list[Case]:
    """In the order in which the queue shows them."""
    return [
        *open_cases(1, priority=900, severity=Severity.CRITICAL, headline="First", teen=True),
        *open_cases(1, priority=600, headline="Second"),
        *open_cases(1, priority=300, severity=Severity.NORMAL, headline="Third"),
    ]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def poll(page: Page) -> None:
    """Ask for news now instead of in five seconds."""
    with page.expect_response(lambda answer: "/queue/news/" in answer.url):
        page.evaluate("htmx.trigger('[data-poll]', 'poll')")


def test_j_and_k_walk_the_rows_and_stop_at_the_ends(open_page: OpenPage) -> None:
    cases = three()
    page = open_page("/", making.moderator())

    walked = []
    for key in ("k", "j", "j", "j", "j", "k"):
        page.keyboard.press(key)
        walked.append(focused(page))

    first, second, third = (f"open-{case.pk}" for case in cases)
    assert walked == [first, second, third, third, third, second]
    expect(page.locator("tr[data-selected]")).to_have_id(f"case-{cases[1].pk}")


def test_enter_opens_the_row_without_loading_the_page_anew(open_page: OpenPage) -> None:
    cases = three()
    page = open_page("/", making.moderator())
    page.evaluate("window.sameDocument = true")

    page.keyboard.press("j")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/cases/{cases[0].pk}/**")
    assert page.evaluate("window.sameDocument") is True
    expect(page.locator("table.queue [data-row]")).to_have_count(0)


def test_n_takes_the_next_case(open_page: OpenPage) -> None:
    first, *_ = three()
    moderator = making.moderator()
    page = open_page("/", moderator)

    page.keyboard.press("n")

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Case {first.pk}")
    assert Case.objects.get(holder=moderator) == first


def test_the_whole_row_is_a_target(open_page: OpenPage) -> None:
    *_, third = three()
    moderator = making.moderator()
    page = open_page("/", moderator)

    page.locator(f"#case-{third.pk} .due").click(force=True)

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Case {third.pk}")
    assert Case.objects.get(holder=moderator) == third


def test_the_sheet_of_keys_opens_by_key_and_holds_the_keys_still(open_page: OpenPage) -> None:
    three()
    page = open_page("/", making.moderator())

    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys on this page")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Review next")
    page.keyboard.press("n")
    page.keyboard.press("j")
    assert page.url.endswith("/")

    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_keys_can_be_switched_off_and_stay_so(open_page: OpenPage) -> None:
    three()
    page = open_page("/", making.moderator())
    page.keyboard.press("?")
    with page.expect_response("**/me/shortcuts/"):
        page.get_by_label("Use single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.reload()

    page.keyboard.press("j")

    assert not focused(page).startswith("open-")
    expect(page.locator(".button kbd").first).to_be_hidden()


def test_keys_are_dead_while_typing(open_page: OpenPage) -> None:
    page = open_page("/audit/", making.admin())

    page.get_by_label("On what").press_sequentially("a?n")

    expect(page.get_by_label("On what")).to_have_value("a?n")
    expect(page.locator("#keys-sheet")).to_be_hidden()


def test_a_filter_changes_list_and_address_and_the_way_back_works(open_page: OpenPage) -> None:
    three()
    page = open_page("/", making.moderator())
    page.evaluate("window.sameDocument = true")

    page.get_by_role("link", name="Teen involved").click()

    expect(page.locator("[data-row]")).to_have_count(1)
    assert page.url.endswith("/?teen=1")
    assert page.evaluate("window.sameDocument") is True
    expect(page.locator("#filter-teen-involved")).to_have_attribute("aria-current", "true")
    expect(page.locator("#filter-teen-involved")).to_be_focused()
    expect(page.locator("#announce")).to_have_text("1 case")

    page.go_back()
    expect(page.locator("[data-row]")).to_have_count(3)
    page.keyboard.press("j")
    assert focused(page).startswith("open-")


def test_news_come_by_themselves(open_page: OpenPage) -> None:
    three()
    page = open_page("/", making.moderator())
    open_cases(1, priority=999, headline="Newest")

    poll(page)

    expect(page.locator("[data-row]").first).to_contain_text("Newest")
    expect(page.locator("[data-live]")).to_contain_text("Live · ")


def test_rows_stay_under_the_hand_and_the_rest_is_offered(open_page: OpenPage) -> None:
    cases = three()
    page = open_page("/", making.moderator())
    page.keyboard.press("j")
    page.keyboard.press("j")
    before = page.locator(f"#case-{cases[1].pk}").bounding_box()
    claim_case(cases[2].pk, actor=making.senior(name="Sol"))
    Case.objects.filter(pk=cases[0].pk).update(state="closed", closed_at=clock.now())
    open_cases(1, priority=999, headline="Newest")

    poll(page)

    expect(page.locator("[data-changed]")).to_contain_text("1 new, 1 gone since you looked")
    expect(page.locator(f"#case-{cases[2].pk}")).to_contain_text("Sol")
    expect(page.locator(f"#case-{cases[0].pk}")).to_have_attribute("data-gone", "")
    assert focused(page) == f"open-{cases[1].pk}"
    assert page.locator(f"#case-{cases[1].pk}").bounding_box() == before

    page.keyboard.press("u")
    expect(page.locator("[data-row]").first).to_contain_text("Newest")
    expect(page.locator("[data-row]")).to_have_count(3)


def test_counts_are_true_under_the_hand_and_the_row_does_not_move(open_page: OpenPage) -> None:
    cases = three()
    page = open_page("/", making.moderator(), viewport={"width": 1280, "height": 420})
    page.locator("#more-filters > summary").click()
    row = page.locator(f"#case-{cases[2].pk}")
    row.scroll_into_view_if_needed()
    row.hover()
    top = "row => row.getBoundingClientRect().top"
    before = row.evaluate(top)
    for code in ("pl", "de", "fr", "es", "it", "nl", "sv", "fi"):
        open_cases(150, priority=10, teen=True, language=code, reporters=2)
    Case.objects.filter(pk=cases[0].pk).update(reasons=["a word that goes on " * 12])

    poll(page)

    expect(page.locator("#filter-teen-involved .count")).to_have_text("1201")
    expect(page.locator("#filter-polish")).to_be_visible()
    expect(page.locator("#stats")).to_contain_text("1,203")
    assert row.evaluate(top) == pytest.approx(before, abs=1)


def test_a_poll_under_the_hand_asks_for_what_is_newer_from_then_on(open_page: OpenPage) -> None:
    three()
    page = open_page("/", making.moderator())
    page.keyboard.press("j")
    open_cases(1, headline="Newest")
    poll(page)
    expect(page.locator("[data-changed]")).to_contain_text("1 new")

    with page.expect_response(lambda answer: "/queue/news/" in answer.url) as silent:
        page.evaluate("htmx.trigger('[data-poll]', 'poll')")

    assert silent.value.status == 204
    expect(page.locator("[data-changed]")).to_contain_text("1 new")


def test_a_view_is_saved_chosen_and_deleted(open_page: OpenPage) -> None:
    three()
    page = open_page("/", making.moderator())
    page.get_by_role("link", name="Teen involved").click()
    page.get_by_text("Save these filters").click()
    page.get_by_label("Name").fill("Young people")
    page.get_by_label("For everybody").check()
    page.get_by_role("button", name="Save", exact=True).click()

    link = page.get_by_role("link", name="Young people shared")
    expect(link).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="All open").click()
    expect(page.locator("[data-row]")).to_have_count(3)
    expect(link).not_to_have_attribute("aria-current", "true")
    link.click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("button", name="Delete this view").click()
    expect(link).to_have_count(0)
    expect(page.locator("[data-row]")).to_have_count(1)


def test_s_skips_to_the_next_case(open_page: OpenPage) -> None:
    cases = [making.case(score=score) for score in (0.99, 0.6)]
    moderator = making.moderator()
    page = open_page("/", moderator)

    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Case {cases[0].pk}")
    page.keyboard.press("s")

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Case {cases[1].pk}")
    assert Case.objects.get(holder=moderator) == cases[1]


def test_the_page_says_when_it_gets_no_news(open_page: OpenPage) -> None:
    three()
    page = open_page("/", making.moderator())
    page.route("**/queue/news/**", lambda route: route.fulfill(status=204))
    poll(page)
    expect(page.locator("[data-live]")).to_have_attribute("data-tone", "live")

    page.evaluate("() => { XMLHttpRequest.prototype.send = function () { this.dispatchEvent(new Event('error')); }; }")
    page.evaluate("htmx.trigger('[data-poll]', 'poll')")

    expect(page.locator("[data-live]")).to_contain_text("Not updating since")
    expect(page.locator("[data-row]")).to_have_count(3)


def test_what_is_late_turns_late_while_one_watches(open_page: OpenPage) -> None:
    [case] = open_cases(1, due_at=clock.now() + timedelta(seconds=3))
    page = open_page("/", making.moderator())
    due = page.locator(f"#case-{case.pk} .due")

    expect(due).to_have_class("due late", timeout=15_000)


def test_it_works_without_javascript(open_page: OpenPage) -> None:
    cases = three()
    page = open_page("/", making.moderator(), java_script_enabled=False)

    expect(page.locator("[data-live]")).to_be_hidden()
    page.get_by_role("link", name="Critical").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    page.get_by_role("button", name="First").click()

    page.wait_for_url(f"**/cases/{cases[0].pk}/**")


@pytest.mark.parametrize("path", ["/", "/?teen=1&severity=low", "/?teen=1&on_break=1", "/audit/", "/audit/?target=%3F"])
def test_nothing_runs_out_of_a_narrow_screen(open_page: OpenPage, path: str) -> None:
    making.case(other=making.teen(username="a_rather_long_user_name_for_a_phone_screen"))
    page = open_page(path, making.admin(), **NARROW)

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_menu_and_filters_open_on_a_narrow_screen_even_without_javascript(open_page: OpenPage) -> None:
    three()
    page = open_page("/", making.admin(), java_script_enabled=False, **NARROW)

    expect(page.get_by_role("link", name="Audit log")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Audit log")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("link", name="Teen involved").click()

    expect(page.locator("[data-row]")).to_have_count(1)


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_axe_finds_no_fault(open_page: OpenPage, faults: Callable[[Page], list[str]], width: int, scheme: str) -> None:
    making.case(other=making.teen())
    open_cases(1, on_break=True, teen=True, lane="crisis", language="pl", handed_to=making.senior())
    SavedView.objects.create(name="Ours", query="teen=1", owner=making.senior(), shared=True)
    claim_case(open_cases(1)[0].pk, actor=making.senior())
    tally.forget()
    look: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    page = open_page("/account/login/", **look)
    found = {"/account/login/": faults(page)}
    admin = making.admin()
    for path in ("/", "/?teen=1&severity=low", "/?teen=1&on_break=1", "/audit/", "/audit/?target=%3F"):
        found[path] = faults(open_page(path, admin, **look))

    assert not any(found.values()), found


def test_the_dark_is_dark(open_page: OpenPage) -> None:
    page = open_page("/", making.moderator(), color_scheme="dark")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 23, 29)"
