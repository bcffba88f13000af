"""Taking a case, keeping it, letting it go. A lease runs out by itself; taking it from another is explicit."""

from datetime import datetime, timedelta

from accounts import SYSTEM, Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Held, Stale, WrongMove
from moderation.domain.vocabulary import CaseState
from moderation.models import Case, PolicyVersion, Skip, clock
from moderation.operations.enacting import locked_case
from moderation.operations.offering import next_for
from moderation.permissions import require, staff_of

LEASE_COLUMNS = ["holder", "lease_expires_at", "lease_token"]
WORTH_WRITING = timedelta(seconds=5)  # a lease that would last only a little longer is left as it is


@whole
def claim_case(case_id: int, *, actor: Actor) -> Case:
    """Take the lease on an open case; on a case that one holds already, renew it.

    Raises Missing, WrongMove when it is no longer open, Held when another person's lease is live.
    """
    case = locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    _check_open(case)
    if case.is_held(now) and not case.is_held_by(actor.actor_id, now):
        raise Held(f"{case.holder} is working on this case. You can read it, or take it over.")
    renewed = case.is_held_by(actor.actor_id, now)

    _lease(case, actor, now + _lease_length(), token=case.lease_token + (not renewed))

    if not renewed:
        audit.record("case.claimed", actor=actor, target=case)
    return case


@whole
def claim_next(*, actor: Actor) -> Case | None:
    """Take the next case for this person, or None when there is none. Never the same one to two people."""
    case = next_for(actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    if case is None:
        return None

    _lease(case, actor, now + _lease_length(), token=case.lease_token + 1)

    audit.record("case.claimed", actor=actor, target=case, as_next=True)
    return case


@whole
def skip_case(case_id: int, *, actor: Actor, token: int) -> Case | None:
    """Go on without deciding: let go of the case, remember that this person skipped it, and take the next one.

    Answers the next case, or None. Skipping what one no longer holds is no error and takes it from nobody. A case that
    had been handed to this person is anybody's again. Raises Missing.
    """
    case = locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    columns = []
    if case.holder_id == actor.actor_id and case.lease_token == token:
        columns += case.let_go()
    if case.handed_to_id == actor.actor_id:
        case.handed_to = None
        columns.append("handed_to")

    case.save(update_fields=columns)
    Skip.objects.get_or_create(case=case, person=staff_of(actor))
    following = next_for(actor)
    if following is not None:
        _lease(following, actor, now + _lease_length(), token=following.lease_token + 1)

    audit.record("case.skipped", actor=actor, target=case)
    if following is not None:
        audit.record("case.claimed", actor=actor, target=following, as_next=True)
    return following


@whole
def renew_lease(case_id: int, *, actor: Actor, token: int, idle: timedelta = timedelta()) -> Case:
    """Prolong one's own lease, counted from when the person last did something: `idle` before now. Never shortens it.

    A lease that ran out but that nobody else has taken is given again to whoever was active meanwhile: they were
    there after all. Raises Stale when it ran out otherwise, when another took the case, or when it was decided.
    Not recorded: it happens every minute and changes nothing that matters later.
    """
    case = locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    until = now - idle + _lease_length()
    is_held = case.is_held_by(actor.actor_id, now)
    if case.lease_token != token or case.state != CaseState.OPEN or (until <= now and not is_held):
        raise Stale(whereabouts(case, now))

    if not is_held or case.lease_expires_at is None or until - case.lease_expires_at >= WORTH_WRITING:
        _lease(case, actor, until, token=token)
    return case


@whole
def release_case(case_id: int, *, actor: Actor, token: int, leaving: bool = False) -> Case:
    """Give the case back to the queue. Giving back what one no longer holds is no error and changes nothing.

    `leaving`: only a page has gone. The same case may be open in another window, or the page is being loaded again:
    whoever is active there has the lease again. Otherwise the token is void, for pages that are just asking too.
    """
    case = locked_case(case_id, actor=actor)

    require(actor, Capability.WORK_CASES)

    if case.holder_id != actor.actor_id or case.lease_token != token:
        return case

    case.lease_token += not leaving
    case.save(update_fields=[*case.let_go(), "lease_token"])

    audit.record("case.released", actor=actor, target=case, leaving=leaving)
    return case


@whole
def take_over(case_id: int, *, actor: Actor) -> Case:
    """Take the case from whoever holds it. Their token is void from now on, so a decision of theirs is refused."""
    case = locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    _check_open(case)
    taken_from = case.holder_id if case.is_held(now) else None

    _lease(case, actor, now + _lease_length(), token=case.lease_token + 1)

    audit.record("case.taken_over", actor=actor, target=case, taken_from=taken_from)
    return case


@whole
def release_expired(limit: int = 500) -> int:
    """Give back the cases whose lease ran out; answers how many. Locked cases are left for the next round."""
    expired = Case.objects.filter(holder__isnull=False, lease_expires_at__lte=clock.now())
    cases = list(expired.select_for_update(no_key=True, skip_locked=True).order_by("lease_expires_at")[:limit])

    for case in cases:
        holder_id = case.holder_id
        case.save(update_fields=case.let_go())

        audit.record("case.lease_ran_out", actor=SYSTEM, target=case, holder=holder_id)
    return len(cases)


def whereabouts(case: Case, now: datetime) -> str:
    """Where a case is now, for somebody who has just lost it."""
    if case.state == CaseState.PROPOSED:
        return "This case has been decided meanwhile and waits for a second approval."
    if case.state == CaseState.CLOSED:
        return "This case has been decided meanwhile."
    if case.is_held(now):
        return f"{case.holder} has this case now. Your note has been kept on this page."
    return "Your lease on this case ran out. Open it again to go on; your note has been kept on this page."


def check_held(case: Case, token: int, actor: Actor, now: datetime) -> None:
    """Raise Stale, saying where the case is now, unless this person holds it by this taking of it."""
    if case.lease_token != token or not case.is_held_by(actor.actor_id, now):
        raise Stale(whereabouts(case, now))


def _check_open(case: Case) -> None:
    if case.state != CaseState.OPEN:
        raise WrongMove(f"This case is {case.state} and cannot be claimed.")


def _lease(case: Case, actor: Actor, until: datetime, *, token: int) -> None:
    case.holder = staff_of(actor)
    case.lease_expires_at = until
    case.lease_token = token
    case.save(update_fields=LEASE_COLUMNS)


def _lease_length() -> timedelta:
    return PolicyVersion.objects.in_force().policy.lease
