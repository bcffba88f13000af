"""The case page in a real browser: the whole triage by mouse, by keyboard alone, without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import User
from moderation.domain.vocabulary import CaseState, Lane
from moderation.models import Account, Case, Decision, Skip, clock
from moderation.operations.escalating import raise_case
from moderation.operations.leases import claim_case
from tests import making
from tests.browser.casework import DESK, fresh, heading, in_both_schemes, is_free, shows
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("time_to_undo")]


def stay_loaded(page: Page) -> None:
    """Leaves a mark in the window that a reload would wipe away."""
    page.evaluate("window.notReloaded = true")


def was_reloaded(page: Page) -> bool:
    return not page.evaluate("window.notReloaded === true")


def test_from_the_queue_to_a_decision_and_back(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    following = making.case()
    page = open_page("/", moderator)
    stay_loaded(page)

    page.get_by_role("button", name="Phone number shared with a teen").click()
    heading(page, teen_case)
    expect(page.get_by_text(making.PHONE)).to_have_count(0)

    page.get_by_role("button", name="Show contacts").click()
    expect(page.get_by_text(making.PHONE).first).to_be_visible()

    page.get_by_label("Note for the record").fill("clear enough")
    page.get_by_role("button", name="Confirm and next").click()
    heading(page, following)
    assert fresh(teen_case).state == CaseState.PROPOSED
    assert Decision.objects.get().note == "clear enough"

    page.get_by_role("button", name="Undo").click()
    heading(page, teen_case)
    assert fresh(teen_case).state == CaseState.OPEN
    assert not was_reloaded(page)


def test_by_keyboard_alone(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    following = making.case()
    page = open_page("/", moderator)

    page.keyboard.press("n")
    heading(page, teen_case)
    page.keyboard.press("r")
    expect(page.get_by_text(making.PHONE).first).to_be_visible()
    page.keyboard.press("f")
    expect(page.locator("[data-finding]:focus")).to_have_count(1)
    page.keyboard.press("4")
    expect(page.locator("#consequences")).to_contain_text("education notice")
    page.keyboard.press("c")
    heading(page, following)
    page.keyboard.press("0")
    expect(page.locator("#consequences")).to_contain_text("No account changes")
    page.keyboard.press("c")
    shows(page, "Review queue")
    page.keyboard.press("z")
    heading(page, following)
    page.keyboard.press("z")
    heading(page, teen_case)
    page.keyboard.press("Escape")
    shows(page, "Review queue")
    assert fresh(teen_case).holder is None


def test_a_confirmation_waits_for_the_words_it_confirms(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    """Two keys in a row, faster than the preview comes back."""
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)

    page.keyboard.press("4")
    page.keyboard.press("c")

    expect(page.get_by_text(f"Case {teen_case.pk}: education notice.")).to_be_visible()
    assert Decision.objects.get().sanctions.get().kind == "education_notice"


def test_keys_are_dead_while_somebody_types(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)

    note = page.get_by_label("Note for the record")
    note.click()
    page.keyboard.type("0 c r z")

    expect(note).to_have_value("0 c r z")
    assert fresh(teen_case).state == CaseState.OPEN
    assert page.locator("input[value=suggested]").is_checked()


def test_the_consequences_follow_the_choice(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)
    told = page.locator("#consequences")
    page.get_by_label("Note for the record").fill("half a thou")

    page.get_by_text("Suspend …").click()
    page.locator("select[name=length]").select_option("suspension:permanent")
    expect(told).to_contain_text("without end")
    page.locator(".choice").get_by_text("No violation").click()
    expect(told).to_contain_text("No account changes")
    expect(page.get_by_label("Note for the record")).to_have_value("half a thou")


def test_without_javascript(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    following = making.case()
    page = open_page("/", moderator, java_script_enabled=False)

    page.get_by_role("button", name="Review next").click()
    heading(page, teen_case)
    page.get_by_role("button", name="Show contacts").click()
    expect(page.get_by_text(making.PHONE).first).to_be_visible()
    page.locator(".choice").get_by_text("Education notice").click()
    page.get_by_label("Note for the record").fill("first time")
    page.get_by_role("button", name="Confirm and next").click()

    expect(page.get_by_text("Not decided yet")).to_be_visible()
    expect(page.get_by_label("Note for the record")).to_have_value("first time")
    page.get_by_role("button", name="Confirm and next").click()
    heading(page, following)
    page.get_by_role("button", name="Undo").click()
    heading(page, teen_case)
    assert fresh(teen_case).state == CaseState.OPEN


def test_a_case_is_put_off_by_keyboard(open_page: OpenPage, moderator: User) -> None:
    held = claim_case(making.case().pk, actor=moderator)
    page = open_page(f"/cases/{held.pk}/", moderator, timezone_id="Pacific/Honolulu", **DESK)

    page.keyboard.press("p")
    expect(page.get_by_text("on a clock of Pacific/Honolulu")).to_be_visible()
    expect(page.get_by_label("In an hour")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("In an hour")).to_be_hidden()
    assert fresh(held).holder == moderator
    page.keyboard.press("p")
    page.get_by_label("Note: what the case waits for").fill("p h u e: they answer soon")
    page.get_by_role("button", name="Put off", exact=True).click()

    shows(page, "Review queue")
    expect(page.get_by_text("(Pacific/Honolulu)")).to_be_visible()
    assert fresh(held).waits_until is not None
    assert is_free(held)


def test_raising_keeps_what_was_typed(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)
    page.get_by_label("Note for the record").fill("my careful note")
    page.locator(".choice").get_by_text("Education notice").click()
    page.get_by_role("heading", level=1).click()

    page.locator("input[value=educate]").evaluate("(one) => one.blur()")
    page.keyboard.press("g")
    page.get_by_label("Crisis: somebody may harm themselves").check()
    page.get_by_label("What makes you fear it").fill("speaks of tonight")
    page.get_by_role("button", name="Raise it").click()

    expect(page.locator(".chip", has_text="Crisis")).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("is raised (crisis)")
    expect(page.get_by_label("Note for the record")).to_have_value("my careful note")
    assert fresh(teen_case).lane == "crisis"
    page.get_by_role("button", name="Confirm and next").click()
    expect(page.get_by_text(f"Case {teen_case.pk}: education notice.")).to_be_visible()


def test_handing_over_without_javascript(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, java_script_enabled=False)

    page.get_by_text("More …").click()
    page.get_by_text("Hand over").click()
    page.get_by_role("button", name="This one is too close").click()

    shows(page, "Review queue")
    assert is_free(teen_case)
    assert Skip.objects.get().too_close


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (768, "dark"), (900, "light"), (1366, "dark")])
def test_more_fits_into_the_window(open_page: OpenPage, teen_case: Case, width: int, scheme: Any, faults: Any) -> None:
    senior = making.senior()
    claim_case(teen_case.pk, actor=senior)
    raise_case(teen_case.pk, actor=senior, lane=Lane.CRISIS, note="fear " * 60)
    hand = making.moderator(name="W" * 60)
    Case.objects.filter(pk=teen_case.pk).update(handed_to=hand, waits_until=clock.now() + timedelta(minutes=5))
    page = open_page(f"/cases/{teen_case.pk}/", senior, viewport={"width": width, "height": 768}, color_scheme=scheme)

    for key in ("g", "h", "p"):
        page.locator("h1").click()
        page.locator(".more").evaluate("(one) => { one.open = false; }")
        page.locator(f".more summary[aria-keyshortcuts={key}]").evaluate("(one) => one.click()")
        expect(page.locator(".more details[open] .button").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator(".more > .card").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert faults(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (768, "light"), (1366, "dark"), (1366, "light")])
def test_nothing_runs_out_of_the_window(
    open_page: OpenPage, moderator: User, teen_case: Case, width: int, scheme: Any
) -> None:
    Account.objects.filter(pk=teen_case.subject_id).update(username="calm" * 30)
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(
        f"/cases/{teen_case.pk}/", moderator, viewport={"width": width, "height": 700}, color_scheme=scheme
    )

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Confirm and next").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Confirm and next")).to_be_in_viewport()


def test_everything_needed_to_decide_is_on_one_screen(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)

    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    for shown in (".msg.evidence", ".party", ".choice.suggested", ".clause", "#consequences", ".confirm .primary"):
        expect(page.locator(shown).first).to_be_in_viewport()


def test_it_is_still_one_screen_with_all_that_a_head_can_show(open_page: OpenPage, teen_case: Case) -> None:
    senior = making.senior()
    claim_case(teen_case.pk, actor=senior)
    raise_case(teen_case.pk, actor=senior, lane=Lane.SAFEGUARDING, note="fear " * 60)
    Case.objects.filter(pk=teen_case.pk).update(handed_to=senior)
    page = open_page(f"/cases/{teen_case.pk}/", senior, **DESK)

    expect(page.locator("#lease time")).not_to_contain_text("UTC")
    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    expect(page.locator(".confirm .primary")).to_be_in_viewport()


def test_hostile_words_run_nothing(open_page: OpenPage, moderator: User) -> None:
    hostile = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>\u202e"
    case = making.case(actor=making.account(username=hostile), text=f"{hostile} {making.PHONE}")
    claim_case(case.pk, actor=moderator)
    page = open_page(f"/cases/{case.pk}/", moderator, **DESK)

    page.keyboard.press("r")
    expect(page.get_by_text(making.PHONE).first).to_be_visible()
    page.keyboard.press("4")
    expect(page.locator("#consequences")).to_contain_text("education notice")

    assert page.evaluate("window.hit") is None


def test_axe_finds_nothing(open_page: OpenPage, teen_case: Case, faults: Any) -> None:
    person = making.admin()
    other = making.case(actor=making.account(username="tideline"))
    making.decided(making.case(), "suspension:7")
    making.decided(other, "suspension:permanent")
    claim_case(teen_case.pk, actor=person)
    raise_case(other.pk, actor=person, lane=Lane.CRISIS, note="speaks of tonight")
    cases = [f"/cases/{teen_case.pk}/", f"/cases/{other.pk}/"]
    found: dict[str, list[str]] = {}
    for path in (*cases, "/approvals/", "/escalations/", "/sanctions/", "/sanctions/?tab=ended"):
        page = open_page(path, person, **DESK)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found |= in_both_schemes(page, faults)

    assert not any(found.values()), found
