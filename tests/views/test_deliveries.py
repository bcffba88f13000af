"""The delivery log over HTTP: what is asked wrongly, what it shows, sending again by one click and by many."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from moderation.domain.vocabulary import OutboxState
from moderation.models import OutboxEvent
from moderation.operations.delivery import Answer, deliver_batch
from tests import making
from tests.outbox_events import post
from tests.signing_in import signed_in
from tests.views.test_case import HOSTILE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser() -> Client:
    return signed_in(making.admin())


def dead(account: str, name: str = "1") -> OutboxEvent:
    event = post(account, name)
    OutboxEvent.objects.filter(pk=event.pk).update(state=OutboxState.DEAD)
    return event


def state_of(event: OutboxEvent) -> str:
    event.refresh_from_db()
    return str(event.state)


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_nobody_else_opens_the_log_or_sends_again(who: Any) -> None:
    event = dead("a")
    browser = signed_in(who())

    assert browser.get(reverse("deliveries")).status_code == 403
    assert browser.get(reverse("delivery", args=[event.pk])).status_code == 403
    assert browser.post(reverse("delivery_redeliver", args=[event.pk])).status_code == 403
    assert browser.post(reverse("deliveries_redeliver"), {"events": [event.pk]}).status_code == 403
    assert browser.post(reverse("deliveries_redeliver_all")).status_code == 403
    assert state_of(event) == "dead"
    assert "Deliveries" not in browser.get(reverse("queue")).content.decode()


@pytest.mark.parametrize("asked", [{"since": "yesterday"}, {"state": "lost"}, {"topic": "none.such"}])
def test_what_cannot_be_searched_for_is_said(browser: Client, asked: dict[str, str]) -> None:
    answer = browser.get(reverse("deliveries"), asked)

    assert answer.status_code == 422
    assert "The log was not searched" in answer.content.decode()


def test_an_unknown_event_is_not_found(browser: Client) -> None:
    assert browser.get(reverse("delivery", args=[10**18])).status_code == 404
    assert browser.post(reverse("delivery_redeliver", args=[10**18])).status_code == 404


@pytest.mark.parametrize("sent", [[], ["x"], ["-1"], ["1; DROP"]])
def test_no_or_odd_ticks_are_refused(browser: Client, sent: list[str]) -> None:
    assert browser.post(reverse("deliveries_redeliver"), {"events": sent}).status_code == 422


def test_an_event_that_is_not_dead_is_not_sent_again(browser: Client) -> None:
    event = post("a", "1")

    assert browser.post(reverse("delivery_redeliver", args=[event.pk])).status_code == 422


def test_filters_that_cannot_be_read_send_nothing_again(browser: Client) -> None:
    event = dead("a")

    assert browser.post(reverse("deliveries_redeliver_all"), {"since": "x"}).status_code == 422
    assert state_of(event) == "dead"


def test_the_empty_log_says_so(browser: Client) -> None:
    assert "Nothing had to be told yet" in browser.get(reverse("deliveries")).content.decode()
    assert "No event of this kind" in browser.get(reverse("deliveries"), {"account": "x"}).content.decode()


def test_the_log_shows_each_try(browser: Client) -> None:
    event = post("a", "1")
    deliver_batch(lambda _: Answer(503, "The platform answered 503 (Service Unavailable)."))

    for page in (browser.get(reverse("deliveries")), browser.get(reverse("delivery", args=[event.pk]))):
        text = page.content.decode()
        assert "notice.sent" in text
        assert "The platform answered 503 (Service Unavailable)." in text
        assert "Not taken yet" in text
        assert "next try" in text


def test_one_click_sends_a_dead_event_again(browser: Client) -> None:
    event = dead("a")
    assert "Send again" in browser.get(reverse("delivery", args=[event.pk])).content.decode()

    answer = browser.post(reverse("delivery_redeliver", args=[event.pk]))

    assert (answer.status_code, answer["Location"]) == (303, reverse("delivery", args=[event.pk]))
    assert state_of(event) == "pending"
    assert AuditEntry.objects.filter(verb="event.redelivered").count() == 1


def test_ticked_events_and_all_that_fit_are_sent_again(browser: Client) -> None:
    first, second, third = dead("a"), dead("b"), dead("c")

    answer = browser.post(reverse("deliveries_redeliver"), {"events": [first.pk]}, follow=True)
    assert "1 dead event is sent again." in answer.content.decode()
    answer = browser.post(reverse("deliveries_redeliver_all"), {"account": "b"}, follow=True)
    assert "1 dead event is sent again." in answer.content.decode()

    assert (state_of(first), state_of(second), state_of(third)) == ("pending", "pending", "dead")
    answer = browser.post(reverse("deliveries_redeliver"), {"events": [first.pk]}, follow=True)
    assert "Nothing was dead any more." in answer.content.decode()


def test_the_form_for_all_carries_the_filters_of_the_page(browser: Client) -> None:
    dead("b")

    text = browser.get(reverse("deliveries"), {"account": "b", "state": "dead"}).content.decode()

    assert '<input type="hidden" name="account" value="b">' in text
    assert '<input type="hidden" name="state" value="dead">' in text
    assert "Send all 1 dead that fit again" in text


def test_hostile_words_of_a_platform_stay_text(browser: Client) -> None:
    event = post("a", "1")
    deliver_batch(lambda _: Answer(500, HOSTILE))

    for page in (browser.get(reverse("deliveries")), browser.get(reverse("delivery", args=[event.pk]))):
        assert "<script>alert" not in page.content.decode()
        assert "<img src=x" not in page.content.decode()
