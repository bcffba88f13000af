"""What tests of the case page do and ask again and again."""

import re
from collections.abc import Callable

from playwright.sync_api import Page

from moderation.models import Case
from tests.browser.stage import expect

DESK = {"viewport": {"width": 1366, "height": 768}}


def heading(page: Page, case: Case) -> None:
    shows(page, f"Case {case.pk}")


def shows(page: Page, title: str) -> None:
    """A page is there when its heading is, and when htmx has taken it in, which follows some milliseconds later."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator(".htmx-added, .htmx-settling, .htmx-swapping, .htmx-request")).to_have_count(0)


def poll(page: Page) -> None:
    """Ask now whether the case is still one's own, instead of in five seconds."""
    with page.expect_response(re.compile("/renew/")):
        page.evaluate("htmx.trigger('[data-poll]', 'poll')")


def in_both_schemes(page: Page, faults: Callable[[Page], list[str]]) -> dict[str, list[str]]:
    """What is wrong with a page in the light and in the dark."""
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found[f"{page.url}, {scheme}"] = faults(page)
    return found


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def is_free(case: Case) -> bool:
    return fresh(case).holder is None
