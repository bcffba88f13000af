"""The policy under the hand: editing, comparing, trying and publishing; without JavaScript, narrow, in the dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from moderation.models import PolicyVersion
from moderation.operations.policies import save_draft, start_draft
from moderation.operations.trying import start_trial, trial_batch
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = {"viewport": {"width": 320, "height": 640}}
LINE = {
    "name": "A line",
    "contact": "0800 555 0100",
    "country": "GB",
    "source": "https://line.example.org",
    "verified": "2020-01-31",
}


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["with", "without"])
def test_a_draft_is_written_by_one_and_published_by_another(open_page: OpenPage, java_script_enabled: bool) -> None:
    page = open_page("/policies/", making.admin(), java_script_enabled=java_script_enabled)
    page.get_by_role("button", name="Start a draft").click()
    page.get_by_role("link", name="Deadlines").click()
    page.get_by_label("Undo").fill("soon")
    page.get_by_role("button", name="Save deadlines").click()
    expect(page.get_by_role("alert").filter(has_text="Nothing was kept")).to_be_visible()
    expect(page.get_by_label("Undo")).to_have_value("soon")
    page.get_by_label("Undo").fill("20")
    page.get_by_role("button", name="Save deadlines").click()
    expect(page.get_by_text("saved in the draft of version 2")).to_be_visible()

    other = open_page("/policies/2/", making.admin(), java_script_enabled=java_script_enabled)
    expect(other.get_by_text("Deciding, undo: 10 seconds → 20 seconds")).to_be_visible()
    other.get_by_label("Why the policy changes").fill("Ten seconds are too few.")
    other.get_by_role("button", name="Publish version 2").click()
    expect(other.get_by_text("Version 2 is in force.")).to_be_visible()
    assert PolicyVersion.objects.in_force().policy.undo_window.total_seconds() == 20


def test_a_trial_moves_on_by_itself(open_page: OpenPage) -> None:
    admin = making.admin()
    making.case()
    trial = start_trial(start_draft(actor=admin).number, actor=admin, days=7)
    page = open_page(f"/policies/trials/{trial.pk}/", admin)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()

    while trial_batch():
        pass

    expect(page.get_by_text("Done: 1 cases")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, NARROW], ids=["light", "dark", "narrow"])
def test_nothing_stands_in_anybodys_way(
    open_page: OpenPage, faults: Callable[[Page], list[str]], options: dict[str, object]
) -> None:
    admin = making.admin()
    start_draft(actor=admin)
    changed = {"teen_clause.text": "Never.", "crisis_lines": [LINE], "grounds.contact_shared.opens_from": 0.95}
    save_draft(2, actor=admin, seen_revision=1, values=changed)
    making.case()
    trial = start_trial(2, actor=admin, days=7)
    while trial_batch():
        pass
    stale = open_page("/policies/2/edit/times/", admin, **options)
    save_draft(2, actor=making.admin(name="Ash"), seen_revision=2, values={"undo_seconds": 30})
    stale.get_by_label("Undo").fill("20")
    stale.get_by_role("button", name="Save deadlines").click()
    expect(stale.get_by_text("You both changed this")).to_be_visible()

    paths = ["", "2/", "2/edit/rules/", "2/edit/notices/", "2/edit/crisis/", "2/edit/safeguards/"]
    pages = [open_page(f"/policies/{path}", admin, **options) for path in [*paths, f"trials/{trial.pk}/"]]
    for page in (stale, *pages):
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
