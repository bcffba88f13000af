"""The delivery log: every try, what it is narrowed to, paging without gap or repeat."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from moderation.domain.refusals import Missing, NotPermitted
from moderation.domain.vocabulary import OutboxState
from moderation.models import Attempt, OutboxEvent, clock
from moderation.operations.delivery import Answer, deliver_batch
from moderation.queries import deliveries
from moderation.queries.deliveries import DeliveryFilters, deliveries_page, delivery_shown, place_from, topics
from tests import making
from tests.outbox_events import make_due, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin() -> User:
    return making.admin()


def accounts_on(filters: DeliveryFilters, viewer: User) -> list[str]:
    return [row.account for row in deliveries_page(filters, viewer=viewer).rows]


def posted(event: OutboxEvent, at: datetime) -> OutboxEvent:
    OutboxEvent.objects.filter(pk=event.pk).update(created_at=at)
    return event


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR, Role.AUDITOR])
def test_the_log_is_for_whoever_manages_integrations(role: Role) -> None:
    event, person = post("a", "1"), making.staff(role)

    with pytest.raises(NotPermitted):
        deliveries_page(DeliveryFilters(), viewer=person)
    with pytest.raises(NotPermitted):
        delivery_shown(event.pk, viewer=person)


def test_an_unknown_event_is_missing(admin: User) -> None:
    with pytest.raises(Missing):
        delivery_shown(making.NOBODYS_ID, viewer=admin)


def test_every_try_is_kept_with_time_status_length_and_words(admin: User) -> None:
    event = post("a", "1")
    before = clock.now()
    deliver_batch(lambda _: Answer(500, "The platform answered 500."))
    make_due()
    deliver_batch(lambda _: Answer(trouble="The platform did not answer within 10 seconds."))
    make_due()
    deliver_batch(lambda _: Answer(204))

    row = delivery_shown(event.pk, viewer=admin)

    assert [(each.status, each.trouble) for each in row.tries] == [
        (204, ""),
        (None, "The platform did not answer within 10 seconds."),
        (500, "The platform answered 500."),
    ]
    for each in row.tries:
        assert before - timedelta(seconds=1) <= each.at <= clock.now()
        assert 0 <= each.took_ms < 10_000
    assert (row.state, row.attempts, row.can_redeliver) == (OutboxState.DELIVERED, 3, False)
    assert row.webhook_id == f"msg_{event.public_id.hex}"


def test_the_list_shows_the_latest_tries_of_each(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "TRIES_SHOWN", 2)
    for account in ("a", "b"):
        event = post(account, "1")
        Attempt.objects.bulk_create(
            Attempt(event=event, at=clock.now(), took_ms=number, status=500, trouble=str(number)) for number in range(4)
        )

    rows = deliveries_page(DeliveryFilters(), viewer=admin).rows

    assert [[each.trouble for each in row.tries] for row in rows] == [["3", "2"], ["3", "2"]]


def test_an_event_handed_back_unsent_has_no_try(admin: User) -> None:
    event = post("a", "1")

    assert delivery_shown(event.pk, viewer=admin).tries == ()


def test_the_log_is_narrowed_by_account_topic_state_and_time(admin: User) -> None:
    now = clock.now()
    posted(post("a", "1"), now - timedelta(days=2))
    badge = posted(post("b", "1"), now - timedelta(days=1))
    OutboxEvent.objects.filter(pk=badge.pk).update(topic="badge.held", state=OutboxState.DEAD)
    posted(post("c", "1"), now)

    for filters, accounts in [
        (DeliveryFilters(), "cba"),
        (DeliveryFilters(account="a"), "a"),
        (DeliveryFilters(account="nobody"), ""),
        (DeliveryFilters(topic="badge.held"), "b"),
        (DeliveryFilters(state=OutboxState.PENDING), "ca"),
        (DeliveryFilters(state=OutboxState.DEAD), "b"),
        (DeliveryFilters(since=now - timedelta(hours=30)), "cb"),
        (DeliveryFilters(until=now - timedelta(hours=30)), "a"),
        (DeliveryFilters(account="b", topic="notice.sent"), ""),
        (DeliveryFilters(state=OutboxState.PENDING, since=now - timedelta(hours=1)), "c"),
    ]:
        assert accounts_on(filters, admin) == list(accounts), filters


def test_dead_events_are_counted_altogether_and_within_the_filters(admin: User) -> None:
    for account in "aab":
        post(account, str(OutboxEvent.objects.count()))
    OutboxEvent.objects.update(state=OutboxState.DEAD)

    page = deliveries_page(DeliveryFilters(account="a"), viewer=admin)

    assert (page.dead, page.fitting_dead) == (3, 2)
    cache.clear()
    assert deliveries.dead_lately() == 3


def test_topics_are_those_there_are() -> None:
    assert topics() == []
    post("a", "1"), post("a", "2"), post("b", "1")
    OutboxEvent.objects.filter(key="a:2").update(topic="badge.held")

    assert topics() == ["badge.held", "notice.sent"]


@pytest.mark.parametrize("same_moment", [True, False])
def test_pages_follow_each_other_without_gap_or_repeat(
    admin: User, monkeypatch: pytest.MonkeyPatch, same_moment: bool
) -> None:
    monkeypatch.setattr(deliveries, "PAGE_SIZE", 2)
    events = [post("a", str(number)) for number in range(5)]
    if same_moment:
        OutboxEvent.objects.update(created_at=clock.now())
    seen: list[int] = []
    after = None
    while True:
        page = deliveries_page(DeliveryFilters(account="a"), viewer=admin, after=after)
        seen += [row.event_id for row in page.rows]
        if page.following is None:
            break
        after = place_from(str(page.following))

    assert seen == [event.pk for event in reversed(events)]


@pytest.mark.parametrize("text", ["", "x", "1", "1.x", "1.-1", f"1.{2**63}", f"{10**40}.1"])
def test_a_place_that_is_none_is_the_top(text: str) -> None:
    assert place_from(text) is None


def test_the_number_of_queries_does_not_grow_with_the_rows(admin: User) -> None:
    post("a", "1")
    with CaptureQueriesContext(connection) as one:
        deliveries_page(DeliveryFilters(), viewer=admin)
    for account in "bcd":
        post(account, "1")
    deliver_batch(lambda _: Answer(500, "no"))
    with CaptureQueriesContext(connection) as four:
        deliveries_page(DeliveryFilters(), viewer=admin)

    assert len(one) == len(four) <= 5
