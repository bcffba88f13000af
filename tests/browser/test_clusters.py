"""A group under the hand: the picture in light, dark and on a phone, without JavaScript, by keyboard."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from moderation.domain.vocabulary import ClusterState, Ground
from moderation.models import Case, Cluster, Decision
from moderation.operations.clusters import gather_lately
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.operations.test_clusters import gives, says, trio

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1366, "height": 768}},
    "dark": {"viewport": {"width": 1366, "height": 768}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
    "narrow-dark": {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
}


def many() -> Cluster:
    """A group with every kind of tie in it."""
    cluster, [ann, ben, cal] = trio(username="rowan.vale")
    young = making.teen(username="a_very_long_user_name_of_a_teen")
    says(ben, cal)
    says(cal, young)
    gives(making.listener(username="willow"), young)
    making.report(making.case(actor=young, other=ann, text="hello", contact=""), reason=Ground.OFFSITE_CONTACT)
    making.report(making.case(actor=ben), reason=Ground.OFFSITE_CONTACT, conversation=None)
    gather_lately()
    return cluster


def shot(page: Page, name: str) -> None:
    """A photograph for whoever asks for them."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_stands_in_anybodys_way(open_page: OpenPage, faults: Callable[[Page], list[str]], look: str) -> None:
    cluster = many()
    page = open_page(f"/groups/{cluster.pk}/", making.moderator(), **LOOKS[look])
    for name in ("group", "decide", "groups"):
        shot(page, f"{name}-{look}")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if name == "group":
            page.get_by_role("link", name="Decide together").click()
            page.wait_for_url("**/decide/")
            expect(page.get_by_role("button", name="Decide 7 cases, 5 accounts")).to_be_visible(timeout=20_000)
        elif name == "decide":
            page.goto(page.url.replace(f"{cluster.pk}/decide/", ""))


def test_by_keyboard_from_the_queue_to_one_decision_for_all(open_page: OpenPage) -> None:
    trio()
    page = open_page("/", making.moderator())

    page.get_by_role("link", name="Group of 3").first.click()
    expect(page.get_by_role("heading", name="Group of 3 in contact off the site")).to_be_visible()
    page.keyboard.press("=")
    expect(page.get_by_role("heading", name="One decision for the group of 3")).to_be_visible()
    page.keyboard.press("c")

    expect(page.get_by_text("2 cases decided together.")).to_be_visible(timeout=20_000)
    assert Decision.objects.count() == 2
    assert Cluster.objects.get().state == ClusterState.DECIDED


def test_without_javascript_it_is_the_same(open_page: OpenPage) -> None:
    cluster, _ = trio()
    me = making.moderator()
    page = open_page(f"/groups/{cluster.pk}/", me, java_script_enabled=False)

    page.get_by_text("Not part of it").first.click()
    page.get_by_role("textbox", name="Why account 1 is not").fill("a published help line")
    page.get_by_role("button", name="Take out account 1").click()

    expect(page.get_by_text("a published help line")).to_be_visible()
    assert Cluster.objects.get().state == ClusterState.DISSOLVED
    assert not Case.objects.exclude(cluster=None).exists()
