"""Several workers and people at one group. Real threads."""

import pytest

from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import ClusterState
from moderation.models import Case, Cluster, ClusterMember
from moderation.operations.clusters import gather_lately, remove_member
from moderation.operations.screening import screen_batch
from moderation.operations.together import claim_cluster
from tests import making
from tests.operations.test_clusters import gives, members, remove, says, trio
from tests.races.test_cases import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_many_who_gather_at_once_form_one_group(_round: int) -> None:
    ann = making.account()
    for _ in range(3):
        gives(ann, making.account())

    at_once(gather_lately, gather_lately, gather_lately)

    assert Cluster.objects.get().size == ClusterMember.objects.count() == 4
    assert set(Case.objects.values_list("group_size", flat=True)) == {4}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_gathering_against_screening_taking_and_taking_out(_round: int) -> None:
    cluster, [_, ben, cal] = trio()
    where = making.conversation(cal, making.account())
    making.message(cal, f"text me on {making.PHONE}", within=where)
    says(ben, making.account())
    me, other = making.moderator(), making.moderator()

    results = at_once(
        gather_lately,
        screen_batch,
        lambda: claim_cluster(cluster.pk, actor=me),
        lambda: remove_member(cluster.pk, actor=other, account_id=ben.pk, reason="not in touch"),
    )
    gather_lately()

    assert not any(isinstance(result, Refused) for result in results)
    cluster.refresh_from_db()
    assert ben.pk not in members(cluster)
    assert cluster.size == len(members(cluster))
    live = cluster.state != ClusterState.DISSOLVED
    sizes = set(Case.objects.filter(cluster=cluster).values_list("group_size", flat=True))
    assert sizes == ({cluster.size} if live else set())


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_who_take_the_same_account_out(_round: int) -> None:
    cluster, [_, ben, _] = trio()
    people = [making.moderator() for _ in range(3)]

    results = at_once(*(lambda who=who: remove(cluster, ben, actor=who) for who in people))

    assert sum(isinstance(result, Refused) for result in results) == 2
    assert ClusterMember.objects.filter(removed_at__isnull=False).count() == 1
