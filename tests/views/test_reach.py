"""Whose cases somebody sees, by rule and by age: in the queue, its counts, what is offered next, and at every case."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import Ground, Lane
from moderation.models import Case
from moderation.operations.escalating import raise_case
from moderation.operations.leases import claim_case, claim_next, release_case, skip_case, take_over
from moderation.operations.notes import write_note
from moderation.operations.readings import reveal_contacts
from moderation.queries import tally
from moderation.queries.queue import Asked, queue_page, queue_version
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases() -> dict[str, Case]:
    made = {
        "adult": making.case(),
        "teen": making.case(other=making.teen()),
        "asked": making.case(ground=Ground.CONTACT_REQUESTED, text="what is your number", contact=""),
    }
    tally.forget()
    return made


def seen_by(person: User) -> set[int]:
    return {row.case_id for row in queue_page(Asked(person)).rows}


@pytest.mark.parametrize(
    ("reach", "visible"),
    [
        ({}, {"adult", "teen", "asked"}),
        ({"ages": ["adult"]}, {"adult", "asked"}),
        ({"ages": ["teen"]}, {"teen"}),
        ({"rules": ["contact_requested"]}, {"asked"}),
        ({"rules": ["contact_shared"], "ages": ["adult"]}, {"adult"}),
        ({"rules": ["offsite_harm"]}, set()),
    ],
)
def test_only_what_is_in_reach_is_there(
    client: Client, cases: dict[str, Case], reach: dict[str, list[str]], visible: set[str]
) -> None:
    person = making.moderator(**reach)
    client.force_login(person)
    page = queue_page(Asked(person))

    assert seen_by(person) == {cases[name].pk for name in visible}
    assert page.total == len(visible)
    assert page.figures[0].value == str(len(visible))
    assert queue_version(Asked(person)) == page.version
    for name, case in cases.items():
        expected = 200 if name in visible else 404
        assert client.get(f"/cases/{case.pk}/").status_code == expected, name
        assert client.get(f"/cases/{case.pk}/notes/").status_code == expected, name
        if name not in visible:
            with pytest.raises(Missing):
                claim_case(case.pk, actor=person)


def test_nothing_out_of_reach_is_offered(cases: dict[str, Case]) -> None:
    person = making.moderator(ages=["adult"])
    offered = set()
    while (case := claim_next(actor=person)) is not None:
        offered.add(case.pk)

    assert offered == {cases["adult"].pk, cases["asked"].pk}


DEEDS: dict[str, Callable[[int, User], Any]] = {
    "take over": lambda pk, by: take_over(pk, actor=by),
    "release": lambda pk, by: release_case(pk, actor=by, token=0),
    "skip": lambda pk, by: skip_case(pk, actor=by, token=0),
    "raise": lambda pk, by: raise_case(pk, actor=by, lane=Lane.CRISIS, note="look at this"),
    "reveal": lambda pk, by: reveal_contacts(pk, actor=by),
    "write a note": lambda pk, by: write_note("a note", actor=by, case_id=pk),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_nothing_can_be_done_to_what_is_out_of_reach(cases: dict[str, Case], deed: Any) -> None:
    with pytest.raises(Missing):
        deed(cases["teen"].pk, making.admin(ages=["adult"]))


def test_a_proposal_out_of_reach_is_not_there(client: Client) -> None:
    proposed = making.decided(making.case(other=making.teen()), "suspension:permanent")
    client.force_login(making.senior(ages=["adult"]))

    assert client.get("/approvals/").context["page"].proposals == ()
    assert client.post(f"/approvals/{proposed.pk}/approve/").status_code == 404
    proposed.refresh_from_db()
    assert proposed.state == "proposed"
