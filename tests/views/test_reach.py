"""Whose cases somebody sees, by rule and by age: in the queue, its counts, what is offered next, and at every case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from moderation.domain.appeals import Ruling
from moderation.domain.persons import Topic
from moderation.domain.refusals import Missing, NotPermitted
from moderation.domain.vocabulary import AppealState, Deed, Ground, Lane
from moderation.models import Account, Appeal, Case, Contact, Note, OutboxEvent, Report, Sanction, clock
from moderation.operations import changing, hearing, holds
from moderation.operations.clusters import remove_member
from moderation.operations.contacts import fingerprint
from moderation.operations.escalating import raise_case
from moderation.operations.leases import claim_case, claim_next, release_case, skip_case, take_over
from moderation.operations.notes import Manner, pin_note, write_note
from moderation.operations.personal_data import record_subject_access
from moderation.operations.readings import reveal_contacts
from moderation.operations.sanctions import lift_sanction
from moderation.queries import appeals, escalations, tally
from moderation.queries.appeal_figures import Period, appeal_figures
from moderation.queries.cases import case_page
from moderation.queries.person_timeline import timeline
from moderation.queries.persons import by_contact, person_head
from moderation.queries.queue import Asked, queue_page, queue_version
from tests import making
from tests.operations.test_clusters import trio
from tests.signing_in import signed_in

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


ADULTS: dict[str, list[str]] = {"ages": ["adult"]}


@pytest.fixture
def account() -> Account:
    return making.account(username="rowan")


@pytest.fixture
def beyond(account: Account) -> Sanction:
    """A sanction of the account of which it turned out later that a teen had part in its case."""
    made = making.sanction(actor=account)
    Case.objects.filter(pk=made.case_id).update(teen=True)
    return made


@pytest.fixture
def within(account: Account) -> Sanction:
    """Another one of the same account, among adults."""
    return making.sanction("suspension:30", actor=account)


SANCTION_PAGES = ("/sanctions/{}/", "/sanctions/{}/statement/")


@pytest.mark.parametrize("page", SANCTION_PAGES)
def test_the_page_of_a_sanction_out_of_reach_is_not_there(
    client: Client, beyond: Sanction, within: Sanction, page: str
) -> None:
    client.force_login(making.auditor(**ADULTS))

    assert client.get(page.format(beyond.pk)).status_code == 404
    assert client.get(page.format(within.pk)).status_code == 200


@pytest.mark.parametrize("tab", ["in_force", "ending", "undelivered", "ended", "waiting"])
def test_lists_of_sanctions_leave_out_what_is_beyond(
    client: Client, beyond: Sanction, within: Sanction, tab: str
) -> None:
    if tab == "ended":
        for one in (beyond, within):
            lift_sanction(one.pk, actor=making.admin(), reason="a mistake")
    if tab == "waiting":
        for other in (making.teen(), making.account()):
            making.decided(making.case(actor=beyond.account, other=other), "suspension:permanent")
    Sanction.objects.filter(ends_at__gt=making.NOON).update(ends_at=clock.now() + timedelta(days=1))
    OutboxEvent.objects.update(not_before=making.NOON)
    everybody, person = making.admin(), making.admin(**ADULTS)

    for narrowed in ("", "&q=rowan", "&kind=suspension", "&ground=contact_shared"):
        found = {}
        for viewer in (everybody, person):
            client.force_login(viewer)
            rows = client.get(f"/sanctions/?tab={tab}{narrowed}").context["page"].rows
            found[viewer] = {row.case_id for row in rows}
        adults = set(Case.objects.filter(pk__in=found[everybody], teen=False).values_list("pk", flat=True))
        assert found[person] == adults != found[everybody]


def test_an_export_and_a_preview_leave_out_what_is_beyond(client: Client, beyond: Sanction, within: Sanction) -> None:
    client = signed_in(making.admin(**ADULTS))

    lines = b"".join(client.get("/sanctions/export.csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    shown = client.get(f"/sanctions/change/?deed=lift&sanction={beyond.pk}&sanction={within.pk}").context["page"]

    assert [line.split(",")[0] for line in lines[1:]] == [str(within.pk)]
    assert [row.row.sanction_id for row in shown.rows] == [within.pk]


def test_beside_a_sanction_stands_none_that_is_beyond(client: Client, beyond: Sanction, within: Sanction) -> None:
    client.force_login(making.moderator())
    assert [row.sanction_id for row in client.get(f"/sanctions/{within.pk}/").context["page"].others] == [beyond.pk]
    client.force_login(making.moderator(**ADULTS))
    assert client.get(f"/sanctions/{within.pk}/").context["page"].others == ()


def test_nothing_is_changed_beyond(beyond: Sanction) -> None:
    person = making.admin(**ADULTS)
    wanted = changing.Wanted(Deed.PERMANENT, "he goes on", uuid4())

    with pytest.raises(Missing):
        changing.change_sanction(beyond.pk, actor=person, wanted=wanted)
    change = changing.change_sanction(beyond.pk, actor=making.admin(), wanted=wanted)
    for answer in (changing.approve_change, changing.refuse_change):
        with pytest.raises(Missing):
            answer(change.pk, actor=person, note="no")


def test_changes_that_wait_are_left_out(client: Client, beyond: Sanction, within: Sanction) -> None:
    for sanction in (beyond, within):
        wanted = changing.Wanted(Deed.PERMANENT, "he goes on", uuid4())
        changing.change_sanction(sanction.pk, actor=making.admin(), wanted=wanted)
    client.force_login(making.senior(**ADULTS))

    assert [row.sanction_id for row in client.get("/sanctions/?tab=waiting").context["page"].changes] == [within.pk]


HEARINGS: dict[str, Callable[[Appeal, User], Any]] = {
    "look": lambda appeal, by: hearing.record_hearing_look(appeal.pk, actor=by),
    "write a view": lambda appeal, by: hearing.write_first_view(appeal.pk, actor=by, text="a number, plainly"),
    "decide": lambda appeal, by: hearing.hear_appeal(
        appeal.pk, actor=by, ruling=Ruling(AppealState.UPHELD, "It stays."), seen=appeal.stamp
    ),
    "undo": lambda appeal, by: hearing.undo_hearing(appeal.pk, actor=by),
}


@pytest.mark.parametrize("deed", HEARINGS.values(), ids=HEARINGS)
def test_no_appeal_is_heard_beyond(beyond: Sanction, deed: Any) -> None:
    with pytest.raises(Missing):
        deed(making.appeal(beyond), making.senior(**ADULTS))


def test_appeals_are_listed_and_counted_within(client: Client, beyond: Sanction, within: Sanction) -> None:
    far, near = making.appeal(beyond), making.appeal(within)
    person = making.senior(**ADULTS)
    client.force_login(person)

    assert client.get(f"/appeals/{far.pk}/").status_code == 404
    assert client.get(f"/appeals/{near.pk}/").status_code == 200
    assert [row.appeal_id for row in client.get("/appeals/").context["page"].rows] == [near.pk]
    appeals.forget()
    assert (appeals.count_waiting(making.senior()), appeals.count_waiting(person)) == (2, 1)
    assert appeal_figures(Period.EVER, viewer=making.auditor()).total.appeals == 2
    assert appeal_figures(Period.EVER, viewer=making.auditor(**ADULTS)).total.appeals == 1


def test_what_was_raised_is_counted_within(client: Client, cases: dict[str, Case]) -> None:
    for name in ("teen", "adult"):
        raise_case(cases[name].pk, actor=making.moderator(), lane=Lane.CRISIS, note="look at this")
    hold = making.run_out(making.held_badge())
    holds.escalate_hold(hold.pk)
    person = making.senior(**ADULTS)
    escalations.forget()

    assert (escalations.count_waiting(making.senior()), escalations.count_waiting(person)) == (3, 1)
    page = escalations.escalations_page(viewer=person)
    assert ([one.case_id for one in page.escalations], page.holds) == ([cases["adult"].pk], ())
    rail = signed_in(person).get("/escalations/").content.decode()
    assert "Your access is narrowed" in rail


def seen_in(account: Account, viewer: User) -> set[int]:
    """Which cases the page of a person speaks of, whatever the kind of event, by what they came to."""
    events = timeline(account.pk, viewer=viewer).events
    return {event.case_id for event in events if event.case_id is not None}


def test_the_page_of_a_person_tells_nothing_from_beyond(account: Account, beyond: Sanction, within: Sanction) -> None:
    for sanction in (beyond, within):
        making.appeal(sanction)
        write_note("a note from the case", actor=making.moderator(), account_id=account.pk, case_id=sanction.case_id)
    write_note("a note without one", actor=making.moderator(), account_id=account.pk)
    person, everybody = making.auditor(**ADULTS), making.auditor()

    assert seen_in(account, everybody) == {beyond.case_id, within.case_id}
    assert seen_in(account, person) == {within.case_id}
    for topic in (Topic.CASES, Topic.DECISIONS, Topic.SANCTIONS, Topic.APPEALS):
        both = timeline(account.pk, viewer=everybody, topic=topic).events
        assert len(both) == 2 * len(timeline(account.pk, viewer=person, topic=topic).events) > 0, topic
    assert len(person_head(account.pk, viewer=everybody).notes.lines) == 3
    assert len(person_head(account.pk, viewer=person).notes.lines) == 2


def test_what_somebody_reported_is_counted_within(account: Account, beyond: Sanction, within: Sanction) -> None:
    reporter = making.account()
    for sanction in (beyond, within):
        told = making.report(sanction.case, reporter=reporter.ext_id)
        Report.objects.filter(pk=told.pk).update(case=sanction.case)

    for viewer, expected in ((making.moderator(), 2), (making.moderator(**ADULTS), 1)):
        assert person_head(reporter.pk, viewer=viewer).reliability.upheld == expected
        assert len(timeline(reporter.pk, viewer=viewer, topic=Topic.REPORTS_BY).events) == expected
        assert len(timeline(account.pk, viewer=viewer, topic=Topic.REPORTS_ABOUT).events) == expected


def test_a_contact_that_was_given_beyond_finds_nobody(account: Account) -> None:
    far = making.case(actor=account, other=making.teen())
    prints = [fingerprint(making.PHONE)]
    Contact.objects.create(case=far, actor=account, fingerprint=prints[0], kind="phone")

    assert [row.case_id for row in by_contact(prints, viewer=making.moderator()).rows] == [far.pk]
    assert by_contact(prints, viewer=making.moderator(**ADULTS)).rows == ()


def test_the_page_of_a_case_names_no_other_that_is_beyond(account: Account, beyond: Sanction, within: Sanction) -> None:
    def others(viewer: User) -> list[int]:
        parties = case_page(within.case_id, viewer=viewer).people.parties
        return [line.case_id for party in parties if party.account_id == account.pk for line in party.cases]

    assert others(making.moderator()) == [beyond.case_id]
    assert others(making.moderator(**ADULTS)) == []


def test_a_note_from_beyond_is_neither_pinned_nor_corrected(account: Account, beyond: Sanction) -> None:
    note: Note = write_note("x", actor=making.moderator(), account_id=account.pk, case_id=beyond.case_id)
    person = making.moderator(**ADULTS)

    with pytest.raises(Missing):
        pin_note(note.pk, actor=person, is_pinned=True, seen_version=0)
    with pytest.raises(Missing):
        write_note("y", actor=person, account_id=account.pk, manner=Manner(corrects=note.pk))


def test_all_that_is_held_is_taken_whole_or_not_at_all(client: Client, account: Account) -> None:
    with pytest.raises(NotPermitted):
        record_subject_access(account.pk, actor=making.admin(**ADULTS), form="json", all_accounts=False)
    client.force_login(making.admin(**ADULTS))
    assert client.get(f"/people/{account.pk}/data/").status_code == 403


def test_whoever_opens_a_case_that_they_may_not_see_is_told_no_more(client: Client) -> None:
    client.force_login(making.moderator(**ADULTS))
    teen = making.teen()
    said = {"account": teen.ext_id, "reason": "they fear somebody", "ground": "contact_shared"}

    for _ in range(2):  # the second time there is one already
        answer = client.post("/cases/new/open/", said | {"key": str(uuid4())}, follow=True)
        assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/")
        assert "Your access does not reach this case" in answer.content.decode()

    assert Case.objects.filter(subject=teen, holder=None).count() == 1


@pytest.mark.parametrize("page", ["/sanctions/", "/sanctions/?q=rowan", "/appeals/", "/people/{}/", "/groups/"])
def test_asking_for_each_case_costs_no_query_a_row(client: Client, account: Account, page: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert client.get(page.format(account.pk)).status_code == 200
        return len(counted)

    client.force_login(making.senior(**ADULTS))
    making.appeal(making.sanction(actor=account))
    queries()
    few = queries()
    for _ in range(3):
        making.appeal(making.sanction(actor=account))

    assert queries() == few


def test_a_group_is_told_as_far_as_its_cases_may_be_seen(client: Client) -> None:
    cluster, [ann, *_] = trio()
    far, *near = Case.objects.filter(cluster=cluster).order_by("pk")
    Case.objects.filter(pk=far.pk).update(teen=True)
    person = making.moderator(**ADULTS)
    client.force_login(person)

    page = client.get(f"/groups/{cluster.pk}/").context["page"]
    assert {tie.case_id for tie in page.ties} == {case.case_id for case in page.cases} == {case.pk for case in near}
    assert [row.open_cases for row in client.get("/groups/").context["page"].rows] == [len(near)]

    Case.objects.filter(cluster=cluster).update(teen=True)
    assert client.get(f"/groups/{cluster.pk}/").status_code == 404
    assert client.get("/groups/").context["page"].rows == ()
    with pytest.raises(Missing):
        remove_member(cluster.pk, actor=person, account_id=ann.pk, reason="not part of it")
