"""The feed of changes loses none, in whatever order transactions commit. Real threads and connections."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from moderation.models import Account, StandingChange
from moderation.operations.standing_feed import publish_standing_changes
from moderation.queries.standing import standing_changes
from tests import making
from tests.races.test_cases import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


def _read_on(place: int, seen: list[str]) -> int:
    publish_standing_changes()
    page = standing_changes(place)
    seen += [change.account.account for change in page.changes]
    return page.last


def _change(account: Account, begun: threading.Event, go_on: threading.Event) -> None:
    try:
        with transaction.atomic():
            StandingChange.objects.create(account=account)
            begun.set()
            assert go_on.wait(PATIENCE)
    finally:
        connection.close()


def test_a_change_that_is_committed_after_a_later_one_is_not_passed_over() -> None:
    slow, quick = making.account(ext_id="slow"), making.account(ext_id="quick")
    begun, go_on = threading.Event(), threading.Event()
    seen: list[str] = []
    with ThreadPoolExecutor(1) as threads:
        work = threads.submit(_change, slow, begun, go_on)
        assert begun.wait(PATIENCE)
        StandingChange.objects.create(account=quick)  # a higher id, committed first
        place = _read_on(0, seen)
        assert seen == ["quick"]
        go_on.set()
        work.result(PATIENCE)

    _read_on(place, seen)

    assert seen == ["quick", "slow"]


def test_readers_beside_writers_each_hear_of_every_change() -> None:
    accounts = [making.account() for _ in range(12)]
    finished = threading.Event()

    def write() -> None:
        try:
            for account in accounts:
                at_once(*[lambda account=account: StandingChange.objects.create(account=account)] * 3)
        finally:
            finished.set()

    def read() -> list[str]:
        seen: list[str] = []
        place = 0
        while not finished.is_set() or StandingChange.objects.filter(position=None).exists():
            place = _read_on(place, seen)
        while (further := _read_on(place, seen)) != place:
            place = further
        return seen

    _, *heard = at_once(write, read, read, read)

    for seen in heard:
        assert set(seen) == {account.ext_id for account in accounts}
    assert StandingChange.objects.filter(position__isnull=False).count() == 36


@pytest.mark.parametrize("_round", range(5))
def test_two_who_give_positions_give_each_once(_round: int) -> None:
    account = making.account()
    StandingChange.objects.bulk_create(StandingChange(account=account) for _ in range(50))

    given = at_once(*[publish_standing_changes] * 4)

    assert sum(given) == 50
    assert set(StandingChange.objects.values_list("position", flat=True)) == set(range(1, 51))
