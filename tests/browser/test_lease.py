"""Whose case it is, in a real browser: two people, pages that are left, idle or kept, decisions that come too late."""

from datetime import timedelta

import pytest

from accounts.models import User
from moderation.models import Case, Decision, clock
from moderation.operations.leases import claim_case, take_over
from tests import making
from tests.browser.casework import DESK, fresh, heading, is_free, poll, shows
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("time_to_undo")]


def test_two_people_on_one_case(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    first = open_page("/", moderator)
    first.get_by_role("button", name="Review next").click()
    heading(first, teen_case)
    first.get_by_label("Note for the record").fill("my careful note")

    second = open_page(f"/cases/{teen_case.pk}/", making.moderator(name="Moderator 8"))
    expect(second.get_by_text("Moderator 3 is working on this case")).to_be_visible()
    second.get_by_role("button", name="Take it over from Moderator 3").click()
    expect(second.get_by_role("button", name="Confirm and next")).to_be_visible()

    card = first.get_by_role("alert").filter(has_text="You no longer hold this case")  # the page asks by itself
    expect(card).to_contain_text("Moderator 8 has this case now", timeout=20_000)
    expect(first.get_by_label("Note for the record")).to_have_value("my careful note")

    card.get_by_role("button", name="Take it back from Moderator 8").click()
    expect(card).to_have_count(0)
    expect(first.get_by_role("button", name="Confirm and next")).to_be_visible()
    expect(first.get_by_label("Note for the record")).to_have_value("my careful note")
    assert fresh(teen_case).holder == moderator


def test_a_stale_decision_gets_a_card_and_keeps_what_was_typed(
    open_page: OpenPage, moderator: User, teen_case: Case
) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)
    page.get_by_label("Note for the record").fill("my careful note")
    Case.objects.filter(pk=teen_case.pk).update(version=teen_case.version + 5)

    page.get_by_role("button", name="Confirm and next").click()

    expect(page.get_by_text("Not decided: the case has changed")).to_be_visible()
    expect(page.get_by_label("Note for the record")).to_have_value("my careful note")
    assert page.url.endswith(f"/cases/{teen_case.pk}/")
    page.get_by_role("button", name="Confirm and next").click()
    expect(page.get_by_text(f"Case {teen_case.pk}: proposed")).to_be_visible()


def test_who_took_a_case_over_is_known_within_five_seconds(
    open_page: OpenPage, moderator: User, teen_case: Case
) -> None:
    claim_case(teen_case.pk, actor=moderator)
    first = open_page("/", moderator)
    first.clock.install()
    first.goto(first.url + f"cases/{teen_case.pk}/")
    first.get_by_label("Note for the record").fill("my careful note")
    first.get_by_text("Suspend …").click()
    second = open_page(f"/cases/{teen_case.pk}/", making.moderator(name="Moderator 8"))
    second.get_by_role("button", name="Take it over from Moderator 3").click()
    expect(second.get_by_role("button", name="Confirm and next")).to_be_visible()

    first.clock.run_for(5_000)

    expect(first.get_by_role("alert").filter(has_text="You no longer hold this case")).to_be_visible()
    expect(first.get_by_label("Note for the record")).to_have_value("my careful note")
    assert first.locator("input[value=suspend]").is_checked()
    first.get_by_role("button", name="Confirm and next").click()
    expect(first.get_by_role("alert").filter(has_text="Moderator 8 has this case now")).to_be_visible()
    assert not Decision.objects.exists()
    assert fresh(teen_case).holder is not None


def test_before_the_lease_runs_out_the_page_warns_and_one_key_keeps_it(
    open_page: OpenPage, moderator: User, teen_case: Case
) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page("/", moderator)
    page.clock.install()
    Case.objects.filter(pk=teen_case.pk).update(lease_expires_at=clock.now() + timedelta(seconds=100))
    page.goto(page.url + f"cases/{teen_case.pk}/")
    expect(page.locator("#lease time")).to_contain_text("1:")
    page.route("**/renew/", lambda route: route.fulfill(status=204))  # nobody is there to renew it

    page.clock.fast_forward(75_000)
    page.clock.run_for(1_000)
    expect(page.locator("#lease[data-ending]")).to_be_in_viewport()
    expect(page.locator("#announce")).to_contain_text("Press “Stay on it”")

    page.unroute("**/renew/")
    page.keyboard.press("e")
    expect(page.locator("#lease:not([data-ending])")).to_be_visible()
    expect(page.locator("#announce")).to_have_text("The case stays yours.")
    assert fresh(teen_case).is_held_by(moderator.pk, clock.now() + timedelta(seconds=200))


def test_an_idle_page_lets_its_lease_run_out(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page("/", moderator)
    page.clock.install()
    page.goto(page.url + f"cases/{teen_case.pk}/")
    page.get_by_label("Note for the record").fill("my careful note")
    Case.objects.filter(pk=teen_case.pk).update(lease_expires_at=clock.now() - timedelta(seconds=1))

    page.clock.fast_forward(245_000)

    expect(page.get_by_role("alert").filter(has_text="Your lease on this case ran out")).to_be_visible()
    expect(page.get_by_label("Note for the record")).to_have_value("my careful note")
    page.get_by_role("button", name="Take it again").click()
    expect(page.get_by_role("button", name="Confirm and next")).to_be_visible()
    expect(page.get_by_label("Note for the record")).to_have_value("my careful note")


def test_going_elsewhere_frees_the_case(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)

    page.get_by_role("link", name="Back to the queue").click()

    shows(page, "Review queue")
    assert eventually(lambda: is_free(teen_case))


def test_closing_the_window_frees_the_case(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)

    page.goto("about:blank")

    assert eventually(lambda: is_free(teen_case))


def test_whoever_reloads_the_page_has_not_left(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)

    page.reload()

    expect(page.get_by_role("button", name="Confirm and next")).to_be_visible()

    def is_held_again() -> bool:
        poll(page)
        return fresh(teen_case).holder == moderator

    assert eventually(is_held_again)


def test_whoever_reads_frees_nothing(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", making.moderator(), **DESK)

    page.get_by_role("link", name="Back to the queue").click()

    shows(page, "Review queue")
    assert fresh(teen_case).holder == moderator


def test_an_open_page_keeps_its_lease(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)
    Case.objects.filter(pk=teen_case.pk).update(lease_expires_at=clock.now() + timedelta(seconds=40))

    poll(page)
    assert fresh(teen_case).is_held_by(moderator.pk, clock.now() + timedelta(seconds=200))


def test_a_case_that_was_decided_elsewhere_says_so(open_page: OpenPage, moderator: User, teen_case: Case) -> None:
    claim_case(teen_case.pk, actor=moderator)
    page = open_page(f"/cases/{teen_case.pk}/", moderator, **DESK)
    other = making.moderator(name="Moderator 8")
    take_over(teen_case.pk, actor=other)
    making.decided(teen_case, "education_notice", by=other)

    card = page.get_by_role("alert").filter(has_text="You no longer hold this case")  # the page asks by itself
    expect(card).to_contain_text("decided", timeout=20_000)
    page.get_by_role("link", name="See what was decided").click()
    expect(page.get_by_text("Decided by Moderator 8")).to_be_visible()
