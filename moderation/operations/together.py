"""Taking all open cases of one person, or of one group, to be decided by somebody who then knows them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Held, Missing, WrongMove
from moderation.models import Account, Case, Cluster, PolicyVersion, clock
from moderation.operations.leases import LEASE_COLUMNS
from moderation.permissions import require, staff_of
from moderation.queries.together import MOST_TOGETHER, open_cases_of


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was taken, the most urgent first, and what stays with others."""

    taken: tuple[Case, ...]
    held: tuple[Case, ...]


@whole
def claim_together(account_id: int, *, actor: Actor) -> Claimed:
    """Take the lease on every open case in which this person did something, and leave those that another holds.

    Which other accounts are the same person's is confidential: whoever may not know it gets the cases of the account
    alone. The leases end one after the other, so that the last case is still one's own when its turn comes.
    Raises Missing, NotPermitted, WrongMove when no case is open, Held when others hold them all.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Missing("There is no such account.")
    wanted = open_cases_of([account], viewer=actor).values_list("pk", flat=True)[:MOST_TOGETHER]
    cases = _locked(list(wanted))

    require(actor, Capability.WORK_CASES)

    if not cases:
        raise WrongMove("No case of this person is open any more.")
    return _take(cases, actor, whose="this person", together_for=account.pk)


@whole
def claim_cluster(cluster_id: int, *, actor: Actor) -> Claimed:
    """The same for the open cases of a group of accounts in contact off the site.

    Raises Missing, NotPermitted, WrongMove when no case is open, Held when others hold them all.
    """
    cluster = Cluster.objects.filter(pk=cluster_id).first()
    if cluster is None:
        raise Missing("There is no such group.")
    wanted = Case.objects.visible_to(actor).open().filter(cluster=cluster).most_urgent_first()
    cases = _locked(list(wanted.values_list("pk", flat=True)[:MOST_TOGETHER]))

    require(actor, Capability.WORK_CASES)

    if not cases:
        raise WrongMove("No case of this group is open any more.")
    return _take(cases, actor, whose="this group", together_for_cluster=cluster.pk)


def _take(cases: Sequence[Case], actor: Actor, *, whose: str, **about: Any) -> Claimed:
    """Lease what nobody else has; the leases end one after the other."""
    now = clock.now()
    free = [case for case in cases if not _is_anothers(case, actor, now)]
    if not free:
        raise Held(f"Others are working on all open cases of {whose}. You can read them, or take them over.")

    lease = PolicyVersion.objects.in_force().policy.lease
    for turn, case in enumerate(free, start=1):
        case.lease_token += not case.is_held_by(actor.actor_id, now)
        case.holder, case.lease_expires_at = staff_of(actor), now + turn * lease
        case.save(update_fields=LEASE_COLUMNS)

    held = [case for case in cases if case not in free]
    for case in free:
        audit.record("case.claimed", actor=actor, target=case, **about)
    return Claimed(tuple(free), tuple(held))


def _locked(case_ids: Sequence[int]) -> list[Case]:
    """Those that are still open, the most urgent first; locked by id, so that two such claims never deadlock."""
    cases = Case.objects.open().filter(pk__in=case_ids).order_by("pk").select_for_update(no_key=True)
    return sorted(cases, key=lambda case: (case.rank, case.opened_at, case.pk))


def _is_anothers(case: Case, actor: Actor, now: datetime) -> bool:
    if case.is_held(now):
        return not case.is_held_by(actor.actor_id, now)
    return case.handed_to_id not in (None, actor.actor_id)
