"""Looking for a contact, and at linked accounts: refused first, then on record, and never with the contact."""

import pytest

from accounts.models import AuditEntry, User
from moderation.domain.refusals import Missing, NotPermitted, Refused
from moderation.models import Account, Contact, Sanction
from moderation.operations.persons import look_at_links, look_up_contact, record_page
from moderation.queries.person_links import Reach, links_of, may_ask
from moderation.queries.persons import by_contact
from tests import making
from tests.operations.test_contacts import gives

pytestmark = pytest.mark.django_db


def test_whoever_has_left_looks_nothing_up() -> None:
    gone = making.moderator()
    gone.is_active = False
    with pytest.raises(NotPermitted):
        look_up_contact(making.PHONE, actor=gone)
    with pytest.raises(NotPermitted):
        record_page(making.account().pk, actor=gone)


@pytest.mark.parametrize("typed", ["", "hello there", "12", "x" * 301, "\u202e"])
def test_what_is_no_contact_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        look_up_contact(typed, actor=making.moderator())
    assert not typed or typed not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        (f"text me on {making.PHONE}", "+44 (7700) 900-142"),
        (f"text me on {making.PHONE}", "07700 900142"),
        ("mail me: some.one@gmail.com", "Some.One@gmail.com"),
        ("add me on snapchat: rowan_vale", "@Rowan_Vale"),
    ],
)
def test_who_gave_a_contact_is_found_however_it_is_typed(said: str, typed: str) -> None:
    ann, me = making.account(), making.moderator()
    case = gives(said, by=ann)
    gives("mail me: another.person@gmail.com")

    prints = look_up_contact(typed, actor=me)

    assert [(row.account_id, row.case_id) for row in by_contact(prints, viewer=me).rows] == [(ann.pk, case.pk)]


def test_a_search_is_on_record_without_the_contact(caplog: pytest.LogCaptureFixture) -> None:
    me = making.auditor()
    prints = look_up_contact("rowan.vale@gmail.com", actor=me)

    entry = AuditEntry.objects.get(verb="contact.looked_up")
    kept = f"{entry.details} {entry.target_id} {caplog.text}"
    assert (entry.actor_id, "rowan" in kept, any(one in kept for one in prints)) == (me.pk, False, False)
    assert not Contact.objects.exists()


@pytest.fixture
def pair() -> tuple[Account, Account]:
    return making.account(person="p"), making.account(person="p", username="tideline")


def reached(pair: tuple[Account, Account], by: User) -> None:
    """A decision of this person that reaches both."""
    decision = making.decided(making.case(actor=pair[0]), "suspension:7", by=by)
    sanction = decision.sanctions.get()
    sanction.pk, sanction.account = None, pair[1]
    sanction.save()


@pytest.mark.parametrize("role", [making.moderator, making.senior, making.auditor])
def test_whoever_may_not_know_of_a_link_gets_what_the_unknown_gets(pair: tuple[Account, Account], role) -> None:
    viewer = role()
    with pytest.raises(Missing) as none:
        look_at_links(making.NOBODYS_ID, actor=viewer)
    with pytest.raises(Missing) as hidden:
        look_at_links(pair[0].pk, actor=viewer)
    with pytest.raises(Missing):
        links_of(pair[0].pk, viewer=viewer)

    assert str(none.value) == str(hidden.value)
    assert not may_ask(pair[0], viewer=viewer)
    assert not AuditEntry.objects.filter(verb="person.links_seen").exists()


def test_a_sanction_of_somebody_else_opens_nothing(pair: tuple[Account, Account]) -> None:
    reached(pair, making.moderator())
    with pytest.raises(Missing):
        look_at_links(pair[0].pk, actor=making.moderator())


def test_the_offer_to_look_does_not_tell_whether_there_is_a_link() -> None:
    me, alone = making.moderator(), making.account()
    making.decided(making.case(actor=alone), "suspension:7", by=me)

    assert may_ask(alone, viewer=me)
    with pytest.raises(Missing):
        look_at_links(alone.pk, actor=me)
    assert may_ask(making.account(), viewer=making.admin())


def test_a_sanction_that_was_taken_back_opens_nothing(pair: tuple[Account, Account]) -> None:
    me = making.moderator()
    reached(pair, me)
    Sanction.objects.filter(account=pair[1]).update(state="undone")
    with pytest.raises(Missing):
        look_at_links(pair[0].pk, actor=me)


def test_a_moderator_whose_sanction_reaches_both_learns_that_there_is_a_link_and_no_name(
    pair: tuple[Account, Account],
) -> None:
    me = making.moderator()
    reached(pair, me)

    assert look_at_links(pair[0].pk, actor=me) is Reach.EXISTS
    links = links_of(pair[0].pk, viewer=me)
    assert (links.reach, links.accounts) == (Reach.EXISTS, ())


def test_every_look_of_an_admin_is_on_record(pair: tuple[Account, Account]) -> None:
    admin = making.admin()
    for _ in range(2):
        assert look_at_links(pair[0].pk, actor=admin) is Reach.NAMES
    assert [one.name for one in links_of(pair[0].pk, viewer=admin).accounts] == ["tideline"]

    entries = AuditEntry.objects.filter(verb="person.links_seen", actor_id=admin.pk)
    assert [(entry.target_id, entry.details) for entry in entries] == [(str(pair[0].pk), {"named": True})] * 2


def test_accounts_of_nobody_in_particular_are_not_linked() -> None:
    one, _ = making.account(), making.account()
    assert links_of(one.pk, viewer=making.admin()).accounts == ()
