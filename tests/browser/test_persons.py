"""People under the hand: found by keyboard, pinned beside what is typed, without JavaScript, narrow, in the dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from moderation.models import Account, Note, Pin
from moderation.operations.notes import Manner, write_note
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.operations.test_persons import reached

pytestmark = pytest.mark.django_db(transaction=True)

NARROW = {"viewport": {"width": 320, "height": 640}}
HOSTILE = "‮evil<script>alert(1)</script>" + "W" * 80


def known(username: str = "rowan") -> Account:
    """An account of which there is something of almost every kind."""
    me = making.moderator(name="Robin")
    account = making.listener(username=username, person="p", joined_at=making.NOON)
    reached((account, making.account(person="p", username="tideline")), me)
    making.report(making.case(actor=account))
    making.report(making.case(), reporter=account.ext_id)
    first = write_note("mind the lawyers", actor=me, account_id=account.pk, manner=Manner(is_pinned=True))
    write_note("mind them not", actor=me, account_id=account.pk, manner=Manner(corrects=first.pk))
    return account


def test_an_account_is_found_read_and_noted_by_keyboard(open_page: OpenPage) -> None:
    known()
    page = open_page("/people/", making.moderator())

    page.keyboard.type("row")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="rowan").focus()
    assert "row" not in page.url
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="rowan", level=1)).to_be_visible()
    page.get_by_text("Add a note").click()
    page.get_by_label("Note about rowan", exact=True).fill("said sorry")
    page.get_by_label("Pin: show it on later cases").check()
    page.get_by_role("button", name="Keep the note").click()

    expect(page.get_by_text("The note is kept.")).to_be_visible()
    assert [pin.is_pinned for pin in Pin.objects.all() if pin.note.text == "said sorry"] == [True]


def test_pinning_on_a_case_leaves_what_is_typed(open_page: OpenPage) -> None:
    me, case = making.moderator(), making.case()
    note = write_note("x", actor=me, account_id=case.subject_id)
    page = open_page(f"/cases/{case.pk}/", me)
    page.get_by_text("Notes on this case").click()
    page.locator("#notes-case").get_by_text("Add a note").click()
    page.get_by_label("Note about this case").fill("half a thought")

    page.get_by_role("button", name=f"Pin note {note.pk}").click()

    expect(page.get_by_role("button", name=f"Unpin note {note.pk}")).to_be_visible()
    expect(page.get_by_label("Note about this case")).to_have_value("half a thought")


def test_without_javascript_it_is_the_same(open_page: OpenPage) -> None:
    account = known()
    page = open_page("/people/", making.admin(), java_script_enabled=False)

    page.get_by_label("Name, id or contact").fill("ROW")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="rowan").click()
    page.get_by_role("link", name="Notes", exact=True).click()
    expect(page.locator(".timeline > li")).to_have_count(2)
    page.get_by_role("button", name="Show linked accounts").click()
    expect(page.get_by_role("link", name="tideline")).to_be_visible()
    page.locator("summary").filter(has_text="Correct").first.click()
    page.get_by_label("Correction of note").first.fill("was never said")
    page.get_by_role("button", name="Keep the correction").first.click()

    expect(page.get_by_text("The note is kept.")).to_be_visible()
    assert Note.objects.filter(account=account).count() == 3


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, NARROW], ids=["light", "dark", "narrow"])
def test_nothing_stands_in_anybodys_way(
    open_page: OpenPage, faults: Callable[[Page], list[str]], options: dict[str, object]
) -> None:
    account = known(HOSTILE)
    page = open_page("/people/", making.admin(), **options)
    page.get_by_label("Id on the platform").check()
    page.get_by_label("Name, id or contact").fill(account.ext_id)
    page.keyboard.press("Enter")
    expect(page.locator("table.queue tbody tr")).to_have_count(1)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.locator("td.who a").click()
    page.get_by_role("button", name="Show linked accounts").click()
    expect(page.get_by_role("link", name="tideline")).to_be_visible()
    page.get_by_text("Add a note").click()

    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
