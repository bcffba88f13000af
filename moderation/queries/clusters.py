"""A group of accounts in contact off the site, as its page shows it, and the list of groups. Must not know HTTP."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Count, Q

from accounts import Actor
from accounts.roles import Capability
from moderation.domain import pictures
from moderation.domain.clusters import MOST_CASES, MOST_MEMBERS, MOST_PRESENT, numbered
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import (
    CaseState,
    ClusterState,
    DecisionState,
    LeftOut,
    Severity,
    TieKind,
)
from moderation.models import Account, Case, CaseParty, Cluster, ClusterMember, Decision, Tie, clock
from moderation.permissions import about_cases_of, is_narrowed, require
from moderation.queries.parties import standing_words
from moderation.queries.queue import party_shown
from moderation.queries.together import MOST_TOGETHER

MOST_TIES = 500  # in the table and the picture: the newest
MOST_CASES_SHOWN = 100
PAGE_SIZE = 50
SHORT_NAME = 11  # letters below a place in the picture
_WEIGHT = (TieKind.ADMITTED, TieKind.GIVEN, TieKind.SAME_CONTACT, TieKind.REPORTED, TieKind.NAMED)
_LEFT_OUT = {
    LeftOut.CONTACT: f"A contact that was given in more than {MOST_CASES} cases is advertised: it ties nobody.",
    LeftOut.ROOM: f"What was said among more than {MOST_PRESENT} people ties nobody: nobody can say who was meant.",
    LeftOut.SIZE: f"The group has reached {MOST_MEMBERS} accounts: no further account is added by itself.",
}


@dataclass(frozen=True, slots=True)
class MemberShown:
    number: int
    account_id: int
    name: str  # «Reporter 4» for whoever is only here for having reported somebody
    short: str
    words: str
    is_teen: bool
    is_actor: bool
    standing: str
    open_cases: int
    ties: int  # to how many others


@dataclass(frozen=True, slots=True)
class RemovedShown:
    name: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TieShown:
    source: MemberShown
    target: MemberShown
    kind: TieKind
    case_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseShown:
    case_id: int
    severity: Severity
    headline: str
    snippet: str
    state: CaseState
    due_at: datetime
    holder: str
    is_mine: bool
    undo: int | None  # the decision that this viewer can still undo


@dataclass(frozen=True, slots=True)
class DotShown:
    member: MemberShown
    shape: str
    ring: str  # around whoever did something
    x: str
    y: str
    below: str  # where the name stands; empty: there is no room for names


@dataclass(frozen=True, slots=True)
class ArrowShown:
    line: str
    head: str
    kind: TieKind  # the weightiest
    words: str
    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    dots: tuple[DotShown, ...]
    arrows: tuple[ArrowShown, ...]
    has_words: bool
    kinds: tuple[TieKind, ...]  # for the legend


@dataclass(frozen=True, slots=True)
class ClusterPage:
    cluster_id: int
    state: ClusterState
    size: int
    formed_at: datetime
    version: int
    members: tuple[MemberShown, ...]
    removed: tuple[RemovedShown, ...]
    ties: tuple[TieShown, ...]
    has_more_ties: bool
    cases: tuple[CaseShown, ...]
    has_more_cases: bool
    left_out: tuple[str, ...]
    picture: Picture | None
    merged_into: int | None
    now: datetime
    can_work: bool

    @property
    def open_cases(self) -> tuple[CaseShown, ...]:
        return tuple(case for case in self.cases if case.state is CaseState.OPEN)

    @property
    def free(self) -> int:
        """How many open cases one would get."""
        return min(sum(not case.holder or case.is_mine for case in self.open_cases), MOST_TOGETHER)


@dataclass(frozen=True, slots=True)
class ClusterRow:
    cluster_id: int
    size: int
    open_cases: int
    names: tuple[str, ...]
    formed_at: datetime


@dataclass(frozen=True, slots=True)
class ClustersPage:
    rows: tuple[ClusterRow, ...]
    has_more: bool


def cluster_page(cluster_id: int, *, viewer: Actor) -> ClusterPage:
    """The page of one group. Raises Missing and NotPermitted.

    Six queries: the group, who is and was in it, ties, cases, their open cases, what can be undone.
    """
    require(viewer, Capability.READ_CASES)
    now = clock.now()
    cluster = find_cluster(cluster_id)
    rows = list(cluster.members.select_related("account", "removed_by").order_by("account"))
    everybody = [row.account_id for row in rows]
    known = Tie.objects.filter(about_cases_of(viewer), source__in=everybody, target__in=everybody)
    seen = list(known.order_by("-at", "-pk")[: MOST_TIES + 1])
    if is_narrowed(viewer):
        rows = _tied(rows, seen)
    live = {row.account_id: row.account for row in rows if row.removed_at is None}
    ties = [tie for tie in seen if {tie.source_id, tie.target_id} <= live.keys()]
    nameless = _nameless(seen)
    members = _members(live, ties, nameless, viewer)
    by_id = {member.account_id: member for member in members}
    cases = list(_cases(cluster, viewer))
    if is_narrowed(viewer) and not cases:
        raise Missing("There is no such group.")
    return ClusterPage(
        cluster_id=cluster.pk,
        state=ClusterState(cluster.state),
        size=len(live) if is_narrowed(viewer) else cluster.size,
        formed_at=cluster.formed_at,
        version=cluster.version,
        members=members,
        removed=tuple(_removed(row, nameless) for row in rows if row.removed_at is not None),
        ties=tuple(_tie(tie, by_id) for tie in ties[:MOST_TIES]),
        has_more_ties=len(seen) > MOST_TIES,
        cases=_cases_shown(cases[:MOST_CASES_SHOWN], viewer, now),
        has_more_cases=len(cases) > MOST_CASES_SHOWN,
        left_out=tuple(_LEFT_OUT[LeftOut(why)] for why in cluster.left_out),
        picture=_picture(members, ties),
        merged_into=cluster.merged_into_id,
        now=now,
        can_work=viewer.can(Capability.WORK_CASES),
    )


def find_cluster(cluster_id: int) -> Cluster:
    cluster = Cluster.objects.filter(pk=cluster_id).first()
    if cluster is None:
        raise Missing("There is no such group.")
    return cluster


def clusters_page(*, viewer: Actor) -> ClustersPage:
    """The groups with open cases that this person may see, the largest first. Two queries."""
    require(viewer, Capability.READ_CASES)
    seen = about_cases_of(viewer, "cases")
    open_cases = Count("cases", filter=Q(cases__state=CaseState.OPEN))
    found = Cluster.objects.filter(seen, state=ClusterState.OPEN).annotate(open_cases=open_cases)
    clusters = list(found.order_by("-size", "-pk")[: PAGE_SIZE + 1])
    names = _first_names(clusters[:PAGE_SIZE], viewer)
    return ClustersPage(
        rows=tuple(
            ClusterRow(one.pk, one.size, one.open_cases, tuple(names[one.pk]), one.formed_at)
            for one in clusters[:PAGE_SIZE]
        ),
        has_more=len(clusters) > PAGE_SIZE,
    )


def _first_names(clusters: Sequence[Cluster], viewer: Actor) -> Mapping[int, list[str]]:
    """Only of accounts that did something in a case of the group: who merely reported is not named."""
    names: dict[int, list[str]] = defaultdict(list)
    parties = CaseParty.objects.filter(
        about_cases_of(viewer), case__cluster__in=clusters, is_actor=True
    ).select_related("account")
    for cluster_id, username, ext_id in (
        parties.order_by("account").values_list("case__cluster", "account__username", "account__ext_id").distinct()
    ):
        if len(names[cluster_id]) < 3:
            names[cluster_id].append(username or ext_id)
    return names


def _tied(rows: Iterable[ClusterMember], ties: Iterable[Tie]) -> list[ClusterMember]:
    """Those of whom the cases that this person may see speak."""
    known = {account_id for tie in ties for account_id in (tie.source_id, tie.target_id)}
    return [row for row in rows if row.account_id in known]


def _nameless(ties: Iterable[Tie]) -> frozenset[int]:
    """Whoever is here for nothing but a report of theirs: the name of a reporter is not for the screen."""
    told, otherwise = set[int](), set[int]()
    for tie in ties:
        (told if tie.kind == TieKind.NAMED else otherwise).add(tie.source_id)
        otherwise.add(tie.target_id)
    return frozenset(told - otherwise)


def _members(
    live: Mapping[int, Account], ties: Sequence[Tie], nameless: frozenset[int], viewer: Actor
) -> tuple[MemberShown, ...]:
    met, did = defaultdict[int, set[int]](set), set[int]()
    for tie in ties:
        met[tie.source_id].add(tie.target_id)
        met[tie.target_id].add(tie.source_id)
        did.add(tie.target_id if tie.kind == TieKind.NAMED else tie.source_id)
    open_cases = _open_cases(live, viewer)
    numbers = numbered(live, (tie.as_value() for tie in ties))
    return tuple(
        MemberShown(
            number=number,
            account_id=pk,
            name=name,
            short=name if len(name) <= SHORT_NAME else f"{name[: SHORT_NAME - 1]}…",
            words=party_shown(live[pk]).words,
            is_teen=live[pk].is_teen,
            is_actor=pk in did,
            standing=standing_words(live[pk]),
            open_cases=open_cases[pk],
            ties=len(met[pk]),
        )
        for pk, number in numbers.items()
        for name in [f"Reporter {number}" if pk in nameless else live[pk].display_name]
    )


def _open_cases(live: Iterable[int], viewer: Actor) -> Counter[int]:
    parts = CaseParty.objects.filter(
        about_cases_of(viewer), account__in=list(live), is_actor=True, case__state=CaseState.OPEN
    )
    return Counter(dict(parts.values_list("account").annotate(n=Count("pk"))))


def _removed(row: ClusterMember, nameless: frozenset[int]) -> RemovedShown:
    assert row.removed_at is not None
    assert row.removed_by is not None
    name = "A reporter" if row.account_id in nameless else row.account.display_name
    return RemovedShown(name, row.reason, row.removed_by.name, row.removed_at)


def _tie(tie: Tie, members: Mapping[int, MemberShown]) -> TieShown:
    return TieShown(members[tie.source_id], members[tie.target_id], TieKind(tie.kind), tie.case_id, tie.at)


def _cases(cluster: Cluster, viewer: Actor) -> Iterable[Case]:
    """The open ones first, the most urgent of them first."""
    found = Case.objects.visible_to(viewer).filter(cluster=cluster).select_related("holder")
    is_done = models.Case(models.When(state=CaseState.OPEN, then=0), default=1)
    return found.order_by(is_done, "rank", "opened_at", "pk")[: MOST_CASES_SHOWN + 1]


def _cases_shown(cases: Sequence[Case], viewer: Actor, now: datetime) -> tuple[CaseShown, ...]:
    mine = Decision.objects.filter(case__in=cases, decided_by_id=viewer.actor_id, undo_until__gt=now)
    standing = mine.filter(state__in=(DecisionState.PROPOSED, DecisionState.IN_FORCE))
    undo = dict(standing.values_list("case", "pk"))
    return tuple(_case(case, viewer, now, undo.get(case.pk)) for case in cases)


def _case(case: Case, viewer: Actor, now: datetime, undo: int | None) -> CaseShown:
    is_mine = case.is_held_by(viewer.actor_id, now)
    holder = case.holder.name if case.is_held(now) and case.holder else ""
    return CaseShown(
        case_id=case.pk,
        severity=Severity(case.severity),
        headline=case.headline,
        snippet=case.snippet,
        state=CaseState(case.state),
        due_at=case.due_at,
        holder="You" if is_mine else holder,
        is_mine=is_mine,
        undo=undo,
    )


def _picture(members: Sequence[MemberShown], ties: Iterable[Tie]) -> Picture | None:
    """None: there are too many to be drawn."""
    points = pictures.places(len(members))
    if not points:
        return None
    size = pictures.radius(len(members))
    at = {member.account_id: point for member, point in zip(members, points, strict=True)}
    kinds: dict[tuple[int, int], set[TieKind]] = defaultdict(set)
    for tie in ties:
        kinds[tie.source_id, tie.target_id].add(TieKind(tie.kind))
    return Picture(
        width=pictures.WIDTH,
        height=pictures.HEIGHT,
        dots=tuple(_dot(member, at[member.account_id], size) for member in members),
        arrows=tuple(_arrow(at[one], at[other], found, size) for (one, other), found in sorted(kinds.items())),
        has_words=len(kinds) <= pictures.MOST_WORDS,
        kinds=tuple(kind for kind in _WEIGHT if any(kind in found for found in kinds.values())),
    )


def _dot(member: MemberShown, at: pictures.Point, size: float) -> DotShown:
    shape = pictures.diamond if member.is_teen else pictures.circle
    has_room = size == pictures.RADIUS
    return DotShown(
        member=member,
        shape=shape(at, size),
        ring=shape(at, size + 4) if member.is_actor else "",
        x=f"{at[0]:.1f}",
        y=f"{at[1] + 4:.1f}",
        below=f"{at[1] + size + 15:.1f}" if has_room else "",
    )


def _arrow(start: pictures.Point, end: pictures.Point, kinds: set[TieKind], size: float) -> ArrowShown:
    ordered = [kind for kind in _WEIGHT if kind in kinds]
    drawn = pictures.arrow(start, end, size=size, has_head=ordered[0].has_direction)
    words = ", ".join(kind.word for kind in ordered)
    return ArrowShown(drawn.line, drawn.head, ordered[0], words, f"{drawn.middle[0]:.1f}", f"{drawn.middle[1]:.1f}")
