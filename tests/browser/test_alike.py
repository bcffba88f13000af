"""Dismissing look-alikes under the hand: by keyboard alone, without JavaScript, on a narrow screen, in the dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from moderation.models import Case, Decision
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.operations.test_bulk import light

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = {"viewport": {"width": 320, "height": 640}}


def path_of(case: Case) -> str:
    return f"/cases/{case.pk}/alike/"


def test_by_keyboard_one_is_left_out_the_rest_goes_and_comes_back(open_page: OpenPage) -> None:
    cases = light(3)
    page = open_page(path_of(cases[0]), making.moderator())

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Space")
    page.keyboard.press("c")

    expect(page.get_by_text("2 cases: no violation.")).to_be_visible()
    assert {decision.case_id for decision in Decision.objects.all()} == {cases[0].pk, cases[2].pk}

    page.keyboard.press("z")

    expect(page.get_by_text("2 cases undone: open again.")).to_be_visible()
    assert Case.objects.open().count() == 3


def test_the_whole_row_is_a_target_for_its_box(open_page: OpenPage) -> None:
    [case] = light()
    page = open_page(path_of(case), making.moderator())

    page.locator(f"#case-{case.pk} td.who").click(force=True)  # what covers it is the label

    expect(page.locator(f"#tick-{case.pk}")).not_to_be_checked()


def test_without_javascript_it_is_the_same(open_page: OpenPage) -> None:
    cases = light(3)
    page = open_page("/", making.moderator(), java_script_enabled=False)

    page.get_by_role("link", name=f"Look-alikes of case {cases[0].pk}").click()
    page.get_by_role("link", name="Tick none").click()
    page.locator(f"#tick-{cases[1].pk}").check()
    page.locator(f"#tick-{cases[2].pk}").check()
    page.get_by_role("button", name="Dismiss what is ticked").click()
    expect(page.get_by_text("2 cases: no violation.")).to_be_visible()
    page.get_by_role("button", name="Undo all 2").click()

    expect(page.get_by_text("2 cases undone: open again.")).to_be_visible()
    assert Case.objects.open().count() == 3


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, NARROW], ids=["light", "dark", "narrow"])
def test_nothing_stands_in_anybodys_way(
    open_page: OpenPage, faults: Callable[[Page], list[str]], options: dict[str, object]
) -> None:
    cases = light(12)
    page = open_page(path_of(cases[0]), making.moderator(), **options)

    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
