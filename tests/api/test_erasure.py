"""DELETE accounts: a receipt, the same one whenever it is asked for, with how far it has come."""

import pytest

from accounts.models import AuditEntry
from moderation.models import Account, ErasureRequest
from moderation.operations.erasing import carry_out_erasures
from tests import making
from tests.api import telling
from tests.api.platform import Platform

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["nobody", "a%00b", "erased:x"])
def test_an_account_that_was_never_here_is_missing(name: str) -> None:
    answer = Platform().delete(f"accounts/{name}")
    assert (answer.status, answer.problem) == (404, "missing")
    assert not ErasureRequest.objects.exists()


def test_asking_gives_a_receipt() -> None:
    making.account(ext_id="ann")
    answer = Platform().delete("accounts/ann")
    assert answer.status == 202
    assert answer.body["receipt"] == str(ErasureRequest.objects.get().receipt)
    assert (answer.body["id"], answer.body["done_at"], answer.body["kept_for"]) == ("ann", None, [])


def test_asking_again_answers_the_same_receipt_before_and_after_it_is_done() -> None:
    making.account(ext_id="ann")
    platform = Platform()
    first, second = platform.delete("accounts/ann"), platform.delete("accounts/ann")
    carry_out_erasures()
    third = platform.delete("accounts/ann")
    assert first.body["receipt"] == second.body["receipt"] == third.body["receipt"]
    assert third.body["done_at"]
    assert AuditEntry.objects.filter(verb="erasure.requested").count() == 1


def test_what_it_still_waits_for_is_told() -> None:
    case = making.case(actor=making.account(ext_id="ann"))
    platform = Platform()
    platform.delete(f"accounts/{case.subject.ext_id}")
    carry_out_erasures()
    answer = platform.delete("accounts/ann")
    assert answer.body["done_at"] is None
    assert set(answer.body["kept_for"]) == {"open_case", "messages"}


def test_after_that_the_account_is_unknown_and_may_come_anew() -> None:
    making.account(ext_id="ann")
    platform = Platform()
    first = platform.delete("accounts/ann")
    carry_out_erasures()
    assert platform.get("accounts/ann/standing").status == 404
    assert platform.put("accounts/ann", telling.account()).status == 201
    assert platform.delete("accounts/ann").body["receipt"] != first.body["receipt"]
    assert Account.objects.count() == 2
