"""One decision for all open cases of a group: what the policy suggests for each account, as sentences and notices.

Must not know HTTP. What an account gets stands in one case: of a measure that several cases ask for, the heaviest, in
the most urgent case that asks for it. A case in which nothing would be left keeps what was asked there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from uuid import UUID, uuid4

from accounts import Actor
from accounts.roles import Capability
from moderation.domain import planning
from moderation.domain.answers import heaviest
from moderation.domain.planning import Choice, Consequence, Setting, Step, Wish
from moderation.domain.vocabulary import Ground, SanctionKind, Severity, TieKind
from moderation.models import Case, Cluster, ClusterMember, Tie, clock
from moderation.permissions import require
from moderation.queries.clusters import find_cluster
from moderation.queries.matters import matter_of
from moderation.queries.notes import latest_notes
from moderation.queries.parties import involved
from moderation.queries.suggestions import nothing_is_left
from moderation.queries.together import MOST_TOGETHER


@dataclass(frozen=True, slots=True)
class NoticeShown:
    who: str
    measure: str
    text: str


@dataclass(frozen=True, slots=True)
class CasePlan:
    """What would be decided in one case."""

    case_id: int
    headline: str
    severity: Severity
    version: int
    steps: tuple[Step, ...]
    consequences: tuple[Consequence, ...]
    notices: tuple[NoticeShown, ...]
    second: bool  # asks for a second person


@dataclass(frozen=True, slots=True)
class GroupPlan:
    cluster_id: int
    size: int
    plans: tuple[CasePlan, ...]  # the most urgent first
    left: tuple[str, ...]  # cases that have to be decided by themselves, and why
    undo_seconds: int
    code: str  # changes with whatever is shown above
    key: UUID = field(default_factory=uuid4)

    @property
    def case_ids(self) -> str:
        """As the form sends them."""
        return ",".join(str(plan.case_id) for plan in self.plans)

    @property
    def accounts(self) -> int:
        return len({step.candidate.account_id for plan in self.plans for step in plan.steps})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A case with everything that the policy suggests in it."""

    case: Case
    setting: Setting
    steps: tuple[Step, ...]


def group_plan(cluster_id: int, *, viewer: Actor) -> GroupPlan:
    """The plan for the cases that this person can take. Raises Missing and NotPermitted.

    Ten queries a case, and of cases at most as many as can be taken at once.
    """
    require(viewer, Capability.WORK_CASES)
    cluster, now = find_cluster(cluster_id), clock.now()
    members = set(
        ClusterMember.objects.filter(cluster=cluster, removed_at__isnull=True).values_list("account", flat=True)
    )
    met = _met(cluster, members)
    asked, left, undo_seconds = [], [], 0
    for case in _cases(cluster, viewer):
        found, why = _asked(case, members, met.get(case.pk, frozenset()), viewer, now)
        if found is None:
            left.append(f"Case {case.pk}: {why}.")
        else:
            asked.append(found)
            undo_seconds = round(found.setting.policy.undo_window.total_seconds())
    plans = tuple(_plan(one, steps) for one, steps in zip(asked, _shared_out(asked), strict=True))
    return GroupPlan(cluster.pk, cluster.size, plans, tuple(left), undo_seconds, _code(plans))


def _cases(cluster: Cluster, viewer: Actor) -> Sequence[Case]:
    found = Case.objects.visible_to(viewer).open().filter(cluster=cluster).most_urgent_first()
    return list(found.select_related("holder", "conversation", "subject", "handed_to")[:MOST_TOGETHER])


def _met(cluster: Cluster, members: set[int]) -> Mapping[int, frozenset[int]]:
    """Of each case the accounts that were found connecting by somebody's own words: who spoke, and with whom."""
    ties = Tie.objects.filter(kind=TieKind.ADMITTED, case__cluster=cluster, source__in=members, target__in=members)
    met: dict[int, frozenset[int]] = {}
    for case_id, source, target in ties.values_list("case", "source", "target"):
        met[case_id] = met.get(case_id, frozenset()) | {source, target}
    return met


def _asked(
    case: Case, members: set[int], met: frozenset[int], viewer: Actor, now: datetime
) -> tuple[_Asked | None, str]:
    """What is suggested in a case, or why it has to be decided by itself."""
    if case.is_held(now) and not case.is_held_by(viewer.actor_id, now):
        return None, f"{case.holder} is working on it"
    if case.handed_to_id not in (None, viewer.actor_id):
        return None, f"it is handed to {case.handed_to}"
    matter = matter_of(case, now=now, is_revealed=False)
    if nothing_is_left(matter):
        return None, "every finding in it was marked as wrong"
    people = involved(matter, latest_notes(matter, viewer=viewer), viewer=viewer)
    if any(one.is_suggested and not one.is_linked and one.account_id not in members for one in people.candidates):
        return None, "something was found of an account that is not part of the group"
    wish = Wish(Choice.EACH, answers={(pk, Ground.OFFSITE_CONTACT): None for pk in met})
    steps = planning.plan(wish, people.candidates)
    if not steps:
        return None, "the policy suggests nothing for it"
    setting = Setting(matter.policy, Severity(case.severity), len({r.reporter_id for r in matter.reports}), now)
    return _Asked(case, setting, steps), ""


def _shared_out(asked: Sequence[_Asked]) -> Iterator[tuple[Step, ...]]:
    """Each measure of a kind against an account once."""
    wanted: dict[tuple[int, SanctionKind], list[tuple[int, Step]]] = {}
    for one in asked:
        for step in one.steps:
            wanted.setdefault((step.candidate.account_id, step.measure.kind), []).append((one.case.pk, step))
    chosen = {place: _heaviest(steps) for place, steps in wanted.items()}
    for one in asked:
        own = tuple(s for s in one.steps if chosen[s.candidate.account_id, s.measure.kind] == one.case.pk)
        yield own or one.steps


def _heaviest(steps: Sequence[tuple[int, Step]]) -> int:
    """The first case that asks for the heaviest."""
    most = heaviest(step.measure for _, step in steps)
    return next(case_id for case_id, step in steps if step.measure == most)


def _plan(one: _Asked, steps: tuple[Step, ...]) -> CasePlan:
    return CasePlan(
        case_id=one.case.pk,
        headline=one.case.headline,
        severity=Severity(one.case.severity),
        version=one.case.version,
        steps=steps,
        consequences=planning.consequences(steps, one.setting),
        notices=tuple(
            NoticeShown(step.candidate.name, step.measure.label, _notice_of(step, one.setting)) for step in steps
        ),
        second=planning.asks_second(steps, one.setting),
    )


def _notice_of(step: Step, setting: Setting) -> str:
    return planning.notice(step, setting.policy, now=setting.now)


def _code(plans: Sequence[CasePlan]) -> str:
    facts = [
        (plan.case_id, plan.version, [step.code for step in plan.steps], [notice.text for notice in plan.notices])
        for plan in plans
    ]
    return blake2b(repr(facts).encode(), digest_size=12).hexdigest()
