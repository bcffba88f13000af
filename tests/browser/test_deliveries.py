"""The delivery log and the webhooks page in a real browser: reachable, readable when narrow, sending again."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page

from moderation.domain.vocabulary import OutboxState
from moderation.models import OutboxEvent
from moderation.operations.delivery import Answer, deliver_batch
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect
from tests.integrations.receiver import SECRET, answers, receiving
from tests.outbox_events import make_due, post

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "The platform answered 500 (Internal Server Error), and said " + "nothingthatcouldbebroken" * 8


def seen(width: int) -> dict[str, object]:
    return {"viewport": {"width": width, "height": 700}}


def a_log() -> OutboxEvent:
    """A waiting, a delivered and a dead event; answers the dead one."""
    post("an-account-with-a-long-name-" + "x" * 60, "1")
    dead = post("b", "1")
    deliver_batch(lambda event: Answer(500, LONG) if event == dead else Answer(204))
    make_due()
    OutboxEvent.objects.filter(pk=dead.pk).update(state=OutboxState.DEAD)
    post("c", "1")
    return dead


@pytest.mark.parametrize("width", [320, 1366])
def test_the_log_and_an_event_have_no_faults_and_fit(
    open_page: OpenPage, faults: Callable[[Page], list[str]], width: int
) -> None:
    dead = a_log()
    page = open_page("/deliveries/", making.admin(), **seen(width))

    for path in ("/deliveries/", "/deliveries/?state=dead", f"/deliveries/{dead.pk}/", "/deliveries/?since=x"):
        page.goto(page.url.partition("/deliveries/")[0] + path)
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


@pytest.mark.parametrize("width", [320, 1366])
def test_the_webhooks_page_has_no_faults_and_fits(
    open_page: OpenPage, faults: Callable[[Page], list[str]], settings: LazySettings, width: int
) -> None:
    with receiving() as platform:
        platform.manner = answers(500, b"nothingthatcouldbebroken" * 40)
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = platform.url, SECRET
        settings.WEBHOOK_ALLOW_PRIVATE = True
        page = open_page("/webhooks/", making.admin(), **seen(width))
        assert faults(page) == []

        page.get_by_role("button", name="Make a new secret").click()
        expect(page.locator("#new-secret")).to_contain_text("whsec_")
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

        page.get_by_role("button", name="Send a test event").click()
        expect(page.locator("#tried")).to_contain_text("The platform answered 500")
        expect(page.locator("#new-secret")).to_have_count(0)
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_refused_address_says_why_and_nothing_is_lost(open_page: OpenPage) -> None:
    page = open_page("/webhooks/", making.admin(), **seen(1366))

    page.get_by_label("New address").fill("https://127.0.0.1/")
    page.get_by_role("button", name="Change the address").click()

    expect(page.locator("#refusal")).to_contain_text("no public address")
    expect(page.get_by_label("New address")).to_have_value("https://127.0.0.1/")


def test_dead_events_are_sent_again_by_tick_and_one_by_one(open_page: OpenPage) -> None:
    dead = a_log()
    page = open_page("/deliveries/", making.admin(), **seen(1366))

    page.get_by_label("Send again: notice.sent about b").check()
    page.get_by_role("button", name="Send those ticked again").click()
    expect(page.locator("#toasts")).to_contain_text("1 dead event is sent again.")
    expect(page.get_by_role("button", name="Send those ticked again")).to_have_count(0)

    OutboxEvent.objects.filter(pk=dead.pk).update(state=OutboxState.DEAD)
    page.goto(page.url + f"{dead.pk}/")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#toasts")).to_contain_text("is sent again, for three days more")
    dead.refresh_from_db()
    assert dead.state == OutboxState.PENDING
