"""PUT accounts and GET standing: descriptions replaced whole; the standing from the sanctions in force."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from moderation.models import Account, Sanction
from tests import making
from tests.api import telling
from tests.api.platform import Platform

pytestmark = pytest.mark.django_db

BAD_ACCOUNTS = {
    "another id": (telling.account(id="bea"), "/id"),
    "no id": ({"username": "quiet_river"}, "/id"),
    "role unknown": (telling.account(role="boss"), "/role"),
    "age unknown": (telling.account(age_group="12"), "/age_group"),
    "status unknown": (telling.account(status="gone"), "/status"),
    "badges no list": (telling.account(badges="teen_listener"), "/badges"),
    "badge no text": (telling.account(badges=["verified", 7]), "/badges/1"),
    "badge too long": (telling.account(badges=["verified", "x" * 65]), "/badges/1"),
    "badges too many": (telling.account(badges=["x"] * 51), "/badges"),
    "username too long": (telling.account(username="x" * 151), "/username"),
    "username with NUL": (telling.account(username="a\0"), "/username"),
    "half a surrogate": (telling.account(person="\ud800"), "/person"),
    "naive time": (telling.account(joined_at="2024-05-01T09:30:00"), "/joined_at"),
    "future time": (telling.account(joined_at="2999-05-01T09:30:00Z"), "/joined_at"),
}


@pytest.mark.parametrize(("bad", "pointer"), BAD_ACCOUNTS.values(), ids=BAD_ACCOUNTS)
def test_a_bad_description_changes_nothing(bad: Any, pointer: str) -> None:
    answer = Platform().put("accounts/ann", bad)
    assert (answer.status, answer.problem, answer.pointers) == (422, "invalid", [pointer])
    assert not Account.objects.exists()


def test_every_bad_field_is_named() -> None:
    answer = Platform().put("accounts/ann", telling.account(role="boss", status=1))
    assert sorted(answer.pointers) == ["/role", "/status"]


def test_an_account_is_made_once_and_described_from_then_on() -> None:
    platform = Platform()
    assert platform.put("accounts/ann", telling.account()).status == 201
    answer = platform.put("accounts/ann", telling.account(status="self_care_break"))
    assert (answer.status, answer.body["status"]) == (200, "self_care_break")
    assert answer.body["joined_at"] == "2024-05-01T07:30:00+00:00"
    assert Account.objects.get().status == "self_care_break"


def test_what_is_left_out_becomes_unknown() -> None:
    platform = Platform()
    platform.put("accounts/ann", telling.account())
    answer = platform.put("accounts/ann", {"id": "ann"})
    assert answer.body == {
        "id": "ann", "username": "", "role": "unknown", "age_group": "unknown", "status": "active",
        "badges": [], "person": "", "joined_at": None,
    }  # fmt: skip


def test_what_haven_decided_survives_a_description() -> None:
    making.account(ext_id="ann", suspended=True, badges_removed=["teen_listener"])
    Platform().put("accounts/ann", telling.account())
    account = Account.objects.get(ext_id="ann")
    assert (account.suspended, account.badges_removed) == (True, ["teen_listener"])


def test_the_same_description_again_leaves_no_entry_in_the_record() -> None:
    platform = Platform()
    assert [platform.put("accounts/ann", telling.account()).status for _ in range(2)] == [201, 200]
    assert AuditEntry.objects.filter(verb="account.described").count() == 1


@pytest.mark.parametrize("name", ["a b", "ä€😀", "team/ann", "100%", "a?b#c"])
def test_ids_may_hold_what_paths_have_to_escape(name: str) -> None:
    from urllib.parse import quote

    platform = Platform()
    address = f"accounts/{quote(name, safe='')}"
    assert platform.put(address, telling.account(id=name)).status == 201
    assert platform.get(f"{address}/standing").body["id"] == name


@pytest.mark.parametrize("path", ["accounts/nobody/standing", "accounts/a%00b/standing"])
def test_nobody_has_no_standing(path: str) -> None:
    answer = Platform().get(path)
    assert (answer.status, answer.problem) == (404, "missing")


def test_an_account_in_good_standing() -> None:
    making.account(ext_id="ann")
    assert Platform().get("accounts/ann/standing").body == {
        "id": "ann", "suspended": False, "suspended_until": None,
        "badges_removed": [], "badges_held": [], "sanctions": [],
    }  # fmt: skip


def test_the_standing_follows_from_the_sanctions_in_force() -> None:
    case = making.case()
    making.decided(case, "suspension:7")
    suspension = Sanction.objects.get()
    assert suspension.starts_at is not None
    assert suspension.ends_at is not None
    assert Platform().get(f"accounts/{case.subject.ext_id}/standing").body == {
        "id": case.subject.ext_id,
        "suspended": True,
        "suspended_until": suspension.ends_at.isoformat(),
        "badges_removed": [],
        "badges_held": [],
        "sanctions": [
            {
                "id": str(suspension.pk),
                "kind": "suspension",
                "starts_at": suspension.starts_at.isoformat(),
                "ends_at": suspension.ends_at.isoformat(),
                "policy_clause": suspension.clause,
                "reason": suspension.reason,
            }
        ],
    }


def test_a_badge_is_held_while_its_removal_waits_for_the_second_signature() -> None:
    case = making.case(actor=making.listener(badges=["teen_listener"]))
    making.decided(case, "suspension:7", "teen_badge_removal")
    body = Platform().get(f"accounts/{case.subject.ext_id}/standing").body
    assert (body["suspended"], body["badges_held"], body["badges_removed"]) == (False, ["teen_listener"], [])
    assert [s["kind"] for s in body["sanctions"]] == ["teen_badge_hold"]


def test_a_sanction_whose_end_has_come_no_longer_counts_before_a_worker_ends_it() -> None:
    case = making.case()
    making.decided(case, "suspension:7")
    past = timezone.now() - timedelta(days=8)
    Sanction.objects.update(starts_at=past, ends_at=past + timedelta(days=7))
    body = Platform().get(f"accounts/{case.subject.ext_id}/standing").body
    assert (body["suspended"], body["sanctions"]) == (False, [])
