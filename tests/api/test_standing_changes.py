"""GET standing-changes: which standings changed, each as it is now; a place in the feed is kept and gone on from."""

from datetime import timedelta
from typing import Any

import pytest

from moderation.models import Account, Sanction, StandingChange, clock
from moderation.operations.sanctions import lift_sanction
from moderation.queries import standing
from tests import making
from tests.api.platform import Answer, Platform

pytestmark = pytest.mark.django_db


def _suspended(name: str) -> Sanction:
    decision = making.decided(making.case(actor=making.account(ext_id=name)), "suspension:7")
    sanction: Sanction = decision.sanctions.get()
    return sanction


def _ids(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [change["id"] for change in answer.body["changes"]]


@pytest.mark.parametrize("after", ["x", "-1", "1.0", "٣", "1" * 19, "%00", "1%0A"])
def test_a_place_that_is_none_is_refused(after: str) -> None:
    answer = Platform().get(f"standing-changes?after={after}")
    assert (answer.status, answer.problem) == (422, "invalid")
    assert "“after”" in answer.body["detail"]


def test_where_nothing_has_changed_there_is_nothing_and_a_place_to_go_on_from() -> None:
    assert Platform().get("standing-changes").body == {"changes": [], "next": "0", "more": False}


def test_a_suspension_is_told_as_the_standing_itself_tells_it() -> None:
    _suspended("ann")
    platform = Platform()
    (change,) = platform.get("standing-changes").body["changes"]
    assert change.pop("changed_at")
    assert change == platform.get("accounts/ann/standing").body
    assert change["suspended"] is True


def test_whoever_goes_on_hears_of_what_is_new_and_of_nothing_twice() -> None:
    platform = Platform()
    sanction = _suspended("ann")
    first = platform.get("standing-changes")
    assert _ids(platform.get(f"standing-changes?after={first.body['next']}")) == []
    lift_sanction(sanction.pk, actor=making.admin(), reason="a mistake")
    second = platform.get(f"standing-changes?after={first.body['next']}")
    assert _ids(second) == ["ann"]
    assert second.body["changes"][0]["suspended"] is False


def test_an_account_that_changed_twice_comes_once_as_it_is_now() -> None:
    lift_sanction(_suspended("ann").pk, actor=making.admin(), reason="a mistake")
    answer = Platform().get("standing-changes")
    assert _ids(answer) == ["ann"]
    assert answer.body["changes"][0]["sanctions"] == []


def test_a_suspension_whose_time_is_over_no_longer_counts_before_a_worker_has_ended_it() -> None:
    _suspended("ann")
    now = clock.now()
    Sanction.objects.update(starts_at=now - timedelta(days=8), ends_at=now - timedelta(seconds=1))
    assert Platform().get("standing-changes").body["changes"][0]["suspended"] is False


def test_whoever_was_never_sanctioned_does_not_come() -> None:
    making.decided(making.case())
    assert Account.objects.exists()
    assert _ids(Platform().get("standing-changes")) == []


def test_long_feeds_come_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "PAGE_SIZE", 2)
    StandingChange.objects.bulk_create(
        StandingChange(account=making.account(ext_id=name)) for name in ["ann", "bea", "cid"]
    )
    platform = Platform()
    first = platform.get("standing-changes")
    second = platform.get(f"standing-changes?after={first.body['next']}")
    assert (_ids(first), first.body["more"]) == (["ann", "bea"], True)
    assert (_ids(second), second.body["more"]) == (["cid"], False)


@pytest.mark.django_db(transaction=True)
def test_while_the_database_takes_no_writes_what_is_in_order_can_be_read(read_only: Any) -> None:
    _suspended("ann")
    platform = Platform()
    platform.get("standing-changes")
    with read_only():
        assert _ids(platform.get("standing-changes")) == ["ann"]
