"""The sanctions in a real browser: several changed after a preview, without JavaScript, by keyboard, in every look."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from moderation.domain.vocabulary import Deed
from moderation.models import Sanction
from moderation.operations.changing import change_sanction
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.operations.test_changing import end_of, suspension, wanted

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [
    {"viewport": {"width": 1366, "height": 768}},
    {"viewport": {"width": 1366, "height": 768}, "color_scheme": "dark"},
    {"viewport": {"width": 320, "height": 640}},
    {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
]
NAMES = ["light", "dark", "narrow", "narrow and dark"]


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no script"])
def test_two_of_three_are_extended_after_a_look_at_what_it_does(open_page: OpenPage, with_script: bool) -> None:
    one, two, left = (suspension(making.account(username=f"name{n}")) for n in range(3))
    page = open_page("/sanctions/", making.admin(), java_script_enabled=with_script)

    for sanction in (one, two):
        page.locator(f"#sanction-{sanction.pk} input[type=checkbox]").check()
    page.get_by_label("Days, to extend or shorten").fill("10")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="Extend by 10 days: preview")).to_be_visible()
    page.get_by_label("Why?").fill("It went on.")
    page.get_by_role("button", name="Extend 2").click()

    expect(page.get_by_text("2 sanctions: extended.")).to_be_visible()
    for sanction, days in ((one, 10), (two, 10), (left, 0)):
        assert Sanction.objects.get(pk=sanction.pk).ends_at == end_of(sanction) + timedelta(days=days)


def test_a_list_is_searched_and_previewed_by_keyboard(open_page: OpenPage) -> None:
    suspension(making.account(username="anna")), suspension(making.account(username="ben"))
    page = open_page("/sanctions/", making.admin())

    page.keyboard.press("/")
    page.keyboard.type("ann")
    page.keyboard.press("Enter")

    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody input[type=checkbox]").check()
    page.keyboard.press("v")
    expect(page.get_by_role("heading", name="Extend by 7 days: preview")).to_be_visible()


@pytest.mark.parametrize("options", LOOKS, ids=NAMES)
def test_nothing_stands_in_anybodys_way(
    open_page: OpenPage, faults: Callable[[Page], list[str]], options: dict[str, object]
) -> None:
    sanctions = [suspension() for _ in range(3)]
    change_sanction(sanctions[0].pk, actor=making.admin(), wanted=wanted(Deed.PERMANENT))
    boss = making.admin()
    preview = f"/sanctions/change/?deed=extend&days=7&sanction={sanctions[0].pk}&sanction={sanctions[1].pk}"
    for path in ("/sanctions/", "/sanctions/?tab=waiting", f"/sanctions/{sanctions[0].pk}/", preview):
        page = open_page(path, boss, **options)

        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
