"""The audit trail as its page reads it."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import SYSTEM, audit
from accounts.actors import Actor
from accounts.queries import PAGE_SIZE, AuditFilters, audit_actors, audit_page, audit_verbs
from tests import making


@transaction.atomic
def happened(verb: str, *, actor: Actor = SYSTEM, target: object = None, **details: audit.Details) -> None:
    audit.record(verb, actor=actor, target=target or making.account(), **details)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_an_empty_trail_is_an_empty_page() -> None:
    assert audit_page(AuditFilters()).rows == ()
    assert audit_verbs() == []


@pytest.mark.django_db
def test_the_newest_stands_first_and_paging_shows_every_row_once() -> None:
    for number in range(PAGE_SIZE + 2):
        happened(f"verb.{number:02}")

    first = audit_page(AuditFilters())
    second = audit_page(AuditFilters(), before=first.following)

    verbs = [row.verb for row in (*first.rows, *second.rows)]
    assert verbs == [f"verb.{number:02}" for number in reversed(range(PAGE_SIZE + 2))]
    assert second.following is None


@pytest.mark.django_db
def test_it_narrows_by_verb_person_and_target() -> None:
    person, account = making.moderator(), making.account()
    happened("case.claimed", actor=person, target=account)
    happened("case.claimed")
    happened("case.released", actor=person)

    def verbs(**filters: Any) -> list[str]:
        return [row.verb for row in audit_page(AuditFilters(**filters)).rows]

    assert verbs(verb="case.claimed") == ["case.claimed"] * 2
    assert verbs(actor=f"staff:{person.pk}") == ["case.released", "case.claimed"]
    assert verbs(actor="system:") == ["case.claimed"]
    assert verbs(target_type="account", target_id=str(account.pk)) == ["case.claimed"]
    assert verbs(actor=f"staff:{person.pk}", verb="case.decided") == []


@pytest.mark.django_db
def test_details_read_as_words() -> None:
    happened("x.y", grounds=["a", "b"], held=None, undone=False, proposed=True, count=3, none=[])

    [row] = audit_page(AuditFilters()).rows

    assert dict(row.details) == {
        "grounds": "a, b",
        "held": "none",
        "undone": "no",
        "proposed": "yes",
        "count": "3",
        "none": "none",
    }


@pytest.mark.django_db
def test_what_can_be_chosen_is_what_is_there() -> None:
    person = making.admin(name="Zed")
    for verb in ("b.b", "a.a", "b.b"):
        happened(verb)

    assert audit_verbs() == ["a.a", "b.b"]
    assert ("system:", "Haven") in audit_actors()
    assert (f"staff:{person.pk}", "Zed") in audit_actors()


@pytest.mark.django_db
def test_a_page_is_one_query() -> None:
    for _ in range(5):
        happened("a.a")

    with CaptureQueriesContext(connection) as queries:
        audit_page(AuditFilters(verb="a.a"))

    assert len(queries) == 1
