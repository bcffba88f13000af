"""Sending dead events again, many at once: what is ticked, what fits, and nothing that is not dead."""

import pytest

from accounts.models import AuditEntry, User
from accounts.roles import Role
from moderation.domain.refusals import NotPermitted, Refused
from moderation.domain.vocabulary import OutboxState
from moderation.models import OutboxEvent
from moderation.operations import redelivery
from moderation.operations.delivery import Answer, deliver_due
from moderation.operations.redelivery import redeliver_fitting, redeliver_ticked
from moderation.queries.deliveries import DeliveryFilters
from tests import making
from tests.outbox_events import post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin() -> User:
    return making.admin()


def dead(account: str, name: str = "1") -> OutboxEvent:
    event = post(account, name)
    OutboxEvent.objects.filter(pk=event.pk).update(state=OutboxState.DEAD, attempts=85)
    return event


def states() -> dict[str, str]:
    return dict(OutboxEvent.objects.order_by("id").values_list("key", "state"))


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR, Role.AUDITOR])
def test_who_does_not_manage_integrations_sends_nothing_again(role: Role) -> None:
    event, person = dead("a"), making.staff(role)

    with pytest.raises(NotPermitted):
        redeliver_ticked({event.pk}, actor=person)
    with pytest.raises(NotPermitted):
        redeliver_fitting(DeliveryFilters(), actor=person)

    assert states() == {"a:1": "dead"}
    assert not AuditEntry.objects.exists()


def test_none_and_too_many_are_refused(admin: User) -> None:
    with pytest.raises(Refused, match="at least one"):
        redeliver_ticked(set(), actor=admin)
    with pytest.raises(Refused, match="at most 500"):
        redeliver_ticked(set(range(1, 502)), actor=admin)


def test_what_retention_has_emptied_is_refused_and_passed_over(admin: User) -> None:
    emptied, whole = dead("a"), dead("b")
    OutboxEvent.objects.filter(pk=emptied.pk).update(payload={})

    with pytest.raises(Refused, match="deleted after 90 days"):
        redelivery.redeliver(emptied.pk, actor=admin)
    with pytest.raises(Refused, match="deleted after 90 days"):
        redeliver_ticked({emptied.pk, whole.pk}, actor=admin)
    assert redeliver_fitting(DeliveryFilters(), actor=admin) == 1

    assert states() == {"a:1": "dead", "b:1": "pending"}


def test_what_is_not_dead_is_passed_over(admin: User) -> None:
    waiting, gone = post("a", "1"), dead("b")

    assert redeliver_ticked({waiting.pk, gone.pk, making.NOBODYS_ID}, actor=admin) == 1

    assert [entry.target_id for entry in AuditEntry.objects.all()] == [str(gone.pk)]


def test_ticked_events_are_pending_again_and_each_is_on_record(admin: User) -> None:
    first, second = dead("a"), dead("b")
    dead("c")

    assert redeliver_ticked({first.pk, second.pk}, actor=admin) == 2

    assert states() == {"a:1": "pending", "b:1": "pending", "c:1": "dead"}
    entries = AuditEntry.objects.order_by("id")
    assert [(entry.verb, entry.target_id) for entry in entries] == [
        ("event.redelivered", str(first.pk)),
        ("event.redelivered", str(second.pk)),
    ]
    assert entries[0].details == {"topic": "notice.sent", "attempts": 85}


def test_all_that_fit_are_sent_again_and_no_other(admin: User) -> None:
    dead("a", "1"), dead("a", "2"), dead("b", "1")

    assert redeliver_fitting(DeliveryFilters(account="a"), actor=admin) == 2
    assert states() == {"a:1": "pending", "a:2": "pending", "b:1": "dead"}
    assert redeliver_fitting(DeliveryFilters(account="nobody"), actor=admin) == 0
    assert redeliver_fitting(DeliveryFilters(topic="badge.held"), actor=admin) == 0
    assert redeliver_fitting(DeliveryFilters(state=OutboxState.PENDING), actor=admin) == 0


def test_the_oldest_go_first_when_there_are_too_many(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redelivery, "MOST_AT_ONCE", 2)
    for account in "abc":
        dead(account)

    assert redeliver_fitting(DeliveryFilters(), actor=admin) == 2
    assert states() == {"a:1": "pending", "b:1": "pending", "c:1": "dead"}


def test_events_that_are_sent_again_leave_in_the_order_of_their_account(admin: User) -> None:
    dead("a", "1"), dead("a", "2")
    post("a", "3")
    got: list[str] = []

    def send(event: OutboxEvent) -> Answer:
        got.append(event.key)
        return Answer(200)

    redeliver_fitting(DeliveryFilters(), actor=admin)
    deliver_due(send)

    assert got == ["a:1", "a:2", "a:3"]
