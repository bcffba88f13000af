"""Two transactions that wait for each other: PostgreSQL ends one, and it is run again, in real threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from accounts.database import MOST_RUNS, is_away, is_collision, whole
from moderation.models import Account
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30


class Crossing:
    """Takes two accounts in an order, and on its first run waits in between for the other to have its first."""

    def __init__(self, first: int, second: int, meeting: threading.Barrier) -> None:
        self.first, self.second, self.meeting = first, second, meeting
        self.runs = 0

    def __call__(self) -> None:
        self.runs += 1
        _append(self.first)
        if self.runs == 1:
            self.meeting.wait(PATIENCE)
        _append(self.second)


def _append(account_id: int) -> None:
    account = Account.objects.select_for_update().get(pk=account_id)
    account.username += "x"
    account.save(update_fields=["username"])


def _elsewhere(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connection.close()


def test_a_deadlock_is_run_again_and_both_have_their_effect_once() -> None:
    ann, ben = making.account(username=""), making.account(username="")
    meeting = threading.Barrier(2)
    crossings = [Crossing(ann.pk, ben.pk, meeting), Crossing(ben.pk, ann.pk, meeting)]

    with ThreadPoolExecutor(2) as threads:
        for each in [threads.submit(_elsewhere, whole(_named(crossing))) for crossing in crossings]:
            each.result(PATIENCE)

    assert sorted(crossing.runs for crossing in crossings) == [1, 2]
    assert set(Account.objects.values_list("username", flat=True)) == {"xx"}


def test_a_deadlock_without_it_loses_one() -> None:
    ann, ben = making.account(username=""), making.account(username="")
    meeting = threading.Barrier(2)
    crossings = [Crossing(ann.pk, ben.pk, meeting), Crossing(ben.pk, ann.pk, meeting)]

    with ThreadPoolExecutor(2) as threads:
        results = [threads.submit(_elsewhere, transaction.atomic(_named(each))) for each in crossings]
        errors = [error for result in results if (error := result.exception(PATIENCE))]

    assert len(errors) == 1
    assert is_collision(errors[0])


def test_a_serialization_failure_is_run_again_so_often_and_no_more() -> None:
    runs = []

    @whole
    def never_lucky() -> None:
        runs.append(Account.objects.create(ext_id="a"))
        _raise("40001")

    with pytest.raises(OperationalError) as raised:
        never_lucky()

    assert is_collision(raised.value)
    assert len(runs) == MOST_RUNS
    assert not Account.objects.exists()


@pytest.mark.parametrize("code", ["53100", "57014", "23514"])
def test_other_trouble_is_not_run_again(code: str) -> None:
    runs = []

    @whole
    def troubled() -> None:
        runs.append(code)
        _raise(code)

    with pytest.raises(Exception, match="on purpose"):
        troubled()
    assert len(runs) == 1


def test_only_whole_transactions_are_run_again() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        whole(Account.objects.exists)()


@pytest.mark.parametrize(("code", "away"), [("53100", True), ("25006", True), ("57P03", True), ("23514", False)])
def test_full_read_only_and_starting_count_as_away(code: str, away: bool) -> None:
    with pytest.raises(Exception, match="on purpose") as raised:
        _raise(code)
    assert is_away(raised.value) is away


def _raise(code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '{code}'; END $$")


def _named(crossing: Crossing) -> Callable[[], None]:
    def cross() -> None:
        crossing()

    return cross
