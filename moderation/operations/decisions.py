"""Deciding a case: one click, one transaction; and taking it back while that is possible."""

from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import outbox
from moderation.domain.ladder import needs_approval
from moderation.domain.refusals import NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import DecisionState, Ground, Outcome, SanctionState, Severity
from moderation.models import Account, Case, Decision, PolicyVersion, clock
from moderation.operations import closing, enacting, standings
from moderation.operations.leases import whereabouts
from moderation.operations.verdicts import Verdict, check_accounts, check_policy
from moderation.permissions import require, staff_of


@whole
def decide_case(case_id: int, *, actor: Actor, verdict: Verdict) -> Decision:
    """Decide a case with everything that follows: sanctions, notices, closing, record, events.

    Where a second person must sign, sanctions and case wait as proposed, and a teen badge to be removed is held
    meanwhile. Nothing leaves for the platform before the undo window is over. Sending the same key again answers the
    first decision. Raises Missing; Stale when the lease is lost or the case has changed since it was seen; Refused
    when the verdict makes no sense for this case.
    """
    case = enacting.locked_case(case_id)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    before = Decision.objects.filter(key=verdict.key).first()
    if before is not None:
        return _same(before, case, actor)
    _check_seen(case, verdict, actor, now)
    verdict.check()
    version = PolicyVersion.objects.in_force()
    check_policy(verdict, version.policy, grounds=[Ground(ground) for ground in case.grounds])
    reachable = standings.lock_accounts(_reachable(case))
    check_accounts(verdict, reachable)

    signed_by_two = needs_approval([s.measure for s in verdict.sanctions], Severity(case.severity))
    decision = Decision.objects.create(
        case=case,
        key=verdict.key,
        state=DecisionState.PROPOSED if signed_by_two else DecisionState.IN_FORCE,
        outcome=verdict.outcome,
        grounds=[ground.value for ground in verdict.grounds],
        cleared=_cleared(case, verdict),
        reasons=list(verdict.reasons),
        note=verdict.note,
        policy_version=version,
        decided_by=staff_of(actor),
        decided_at=now,
        seen_version=verdict.seen_version,
        undo_until=now + version.policy.undo_window,
    )
    by_id = {account.pk: account for account in reachable}
    for said in verdict.sanctions:
        enacting.propose(decision, said, by_id[said.account_id], signed_by_two=signed_by_two)
    if signed_by_two:
        enacting.hold_badges(decision, now)
        closing.leave_proposed(case)
    else:
        enacting.put_in_force(decision, now)
        closing.close(case, now)
    standings.settle(reachable)

    audit.record(
        "case.decided",
        actor=actor,
        target=case,
        policy_version=version.number,
        decision=decision.pk,
        outcome=verdict.outcome,
        grounds=decision.grounds,
        sanctions=[f"{s.account_id}:{s.measure.code}" for s in verdict.sanctions],
        cleared=[f"{account_id}:{ground.value}" for account_id, ground in verdict.cleared],
        reasons=decision.reasons,
        proposed=signed_by_two,
    )
    return decision


@whole
def undo_decision(decision_id: int, *, actor: Actor) -> Decision:
    """Take a decision back while nothing of it has left: its events are cancelled and the case is open again.

    For whoever decided it, within the undo window. Afterwards the way back is lifting the sanction or an appeal.
    Raises Missing, NotPermitted, WrongMove.
    """
    decision = enacting.locked_decision(decision_id)
    now = clock.now()

    require(actor, Capability.WORK_CASES)
    if actor.actor_id != decision.decided_by_id:
        raise NotPermitted("Only the person who decided this can undo it.")

    if decision.state in (DecisionState.UNDONE, DecisionState.REFUSED):
        raise WrongMove(f"This decision has been {decision.state} already.")
    if closing.has_successor(decision.case):
        raise WrongMove("A new case of this conversation has been opened since. Decide that one; this stays closed.")
    if not decision.can_be_undone(now) or not outbox.cancel(enacting.cause_of(decision)):
        raise WrongMove("The time to undo is over and the platform has been told. Lift the sanction instead.")

    sanctions = list(decision.sanctions.select_for_update(no_key=True).order_by("pk"))
    accounts = standings.lock_accounts(s.account_id for s in sanctions)
    for sanction in sanctions:
        if sanction.state in (SanctionState.PROPOSED, SanctionState.IN_FORCE):
            sanction.move_to(SanctionState.UNDONE)
            sanction.save(update_fields=["state"])
    decision.move_to(DecisionState.UNDONE)
    decision.undone_at = now
    decision.save(update_fields=["state", "undone_at"])
    closing.reopen(decision.case)
    standings.settle(accounts)

    audit.record("decision.undone", actor=actor, target=decision, case=decision.case_id)
    return decision


def _same(before: Decision, case: Case, actor: Actor) -> Decision:
    if before.case_id != case.pk or before.decided_by_id != actor.actor_id:
        raise Refused("This form has been used for another decision. Reload the page.")
    return before


def _cleared(case: Case, verdict: Verdict) -> list[str]:
    """The grounds of which nothing was found for anybody. A ground upheld for one account is not cleared."""
    if verdict.outcome is Outcome.NO_VIOLATION:
        return list(case.grounds)
    return sorted({ground.value for _, ground in verdict.cleared} - {ground.value for ground in verdict.grounds})


def _check_seen(case: Case, verdict: Verdict, actor: Actor, now: datetime) -> None:
    if case.lease_token != verdict.lease_token or not case.is_held_by(actor.actor_id, now):
        raise Stale(whereabouts(case, now))
    if case.version != verdict.seen_version:
        raise Stale("Something new has come into this case since you opened it. Look again before you decide.")


def _reachable(case: Case) -> set[int]:
    """The parties, and every other account of the same persons: some grounds reach all accounts of a person."""
    parties = Account.objects.filter(case_parts__case=case)
    persons = parties.exclude(person="").values_list("person", flat=True)
    linked = Account.objects.filter(person__in=list(persons))
    return {case.subject_id, *parties.values_list("pk", flat=True), *linked.values_list("pk", flat=True)}
