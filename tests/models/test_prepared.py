"""Prepared queries: the same rows as the query they were made from, with whatever values."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

from moderation.models import Account, Case
from moderation.models.prepared import Prepared, Slot, among
from tests import making


def cases_of(subject: Slot) -> QuerySet[Case]:
    return Case.objects.filter(subject=subject).select_related("subject", "holder").order_by("-pk")


@pytest.mark.django_db(transaction=True)
def test_rows_can_be_locked_in_a_transaction_only() -> None:
    locked = Prepared(lambda: Account.objects.filter(pk=Slot("account")).select_for_update())

    with pytest.raises(TransactionManagementError):
        locked(account=1)


@pytest.mark.django_db
def test_a_value_that_is_missing_is_said() -> None:
    with pytest.raises(KeyError, match="subject"):
        Prepared(lambda: cases_of(Slot("subject")))()


@pytest.mark.django_db
def test_each_call_has_its_own_values() -> None:
    prepared, (one, other) = Prepared(lambda: cases_of(Slot("subject"))), (making.case(), making.case())

    assert prepared(subject=one.subject_id) == [one]
    assert prepared(subject=other.subject_id) == [other]
    assert prepared.first(subject=making.NOBODYS_ID) is None


@pytest.mark.django_db
def test_what_is_joined_needs_no_further_query(django_assert_num_queries) -> None:
    prepared, case = Prepared(lambda: cases_of(Slot("subject"))), making.case()

    with django_assert_num_queries(1, connection=connection):
        (found,) = prepared(subject=case.subject_id)
        assert (found.subject.username, found.holder) == (case.subject.username, None)


@pytest.mark.django_db
@pytest.mark.parametrize("many", [0, 1, 3])
def test_a_list_of_values_may_have_any_length(many: int) -> None:
    ids = [making.account().pk for _ in range(many)]
    prepared = Prepared(lambda: Account.objects.filter(among("pk", "ids")).order_by("pk").values_list("pk", flat=True))

    assert prepared(ids=ids) == ids


@pytest.mark.django_db
def test_a_value_is_a_value_and_no_sql() -> None:
    making.account(username="ann")
    prepared = Prepared(lambda: Account.objects.filter(username=Slot("name")))

    assert prepared(name="' OR '1'='1") == []
