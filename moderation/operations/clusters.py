"""Groups of accounts in contact off the site: gathering them, and taking out whoever is not part of one.

One lock for all groups is taken first. Cases are locked after it and only those that nobody else has locked: the rest
are brought up to date at the next gathering, so that nobody ever waits in a circle.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from accounts import SYSTEM, Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain import clusters
from moderation.domain.clusters import Known, holds_together
from moderation.domain.refusals import Missing, Refused, WrongMove
from moderation.domain.vocabulary import CaseState, ClusterState, LeftOut
from moderation.models import Case, Cluster, ClusterMember, PolicyVersion, Tie, clock
from moderation.operations import opening, sightings
from moderation.permissions import is_narrowed, require, staff_of

_ALL_CLUSTERS = 1_742_113_004  # any number that no other advisory lock here uses
LONGEST_REASON = 1000
MOST_TIES = 50_000  # that are looked at in one gathering, the newest


@dataclass(frozen=True, slots=True)
class Gathered:
    """The clusters that were formed, or grew or merged."""

    formed: tuple[int, ...]
    grown: tuple[int, ...]


@whole
def gather_lately(newest: int = 2_000) -> Gathered:
    """Bring the clusters up to date with what lately came into cases. Doing it again changes nothing.

    A cluster only ever grows or merges, the older one staying; whoever a person has taken out stays out. What was
    left out is kept with the cluster.
    """
    _lock_all()
    now = clock.now()
    seen = sightings.lately(newest)

    _keep(seen.ties)
    touched = {account_id for tie in seen.ties for account_id in (tie.source, tie.target)}
    gathered, too_large = _group(touched, now)
    _keep_left_out({**seen.left_out, LeftOut.SIZE: too_large}, now)
    _bring_cases_up_to_date(_clusters_of(touched), now)
    _settle_states(now)
    return gathered


@whole
def remove_member(cluster_id: int, *, actor: Actor, account_id: int, reason: str) -> Cluster:
    """Say that an account is not part of a group. It never comes into it again, whatever is found later.

    A group that is no longer held together is dissolved; its cases stay as they are, without it. Raises Missing,
    NotPermitted; Refused without a reason; WrongMove when somebody was faster.
    """
    _lock_all()
    cluster = Cluster.objects.filter(pk=cluster_id).first()
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    if cluster is None or not _may_see(actor, cluster):
        raise Missing("There is no such group.")
    why = reason.strip()
    if not why:
        raise Refused("Say why this account is not part of the group: others will ask.")
    if len(why) > LONGEST_REASON:
        raise Refused(f"The reason is longer than {LONGEST_REASON} characters: shorten it.")
    member = cluster.members.filter(account=account_id).order_by("removed_at").first()
    if member is None:
        raise Missing("This account is not in the group.")
    live = cluster.members.filter(account=account_id, removed_at__isnull=True).first()
    if live is None:
        raise WrongMove("Somebody has taken this account out of the group meanwhile.")

    live.removed_at, live.removed_by, live.reason = now, staff_of(actor), why
    live.save(update_fields=["removed_at", "removed_by", "reason"])
    _change(cluster, now)
    _bring_cases_up_to_date([cluster.pk], now)
    _settle_states(now)

    audit.record("cluster.member_removed", actor=actor, target=cluster, account=account_id, size=cluster.size)
    cluster.refresh_from_db()
    return cluster


@whole
def settle_cluster(cluster_id: int, *, actor: Actor) -> Cluster:
    """Take note that somebody has decided cases of the group; when none is open any more, the group is decided.

    Raises Missing, NotPermitted.
    """
    _lock_all()

    require(actor, Capability.WORK_CASES)

    _settle_states(clock.now())
    cluster = Cluster.objects.filter(pk=cluster_id).first()
    if cluster is None:
        raise Missing("There is no such group.")
    return cluster


def _may_see(actor: Actor, cluster: Cluster) -> bool:
    return not is_narrowed(actor) or Case.objects.visible_to(actor).filter(cluster=cluster).exists()


def _lock_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALL_CLUSTERS])


def _keep(ties: Iterable[clusters.Tie]) -> None:
    rows = [
        Tie(source_id=tie.source, target_id=tie.target, kind=tie.kind, case_id=tie.case_id, at=tie.at)
        for tie in sorted(set(ties), key=lambda tie: tie.order)
    ]
    Tie.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1_000)


def _group(touched: Collection[int], now: datetime) -> tuple[Gathered, Collection[int]]:
    """Form, grow and merge clusters by the ties of these accounts.

    An account without a cluster is tied to one other at most, or to a cluster that it stands apart from or that is
    full: so the ties of the accounts that were touched are all that can matter.
    """
    ties = _ties(Q(source__in=touched) | Q(target__in=touched))
    accounts = {account_id for tie in ties for account_id in (tie.source, tie.target)}
    ids = _clusters_of(accounts)
    members, apart = _members(ids)
    known = [Known(frozenset(members[pk]), frozenset(apart[pk])) for pk in ids]
    made = clusters.grouped(ties, known)

    cluster_of = {account_id: pk for pk in ids for account_id in members[pk]}
    formed, grown = [], []
    for group in made.groups:
        before = sorted({cluster_of[account_id] for account_id in group if account_id in cluster_of})
        if not before:
            formed.append(_form(group, now).pk)
        elif len(before) > 1 or len(group) > len(members[before[0]]):
            grown.append(_grow(before, group, members, now).pk)
    grown += _revive(set(ids) - set(grown), now)
    return Gathered(tuple(formed), tuple(grown)), made.too_large


def _revive(cluster_ids: Collection[int], now: datetime) -> list[int]:
    """Dissolved clusters that a new tie between their own members holds together again."""
    revived = []
    gone = Cluster.objects.filter(pk__in=cluster_ids, state=ClusterState.DISSOLVED, merged_into__isnull=True)
    for cluster in gone.order_by("pk"):
        if _is_held(cluster):
            _change(cluster, now)
            audit.record("cluster.formed_again", actor=SYSTEM, target=cluster, size=cluster.size)
            revived.append(cluster.pk)
    return revived


def _ties(where: Q) -> list[clusters.Tie]:
    return [tie.as_value() for tie in Tie.objects.filter(where).order_by("-pk")[:MOST_TIES]]


def _clusters_of(accounts: Collection[int]) -> list[int]:
    found = ClusterMember.objects.filter(account__in=accounts, removed_at__isnull=True)
    return sorted(set(found.values_list("cluster", flat=True)))


def _members(cluster_ids: Sequence[int]) -> tuple[Mapping[int, set[int]], Mapping[int, set[int]]]:
    """Of each cluster who is in it, and who was taken out."""
    members, apart = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    rows = ClusterMember.objects.filter(cluster__in=cluster_ids)
    for cluster_id, account_id, removed_at in rows.values_list("cluster", "account", "removed_at"):
        (apart if removed_at else members)[cluster_id].add(account_id)
    return members, apart


def _form(group: Collection[int], now: datetime) -> Cluster:
    cluster = Cluster.objects.create(size=len(group), formed_at=now, changed_at=now)
    _join(cluster, group)
    audit.record("cluster.formed", actor=SYSTEM, target=cluster, accounts=sorted(group))
    return cluster


def _grow(before: Sequence[int], group: Collection[int], members: Mapping[int, set[int]], now: datetime) -> Cluster:
    """The oldest takes the others in, with whoever was taken out of them."""
    cluster, *others = Cluster.objects.filter(pk__in=before).order_by("pk")
    known = set().union(*(members[pk] for pk in before))
    for other in others:
        ClusterMember.objects.filter(cluster=other).update(cluster=cluster)
        cluster.left_out = sorted({*cluster.left_out, *other.left_out})
        _empty(other, into=cluster, now=now)
    _join(cluster, set(group) - known)
    _change(cluster, now)
    audit.record(
        "cluster.merged" if others else "cluster.grown",
        actor=SYSTEM,
        target=cluster,
        accounts=sorted(set(group) - members[cluster.pk]),
        merged=[other.pk for other in others],
    )
    return cluster


def _join(cluster: Cluster, accounts: Collection[int]) -> None:
    ClusterMember.objects.bulk_create(ClusterMember(cluster=cluster, account_id=pk) for pk in sorted(accounts))


def _empty(cluster: Cluster, *, into: Cluster, now: datetime) -> None:
    if cluster.state != ClusterState.DISSOLVED:
        cluster.move_to(ClusterState.DISSOLVED)
    cluster.size, cluster.merged_into, cluster.changed_at = 0, into, now
    cluster.version += 1
    cluster.save()


def _change(cluster: Cluster, now: datetime) -> None:
    """Count anew who is in it, and whether ties still hold it together."""
    held = _is_held(cluster)
    if held and cluster.state == ClusterState.DISSOLVED:
        cluster.move_to(ClusterState.OPEN)
    elif not held and cluster.state != ClusterState.DISSOLVED:
        cluster.move_to(ClusterState.DISSOLVED)
    cluster.size, cluster.changed_at = cluster.members.filter(removed_at__isnull=True).count(), now
    cluster.version += 1
    cluster.save()


def _is_held(cluster: Cluster) -> bool:
    inside = set(cluster.members.filter(removed_at__isnull=True).values_list("account", flat=True))
    return holds_together(inside, _ties(Q(source__in=inside, target__in=inside)))


def _keep_left_out(left_out: Mapping[LeftOut, Collection[int]], now: datetime) -> None:
    for why, accounts in left_out.items():
        concerned = Cluster.objects.filter(pk__in=_clusters_of(accounts)).exclude(left_out__contains=[why])
        for cluster in concerned:
            cluster.left_out = sorted({*cluster.left_out, why.value})
            cluster.version += 1
            cluster.changed_at = now
            cluster.save(update_fields=["left_out", "version", "changed_at"])


def _bring_cases_up_to_date(cluster_ids: Iterable[int], now: datetime) -> None:
    """Every case in which a tie of a group was seen names the group and weighs as much as its size says."""
    version = PolicyVersion.objects.in_force()
    for cluster in Cluster.objects.filter(pk__in=list(cluster_ids)).order_by("pk"):
        wanted = set[int]() if cluster.state == ClusterState.DISSOLVED else set(cases_of(cluster))
        stale = Q(cluster=cluster) & ~(Q(pk__in=wanted) & Q(group_size=cluster.size))
        fresh = Q(pk__in=wanted) & (Q(cluster__isnull=True) | Q(cluster__state=ClusterState.DISSOLVED))
        cases = Case.objects.filter(stale | fresh).order_by("pk").select_related("conversation", "subject")
        for case in cases.select_for_update(of=("self",), no_key=True, skip_locked=True):
            is_in = case.pk in wanted
            case.cluster, case.group_size = (cluster, cluster.size) if is_in else (None, 0)
            if case.state == CaseState.OPEN:
                matter = opening.Matter(case.conversation, case.subject, version, now)
                opening.assess(case, matter, is_new=False)
            else:
                case.save(update_fields=["cluster", "group_size"])


def cases_of(cluster: Cluster) -> Sequence[int]:
    """The cases in which ties between accounts of the cluster were seen."""
    inside = ClusterMember.objects.filter(cluster=cluster, removed_at__isnull=True).values("account")
    found = Tie.objects.filter(source__in=inside, target__in=inside)
    return sorted(set(found.values_list("case", flat=True)))


def _settle_states(now: datetime) -> None:
    """A cluster is open as long as one of its cases is not closed."""
    unclosed = Exists(Case.objects.filter(cluster=OuterRef("pk")).exclude(state=CaseState.CLOSED))
    decided = Cluster.objects.filter(~unclosed, state=ClusterState.OPEN)
    again = Cluster.objects.filter(unclosed, state=ClusterState.DECIDED)
    for state, verb, found in (
        (ClusterState.DECIDED, "cluster.decided", decided),
        (ClusterState.OPEN, "cluster.opened_again", again),
    ):
        for cluster in list(found.order_by("pk")):
            cluster.move_to(state)
            cluster.changed_at = now
            cluster.save(update_fields=["state", "changed_at"])
            audit.record(verb, actor=SYSTEM, target=cluster, size=cluster.size)
