"""Finding accounts, and everything about one of them: who may not, then what is shown, in how many queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import SYSTEM
from accounts.models import User
from moderation.domain.persons import Place, Topic, place_from
from moderation.domain.refusals import Missing, NotPermitted
from moderation.domain.told import ToldAccount
from moderation.domain.vocabulary import AccountRole, AccountStatus
from moderation.models import Account, Appeal, Report, clock
from moderation.operations.contacts import fingerprint
from moderation.operations.intake import describe_account
from moderation.operations.notes import Manner, pin_note, write_note
from moderation.operations.persons import look_at_links
from moderation.operations.readings import reveal_contacts
from moderation.operations.sanctions import lift_sanction
from moderation.queries import person_timeline, persons
from moderation.queries.person_timeline import Event, timeline
from moderation.queries.persons import by_contact, by_id, by_name, person_head
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def me() -> User:
    return making.moderator(name="Robin")


def events(account: Account, viewer: User, **asked: Any) -> tuple[Event, ...]:
    return timeline(account.pk, viewer=viewer, **asked).events


def words(account: Account, viewer: User, topic: Topic) -> list[str]:
    return [event.what for event in events(account, viewer, topic=topic)]


def test_whoever_has_left_reads_nothing(me: User) -> None:
    account = making.account()
    me.is_active = False
    with pytest.raises(NotPermitted):
        by_name("a", viewer=me)
    with pytest.raises(NotPermitted):
        by_id("a", viewer=me)
    with pytest.raises(NotPermitted):
        by_contact(["a"], viewer=me)
    with pytest.raises(NotPermitted):
        person_head(account.pk, viewer=me)
    with pytest.raises(NotPermitted):
        timeline(account.pk, viewer=me)


@pytest.mark.parametrize("account_id", [making.NOBODYS_ID, 2**63, 2**80])
def test_an_unknown_account_is_missing(me: User, account_id: int) -> None:
    with pytest.raises(Missing):
        person_head(account_id, viewer=me)


@pytest.mark.parametrize("prefix", ["", "%", "_", "a%", "\\", "\\%", "%%a", "‮"])
def test_nothing_typed_is_taken_for_a_pattern(me: User, prefix: str) -> None:
    making.account(username="ab")
    assert by_name(prefix, viewer=me).rows == ()


def test_names_are_found_by_their_beginning_in_either_case_in_order(me: User) -> None:
    for name in ("Rowan_2", "rowan", "ROWANberry", "crowan", "", "rowan%1"):
        making.account(username=name)

    assert [row.name for row in by_name("rowan", viewer=me).rows] == ["rowan", "rowan%1", "Rowan_2", "ROWANberry"]
    assert [row.name for row in by_name("ROWAN_", viewer=me).rows] == ["Rowan_2"]


def test_pages_show_every_account_once_also_of_equal_names(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "PAGE_SIZE", 2)
    expected = [making.account(username=name).pk for name in ("sam", "sam", "sam", "Sam", "sammy")]
    seen: list[int] = []
    after: tuple[str, int] | None = ("", 0)
    while after:
        found = by_name("sa", viewer=me, after=after)
        seen += [row.account_id for row in found.rows]
        after = found.following

    assert seen == expected


def test_an_id_is_found_whole(me: User) -> None:
    account = making.account(ext_id="p-77")
    assert [row.account_id for row in by_id("p-77", viewer=me).rows] == [account.pk]
    assert by_id("p-7", viewer=me).rows == ()


def test_who_gave_a_contact_stands_there_once_with_the_latest_case(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "PAGE_SIZE", 2)
    prints = [fingerprint("+447700900142"), fingerprint("07700900142")]
    people = [making.account() for _ in range(3)]
    latest = {}
    for person in people:
        for each in prints:
            case = making.case(actor=person)
            case.contacts.create(actor=person, kind="phone", fingerprint=each)
            latest[person.pk] = case.pk

    first = by_contact(prints, viewer=me)
    assert first.following is not None
    second = by_contact(prints, viewer=me, after=first.following[1])

    assert {row.account_id: row.case_id for row in (*first.rows, *second.rows)} == latest
    assert (len(first.rows), len(second.rows), second.following) == (2, 1, None)
    assert by_contact([fingerprint("+1")], viewer=me).rows == ()


@pytest.mark.parametrize("place", ["", "x", "1.2", "1.99.1", f"{10**40}.1.1", "1.1.-1", f"1.1.{2**63}", "٣.1.x"])
def test_a_place_that_cannot_be_read_is_the_newest(place: str) -> None:
    assert place_from(place) == Place()


def test_a_place_is_read_as_it_is_written() -> None:
    place = Place(making.NOON + timedelta(microseconds=7), 3, 12)
    assert place_from(str(place)) == place


def told(account: Account, **said: Any) -> None:
    known = {"username": account.username, "role": AccountRole.LISTENER}
    describe_account(ToldAccount(account.ext_id, **known | said), actor=SYSTEM)


def test_breaks_and_badges_have_a_history(me: User) -> None:
    account = making.listener()
    told(account, status=AccountStatus.SELF_CARE_BREAK, badges=("teen_listener",))
    told(account, status=AccountStatus.ACTIVE, username="newname")
    told(account, status=AccountStatus.ACTIVE, username="newname")

    assert words(account, me, Topic.BREAKS) == ["Active, was on a self-care break", "On a self-care break, was active"]
    assert words(account, me, Topic.BADGES) == ["Teen badge taken away", "Teen badge given"]
    renamed = [event for event in events(account, me, topic=Topic.ACCOUNT) if event.names]
    assert [event.names for event in renamed] == [(account.username, "newname")]


def test_what_is_told_for_the_first_time_is_no_change(me: User) -> None:
    describe_account(ToldAccount("new", "sam", AccountRole.LISTENER, badges=("teen_listener",)), actor=SYSTEM)
    assert not Account.objects.get(ext_id="new").changes.exists()

    describe_account(ToldAccount("resting", "pat", status=AccountStatus.SELF_CARE_BREAK), actor=SYSTEM)
    assert words(Account.objects.get(ext_id="resting"), me, Topic.BREAKS) == ["On a self-care break, was active"]


def test_whose_an_account_is_leaves_no_history() -> None:
    account = making.listener()
    told(account, person="one")
    told(account, person="two")
    assert not account.changes.filter(after__contains=["two"]).exists()


def full(me: User) -> Account:
    """An account of which there is everything."""
    account = making.listener(joined_at=making.NOON, checked_in_at=making.NOON)
    case = making.case(actor=account)
    making.report(case)
    making.report(making.case(), reporter=account.ext_id)
    decision = making.decided(case, "suspension:7", by=me)
    sanction = decision.sanctions.get()
    lift_sanction(sanction.pk, actor=making.admin(name="Ash"), reason="call +44 7700 900142 no more")
    sanction.refresh_from_db()
    Appeal.objects.create(ext_id=f"appeal of {account}", sanction=sanction, text="x", created_at=clock.now())
    write_note("number +44 7700 900142", actor=me, account_id=account.pk)
    told(account, status=AccountStatus.SELF_CARE_BREAK, badges=("teen_listener",), joined_at=making.NOON)
    reveal_contacts(case.pk, actor=me)
    return account


def test_everything_stands_on_one_timeline_the_newest_first(me: User) -> None:
    account = full(me)
    admin = making.admin()
    look_at_links(account.pk, actor=admin)

    shown = events(account, admin)

    assert {event.topic for event in shown} == set(Topic)
    assert [event.at for event in shown] == sorted((event.at for event in shown), reverse=True)
    for topic in Topic:
        assert events(account, admin, topic=topic) == tuple(event for event in shown if event.topic is topic)


def test_contacts_are_hidden_in_what_staff_wrote(me: User) -> None:
    account = full(me)
    assert "900142" not in repr(events(account, making.admin())) + repr(person_head(account.pk, viewer=me))


@pytest.mark.parametrize(
    ("role", "sees"), [("moderator", False), ("senior", False), ("admin", True), ("auditor", True)]
)
def test_looks_are_shown_to_whoever_reads_the_record(me: User, role: str, sees: bool) -> None:
    account = full(me)
    viewer = getattr(making, role)()

    shown = timeline(account.pk, viewer=viewer, topic=Topic.LOOKS)

    assert (Topic.LOOKS in shown.topics) is sees
    assert (Topic.LOOKS in {event.topic for event in shown.events}) is sees


def test_who_reported_cannot_be_told_from_what_an_account_reported() -> None:
    case, reporter = making.case(), making.account()
    report = making.report(case, reporter=reporter.ext_id)
    [event] = events(reporter, making.admin(), topic=Topic.REPORTS_BY)
    [about] = events(case.subject, making.admin(), topic=Topic.REPORTS_ABOUT)

    assert (event.case_id, event.by_day) == (None, True)
    assert case.subject.display_name not in repr(event)
    assert about.case_id == case.pk
    assert reporter.display_name not in repr(about)
    assert report.reporter == reporter


def test_a_case_that_reached_an_account_through_its_person_is_not_named(me: User) -> None:
    one, other = making.account(person="p"), making.account(person="p")
    sanction = making.decided(making.case(actor=one), "suspension:7", by=me).sanctions.get()
    type(sanction).objects.filter(pk=sanction.pk).update(account=other)

    [event] = events(other, me, topic=Topic.SANCTIONS)
    assert event.case_id is None


def test_pages_of_the_timeline_show_every_event_once(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    account = full(me)
    for number in range(5):
        write_note(f"note {number}", actor=me, account_id=account.pk)
    admin = making.admin()
    everything = events(account, admin)
    monkeypatch.setattr(person_timeline, "PAGE_SIZE", 3)
    seen: list[Event] = []
    place = ""
    while True:
        page = timeline(account.pk, viewer=admin, place=place_from(place))
        seen += page.events
        place = page.following
        if not place:
            break

    assert tuple(seen) == everything


def test_how_reports_turned_out_is_said_in_numbers(me: User) -> None:
    reporter = making.account()
    assert str(person_head(reporter.pk, viewer=me).reliability) == "no report yet"
    for codes in (["suspension:7"], ["education_notice"], [], None):
        case = making.case()
        making.report(case, reporter=reporter.ext_id)
        case.refresh_from_db()
        if codes is not None:
            making.decided(case, *codes)
    again = making.report(case, reporter=reporter.ext_id)
    Report.objects.filter(pk=again.pk).update(repeats=Report.objects.filter(case=case).earliest("pk"))

    said = person_head(reporter.pk, viewer=me).reliability

    assert str(said) == "4 reports: 2 upheld, 1 not, 1 open"


def test_a_report_whose_sanction_fell_on_appeal_was_not_upheld(me: User) -> None:
    reporter, case = making.account(), making.case()
    making.report(case, reporter=reporter.ext_id)
    case.refresh_from_db()
    sanction = making.decided(case, "suspension:7").sanctions.get()
    type(sanction).objects.filter(pk=sanction.pk).update(state="ended", ended_at=clock.now(), ended_how="appeal")

    assert str(person_head(reporter.pk, viewer=me).reliability) == "1 report: 1 not"


def test_pinned_notes_stand_first_however_old(me: User) -> None:
    account = making.account()
    first = write_note("mind the lawyers", actor=me, account_id=account.pk, manner=Manner(is_pinned=True))
    for number in range(6):
        write_note(f"note {number}", actor=me, account_id=account.pk)

    notes = person_head(account.pk, viewer=me).notes
    assert notes.lines[0].note_id == first.pk
    assert (len(notes.lines), notes.has_more, notes.has_pinned) == (4, True, True)

    pin_note(first.pk, actor=me, is_pinned=False, seen_version=1)
    assert not person_head(account.pk, viewer=me).notes.has_pinned


def _queries(read: Any) -> int:
    with CaptureQueriesContext(connection) as seen:
        read()
    return len(seen)


def test_the_number_of_queries_does_not_grow(me: User) -> None:
    bare, rich = making.account(), full(me)
    for _ in range(3):
        case = making.case(actor=rich)
        making.report(case)
        making.decided(case, "education_notice", by=me)
        write_note("x", actor=me, account_id=rich.pk, manner=Manner(is_pinned=True))

    for account in (bare, rich):
        assert _queries(lambda pk=account.pk: timeline(pk, viewer=me)) == 1
        assert _queries(lambda pk=account.pk: person_head(pk, viewer=me)) == 5
    assert _queries(lambda: by_name("a", viewer=me)) == 1
    assert _queries(lambda: by_contact(["x"], viewer=me)) <= 2
