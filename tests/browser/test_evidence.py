"""The evidence in a real browser: going from finding to finding, marking words, reading more, with and without keys."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import AuditEntry, User
from moderation.domain.vocabulary import Ground, Kind
from moderation.models import Case, Label
from moderation.operations import contacts
from moderation.operations.leases import claim_case
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture
def moderator() -> User:
    return making.moderator(name="Moderator 3")


@pytest.fixture
def case(moderator: User) -> Case:
    """Two findings, forty messages apart, and a contact that was given elsewhere too."""
    made = making.case(actor=making.listener(username="calmHarbor"), other=making.teen(username="pineMarten"))
    first = made.evidence.get()
    for minutes in range(1, 60):
        at = first.sent_at + timedelta(minutes=minutes)
        said = making.message(made.subject, f"word {minutes}, you know", within=made.conversation, sent_at=at)  # type: ignore[arg-type]
        if minutes == 40:
            made.evidence.create(message_id=said.pk, sender=said.sender, sent_at=at, text=said.text, digest="d")
            made.findings.create(
                actor=made.subject,
                rule=Ground.CONTACT_REQUESTED,
                kind=Kind.OTHER,
                score=0.7,
                explanation="the wording",
                detector="model",
                engine="test",
                message_ids=[said.pk],
                key="second",
                spans=[{"message": said.pk, "start": 0, "end": 4, "kind": "other"}],
            )
    for shared in (made, making.case()):
        contacts.keep(shared, [contacts.Given(shared.subject_id, Kind.PHONE, "+447700900142")])
    return claim_case(made.pk, actor=moderator)


def opened(open_page: OpenPage, case: Case, person: User, **options: Any) -> Page:
    return open_page(f"/cases/{case.pk}/", person, **DESK | options)


def test_from_finding_to_finding_and_back(open_page: OpenPage, moderator: User, case: Case) -> None:
    page = opened(open_page, case, moderator)
    current = page.locator("[data-finding]:focus")

    page.keyboard.press("f")
    expect(current).to_contain_text("call me on")
    page.keyboard.press("f")
    expect(current).to_contain_text("word 40")
    expect(current).to_be_in_viewport()
    page.keyboard.press("Shift+F")
    expect(current).to_contain_text("call me on")
    page.keyboard.press("Shift+F")
    expect(current).to_contain_text("word 40")


def test_words_are_marked_from_the_selection(open_page: OpenPage, moderator: User, case: Case) -> None:
    page = opened(open_page, case, moderator)
    page.get_by_label("Note for the record").fill("half a thought")
    page.evaluate(
        """() => {
          const texts = [...document.querySelectorAll("[data-text] bdi")];
          const text = texts.find((one) => one.textContent === "word 5, you know");
          getSelection().setBaseAndExtent(text.firstChild, 8, text.firstChild, 16);
          document.activeElement.blur();
        }"""
    )
    page.keyboard.press("m")
    expect(page.get_by_label("The words, as they read in the message")).to_have_value("you know")
    page.locator("[name=rule]").select_option("offsite_contact")
    page.get_by_role("button", name="Mark", exact=True).click()

    expect(page.locator(".msg:focus mark")).to_have_text("you know")
    expect(page.get_by_label("Note for the record")).to_have_value("half a thought")
    label = Label.objects.get()
    assert (label.start, label.end) == (8, 16)


def test_a_finding_is_wrong_and_right_after_all(open_page: OpenPage, moderator: User, case: Case) -> None:
    page = opened(open_page, case, moderator)
    page.get_by_role("button", name="Mark finding 1 as wrong").click()
    expect(page.get_by_text("Marked as wrong by Moderator 3")).to_be_visible()
    expect(page.locator(".choice.suggested")).to_contain_text("Education notice")
    page.get_by_role("button", name="It is right after all: finding 1").click()
    expect(page.locator(".choice.suggested")).to_contain_text("Suspend for 7 days")


def test_more_is_read_where_one_was(open_page: OpenPage, moderator: User, case: Case) -> None:
    page = opened(open_page, case, moderator)
    page.get_by_label("Note for the record").fill("half a thought")
    page.get_by_text("19 more messages not shown").click()
    page.get_by_role("button", name="Show 19").click()

    expect(page.get_by_text("word 20, you know")).to_have_count(1)
    expect(page.locator("[data-resume]:focus")).to_be_in_viewport()
    expect(page.get_by_label("Note for the record")).to_have_value("half a thought")
    assert AuditEntry.objects.get(verb="case.more_read").details["reason"] == "context"


def test_without_javascript(open_page: OpenPage, moderator: User, case: Case) -> None:
    page = opened(open_page, case, moderator, java_script_enabled=False)

    page.get_by_text("19 more messages not shown").click()
    page.get_by_role("button", name="Show 19").click()
    expect(page.get_by_text("word 20, you know")).to_have_count(1)
    page.get_by_text("Mark what the pre-screen missed").click()
    page.locator("[name=rule]").select_option("offsite_contact")
    page.get_by_label("The words, as they read in the message").fill("word 20, you")
    page.get_by_role("button", name="Mark", exact=True).click()
    expect(page.get_by_text("Missed · Off-site contact")).to_be_visible()
    page.get_by_role("button", name="Mark finding 2 as wrong").click()
    expect(page.get_by_text("Marked as wrong by Moderator 3")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1366, "light")])
def test_axe_finds_nothing_and_nothing_runs_out(
    open_page: OpenPage, moderator: User, case: Case, faults: Any, width: int, scheme: Any
) -> None:
    page = opened(open_page, case, moderator, viewport={"width": width, "height": 768}, color_scheme=scheme)
    page.get_by_role("button", name="Mark finding 2 as wrong").click()
    expect(page.get_by_text("Marked as wrong by Moderator 3")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faults(page) == []
