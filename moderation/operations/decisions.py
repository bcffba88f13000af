"""Deciding a case: one click, one transaction; and taking it back while that is possible."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import outbox
from moderation.domain.ladder import needs_approval
from moderation.domain.refusals import NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import ChangeState, DecisionState, Ground, Outcome, SanctionState, Severity
from moderation.models import Account, Case, Decision, Hold, PolicyVersion, SanctionChange, clock
from moderation.models.prepared import Prepared, Slot
from moderation.operations import closing, enacting, holding, standings
from moderation.operations.leases import whereabouts
from moderation.operations.verdicts import Verdict, check_accounts, check_holds, check_policy
from moderation.permissions import require, staff_of


@whole
def decide_case(case_id: int, *, actor: Actor, verdict: Verdict) -> Decision:
    """Decide a case with everything that follows: sanctions, notices, closing, record, events.

    Where a second person must sign, sanctions and case wait as proposed, and a teen badge to be removed is held
    meanwhile. Nothing leaves for the platform before the undo window is over. Sending the same key again answers the
    first decision. Raises Missing; Stale when the lease is lost or the case has changed since it was seen; Refused
    when the verdict makes no sense for this case.
    """
    case = enacting.locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    before = _BY_KEY.first(key=verdict.key)
    if before is not None:
        return _same(before, case, actor)
    _check_seen(case, verdict, actor, now)
    verdict.check()
    version = PolicyVersion.objects.in_force()
    check_policy(verdict, version.policy, grounds=[Ground(ground) for ground in case.grounds])
    reachable = standings.lock_accounts(_reachable(case))
    check_accounts(verdict, reachable)
    held = holding.held_in(case)
    check_holds(verdict, held)

    decision = _drawn_up(case, verdict, version, now)
    decision.decided_by = staff_of(actor)
    decision.gives_back = _given_back(verdict, held)
    decision.save(force_insert=True)
    by_id = {account.pk: account for account in reachable}
    signed_by_two = decision.state == DecisionState.PROPOSED
    for said in verdict.sanctions:
        enacting.propose(decision, said, by_id[said.account_id], signed_by_two=signed_by_two)
    if signed_by_two:
        holding.confirm_with(decision, held, staff_of(actor), now)
        enacting.hold_badges(decision, now, held={hold.account_id for hold in held})
        closing.leave_proposed(case)
    else:
        holding.end_with(decision, held, actor=actor, not_before=decision.undo_until or now, now=now)
        enacting.put_in_force(decision, now)
        closing.close(case, now)
    standings.settle(reachable)

    audit.record("case.decided", actor=actor, target=case, policy_version=version.number, **_said(decision, verdict))
    return decision


@whole
def undo_decision(decision_id: int, *, actor: Actor) -> Decision:
    """Take a decision back while nothing of it has left: its events are cancelled and the case is open again.

    For whoever decided it, within the undo window. Afterwards the way back is lifting the sanction or an appeal.
    Raises Missing, NotPermitted, WrongMove.
    """
    decision = enacting.locked_decision(decision_id, actor=actor)
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

    concerned = {*decision.sanctions.values_list("account_id", flat=True), *decision.gives_back}
    accounts = standings.lock_accounts(concerned)
    sanctions = list(decision.sanctions.select_for_update(no_key=True).order_by("pk"))
    if SanctionChange.objects.filter(sanction__in=sanctions, state=ChangeState.DONE).exists():
        raise WrongMove("An admin has changed a sanction of this decision meanwhile: it cannot be undone any more.")

    for sanction in sanctions:
        if sanction.state in (SanctionState.PROPOSED, SanctionState.IN_FORCE):
            sanction.move_to(SanctionState.UNDONE)
            sanction.save(update_fields=["state"])
    holding.take_back(decision, was_in_force=decision.state == DecisionState.IN_FORCE)
    standings.lapse_changes([sanction.pk for sanction in sanctions], now)
    decision.move_to(DecisionState.UNDONE)
    decision.undone_at = now
    decision.save(update_fields=["state", "undone_at"])
    closing.reopen(decision.case)
    standings.settle(accounts)

    audit.record("decision.undone", actor=actor, target=decision, case=decision.case_id)
    return decision


def _drawn_up(case: Case, verdict: Verdict, version: PolicyVersion, now: datetime) -> Decision:
    """What is decided, not saved yet: proposed where the policy wants a second person to sign."""
    policy = version.policy
    measures = [said.measure for said in verdict.sanctions]
    signed_by_two = needs_approval(measures, Severity(case.severity), policy.second_person)
    return Decision(
        case=case,
        key=verdict.key,
        state=DecisionState.PROPOSED if signed_by_two else DecisionState.IN_FORCE,
        outcome=verdict.outcome,
        grounds=[ground.value for ground in verdict.grounds],
        cleared=_cleared(case, verdict),
        reasons=list(verdict.reasons),
        note=verdict.note,
        policy_version=version,
        decided_at=now,
        seen_version=verdict.seen_version,
        undo_until=now + policy.undo_window,
        answer_by=now + policy.answer_in if signed_by_two else None,
    )


def _said(decision: Decision, verdict: Verdict) -> dict[str, Any]:
    """What the audit trail keeps of a decision: ids and codes, no words."""
    return {
        "decision": decision.pk,
        "outcome": verdict.outcome,
        "grounds": decision.grounds,
        "sanctions": [
            f"{s.account_id}:{s.measure.code}{'+check_in' if s.after_check_in else ''}" for s in verdict.sanctions
        ],
        "cleared": [f"{account_id}:{ground.value}" for account_id, ground in verdict.cleared],
        "reasons": decision.reasons,
        "gives_back": decision.gives_back,
        "proposed": decision.state == DecisionState.PROPOSED,
    }


def _same(before: Decision, case: Case, actor: Actor) -> Decision:
    if before.case_id != case.pk or before.decided_by_id != actor.actor_id:
        raise Refused("This form has been used for another decision. Reload the page.")
    return before


def _given_back(verdict: Verdict, held: Iterable[Hold]) -> list[int]:
    accounts = {hold.account_id for hold in held}
    is_nothing = verdict.outcome is Outcome.NO_VIOLATION
    return sorted(accounts if is_nothing else accounts & set(verdict.gives_back))


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
    parties = _PARTIES(case=case.pk)
    persons = {person for _, person in parties} - {""}
    linked = Account.objects.filter(person__in=persons).values_list("pk", flat=True)
    return {case.subject_id, *(pk for pk, _ in parties), *linked}


_BY_KEY = Prepared(lambda: Decision.objects.filter(key=Slot("key")))
_PARTIES = Prepared(lambda: Account.objects.filter(case_parts__case=Slot("case")).values_list("pk", "person"))
