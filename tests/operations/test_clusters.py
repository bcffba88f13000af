"""Groups of accounts in contact off the site: refusals first."""

import pytest

from accounts.models import AuditEntry
from moderation.domain import clusters as rules
from moderation.domain.refusals import Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import ClusterState, Ground, Kind, LeftOut, Severity, TieKind
from moderation.models import Account, Case, Cluster, ClusterMember, Tie
from moderation.operations import contacts, opening
from moderation.operations.clusters import gather_lately, remove_member, settle_cluster
from moderation.operations.decisions import undo_decision
from tests import making

pytestmark = pytest.mark.django_db


def says(actor: Account | None = None, other: Account | None = None) -> Case:
    """A case about an admission."""
    text = "we talked on discord all night"
    return making.case(actor=actor, other=other, ground=Ground.OFFSITE_CONTACT, text=text, contact="")


def gives(actor: Account, other: Account, contact: str = making.PHONE) -> Case:
    case = making.case(actor=actor, other=other)
    contacts.keep(case, [contacts.Given(actor.pk, Kind.PHONE, contact)])
    return case


def trio(**given: object) -> tuple[Cluster, list[Account]]:
    """Ann gave Ben and Cal the same number."""
    ann, ben, cal = making.account(**given), making.account(), making.account()
    gives(ann, ben)
    gives(ann, cal)
    gather_lately()
    return Cluster.objects.latest("pk"), [ann, ben, cal]


def members(cluster: Cluster) -> set[int]:
    return set(cluster.members.filter(removed_at__isnull=True).values_list("account", flat=True))


def pks(*accounts: Account) -> set[int]:
    return {account.pk for account in accounts}


def remove(cluster: Cluster, account: Account, **given: object) -> Cluster:
    known = {"actor": making.moderator(), "account_id": account.pk, "reason": "only reported it"}
    return remove_member(cluster.pk, **known | given)  # type: ignore[arg-type]


# Taking somebody out.


def test_nobody_is_taken_out_of_what_there_is_not() -> None:
    with pytest.raises(Missing):
        remove_member(making.NOBODYS_ID, actor=making.moderator(), account_id=1, reason="x")
    cluster, _ = trio()
    with pytest.raises(Missing):
        remove(cluster, making.account())


def test_an_auditor_takes_nobody_out() -> None:
    cluster, [_, ben, _] = trio()
    with pytest.raises(NotPermitted):
        remove(cluster, ben, actor=making.auditor())
    with pytest.raises(NotPermitted):
        settle_cluster(cluster.pk, actor=making.auditor())


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_it_takes_a_reason_that_others_can_read(reason: str) -> None:
    cluster, [_, ben, _] = trio()
    with pytest.raises(Refused):
        remove(cluster, ben, reason=reason)
    assert len(members(cluster)) == 3


def test_nobody_is_taken_out_twice() -> None:
    cluster, [_, ben, _] = trio()
    remove(cluster, ben)
    with pytest.raises(WrongMove):
        remove(cluster, ben)


def test_whoever_was_taken_out_stays_out_whatever_comes() -> None:
    cluster, [ann, ben, cal] = trio()
    dan = making.account()
    gives(ann, dan)
    gather_lately()
    before = remove(cluster, ben).version
    gives(ben, dan)
    gives(ben, cal)
    gather_lately()

    assert members(cluster) == pks(ann, cal, dan)
    assert Cluster.objects.get().version == before
    row = ClusterMember.objects.get(removed_at__isnull=False)
    assert (row.account, row.reason) == (ben, "only reported it")
    assert AuditEntry.objects.filter(verb="cluster.member_removed").get().details["account"] == ben.pk


def test_a_group_that_is_no_longer_held_together_is_dissolved_and_does_not_come_back() -> None:
    cluster, [ann, ben, cal] = trio()
    assert remove(cluster, ann).state == ClusterState.DISSOLVED
    gather_lately()

    assert Cluster.objects.get().state == ClusterState.DISSOLVED
    assert not Case.objects.exclude(cluster=None, group_size=0).exists()
    assert not any("group of" in " ".join(case.reasons) for case in Case.objects.all())

    dan = making.account()
    gives(ben, cal, "another")
    gives(ben, dan, "another")
    gather_lately()
    cluster.refresh_from_db()
    assert (cluster.state, members(cluster)) == (ClusterState.OPEN, pks(ben, cal, dan))


def test_whoever_is_in_no_group_any_more_can_be_in_another() -> None:
    cluster, [ann, _, _] = trio()
    remove(cluster, ann)
    eve, fay = making.account(), making.account()
    gives(ann, eve, "another")
    gives(ann, fay, "another")
    gather_lately()

    assert members(Cluster.objects.latest("pk")) == pks(ann, eve, fay)


# Forming and growing.


def test_a_contact_in_one_conversation_makes_no_group() -> None:
    gives(making.account(), making.account())
    assert gather_lately().formed == ()
    assert not Tie.objects.exists()


def test_two_accounts_are_no_group() -> None:
    says()
    gather_lately()
    assert (Tie.objects.count(), Cluster.objects.count()) == (1, 0)


def test_one_contact_given_to_two_makes_three() -> None:
    cluster, accounts = trio()

    assert members(cluster) == pks(*accounts)
    assert set(Tie.objects.values_list("kind", flat=True)) == {TieKind.GIVEN}
    assert set(Case.objects.values_list("cluster", "group_size")) == {(cluster.pk, 3)}
    assert all("group of 3 in contact off the site" in case.reasons for case in Case.objects.all())


def test_a_contact_that_is_passed_on_ties_who_gave_it_and_who_got_it() -> None:
    ann, ben, cal, dan = (making.account() for _ in range(4))
    gives(ann, ben)
    gives(cal, dan)
    gather_lately()

    assert members(Cluster.objects.get()) == pks(ann, ben, cal, dan)
    assert Tie.objects.get(kind=TieKind.SAME_CONTACT).target == ann


def test_words_reports_and_contacts_together_make_a_group() -> None:
    ann, ben, cal, dan = (making.account() for _ in range(4))
    says(ann, ben)
    case = making.case(actor=cal, other=ben, text="hello", contact="")
    making.report(case, reason=Ground.OFFSITE_CONTACT)
    making.report(making.case(actor=dan), reason=Ground.OFFSITE_CONTACT, reporter=cal.ext_id, conversation=None)
    gather_lately()

    assert members(Cluster.objects.get()) == pks(ann, ben, cal, dan)
    assert set(Tie.objects.values_list("kind", flat=True)) == {TieKind.ADMITTED, TieKind.REPORTED, TieKind.NAMED}


def test_whoever_reports_several_people_is_not_in_contact_with_them() -> None:
    told = making.account()
    for _ in range(3):
        making.report(making.case(), reason=Ground.OFFSITE_CONTACT, reporter=told.ext_id, conversation=None)
    gather_lately()

    assert not Tie.objects.exists()


def test_what_people_found_to_be_nothing_ties_nobody() -> None:
    ann = making.account()
    for _ in range(2):
        making.decided(says(ann))
    gather_lately()

    assert not Tie.objects.exists()


def test_doing_it_again_changes_nothing() -> None:
    trio()
    cases = list(Case.objects.order_by("pk").values())
    before = list(Cluster.objects.values()), AuditEntry.objects.count()

    assert gather_lately() == gather_lately()
    assert (list(Cluster.objects.values()), AuditEntry.objects.count()) == before
    assert list(Case.objects.order_by("pk").values()) == cases


def test_groups_merge_into_the_older_and_nobody_is_lost() -> None:
    first, [ann, ben, cal] = trio()
    dan, eve, fay = (making.account() for _ in range(3))
    gives(dan, eve, "another")
    gives(dan, fay, "another")
    gather_lately()
    second = Cluster.objects.latest("pk")
    says(cal, fay)
    gather_lately()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.size, members(first)) == (6, pks(ann, ben, cal, dan, eve, fay))
    assert (second.state, second.merged_into, second.size) == (ClusterState.DISSOLVED, first, 0)
    assert set(Case.objects.values_list("cluster", "group_size", "severity")) == {(first.pk, 6, Severity.CRITICAL)}


def test_a_contact_that_is_all_over_the_place_glues_nobody_together() -> None:
    spammer = making.account()
    cluster, [ann, *_] = trio()
    for _ in range(rules.MOST_CASES + 1):
        gives(spammer, making.account(), "everywhere")
    gives(ann, making.account(), "everywhere")
    gather_lately()

    cluster.refresh_from_db()
    assert Cluster.objects.count() == 1
    assert (cluster.size, cluster.left_out) == (3, [LeftOut.CONTACT])


def test_a_room_full_of_people_is_left_out_and_that_is_said() -> None:
    cluster, [ann, *_] = trio()
    case = says(ann)
    opening.add_parties(case, actors=[], others=[making.account() for _ in range(rules.MOST_PRESENT)])
    gather_lately()

    cluster.refresh_from_db()
    assert (cluster.size, cluster.left_out) == (3, [LeftOut.ROOM])


# How it ends.


def test_a_group_is_decided_when_its_last_case_is_and_opens_again_with_it() -> None:
    cluster, _ = trio()
    me = making.moderator()
    first, second = Case.objects.order_by("pk")
    making.decided(first, "suspension:7", by=me)
    assert settle_cluster(cluster.pk, actor=me).state == ClusterState.OPEN
    last = making.decided(second, "suspension:7", by=me)
    assert settle_cluster(cluster.pk, actor=me).state == ClusterState.DECIDED

    undo_decision(last.pk, actor=me)
    gather_lately()
    assert Cluster.objects.get().state == ClusterState.OPEN
