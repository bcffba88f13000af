"""The second signature: giving it, withholding it, and telling the seniors of a proposal that nobody answered."""

from datetime import datetime

from accounts import SYSTEM, Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import DecisionState, EndedBy, Lane, SanctionKind, SanctionState
from moderation.models import Account, Decision, PolicyVersion, Sanction, clock
from moderation.operations import closing, enacting, holding, standings
from moderation.permissions import require_second_person


@whole
def approve_decision(decision_id: int, *, actor: Actor, note: str = "") -> Decision:
    """Give the second signature: the proposed sanctions are in force from now on and the case is closed.

    Raises Missing, NotPermitted for the proposer and for whoever may not approve, WrongMove when it was answered.
    """
    decision = enacting.locked_decision(decision_id, actor=actor)
    now = clock.now()

    require_second_person(actor, decision)

    accounts = _lock_accounts(decision)
    held = holding.held_in(decision.case)
    if late := holding.unsaid(decision, held):
        raise Refused(
            f"The teen badge of {late[0].account.display_name} has been held since this was proposed, and the proposal"
            " does not say what becomes of it. Lift the hold on the page of the case, or refuse."
        )

    _answer(decision, DecisionState.IN_FORCE, actor, note, now)
    _end_holds(decision, actor, now, EndedBy.REPLACEMENT)
    holding.end_with(decision, held, actor=actor, not_before=now, now=now)
    decision.sanctions.filter(state=SanctionState.PROPOSED).update(approver_id=actor.actor_id)
    enacting.put_in_force(decision, now)
    closing.close(decision.case, now)
    standings.settle(accounts)

    audit.record("decision.approved", actor=actor, target=decision, case=decision.case_id)
    return decision


@whole
def refuse_decision(decision_id: int, *, actor: Actor, note: str) -> Decision:
    """Withhold the second signature: the case goes back to the queue, first to whoever proposed it, with the note.

    A badge that was held for the sake of the proposal is given back. One that Haven held before anybody had looked
    stays held: somebody has to confirm or lift that anew. Raises Missing, NotPermitted for the proposer, WrongMove
    when it was answered, Refused without a note.
    """
    decision = enacting.locked_decision(decision_id, actor=actor)
    now = clock.now()

    require_second_person(actor, decision)

    if not note.strip():
        raise Refused("Say why you refuse: the case goes back to the queue, and the next person needs to know.")

    accounts = _lock_accounts(decision)
    held = holding.held_in(decision.case)
    _answer(decision, DecisionState.REFUSED, actor, note.strip(), now)
    for sanction in decision.sanctions.filter(state=SanctionState.PROPOSED):
        sanction.move_to(SanctionState.REFUSED)
        sanction.save(update_fields=["state"])
    for hold in _end_holds(decision, actor, now, EndedBy.LIFTING):
        standings.announce_end(hold, not_before=now, cause=f"refusal:{decision.pk}")
    holding.wait_anew(held, now + PolicyVersion.objects.in_force().policy.interim_hold.confirm_in)
    closing.reopen(decision.case)
    _hand_back(decision)
    standings.settle(accounts)

    audit.record("decision.refused", actor=actor, target=decision, case=decision.case_id)
    return decision


def escalate_proposals(limit: int = 200) -> int:
    """Tell the seniors of the proposals that nobody answered in time, each in a transaction of its own; how many.

    Two workers may run this at once: whoever comes second finds that they have been told.
    """
    waiting = Decision.objects.filter(state=DecisionState.PROPOSED, escalated_at=None, answer_by__lte=clock.now())
    return sum(escalate_proposal(pk) for pk in waiting.order_by("answer_by").values_list("pk", flat=True)[:limit])


@whole
def escalate_proposal(decision_id: int) -> bool:
    """Into the seniors' lane and to the top of the approvals, once; it goes on waiting for its second person.

    False when somebody has answered meanwhile, or the seniors know already.
    """
    decision = enacting.locked_decision(decision_id, actor=SYSTEM)
    now = clock.now()

    is_due = decision.answer_by is not None and decision.answer_by <= now
    if decision.state != DecisionState.PROPOSED or decision.escalated_at or not is_due:
        return False

    decision.escalated_at = now
    decision.save(update_fields=["escalated_at"])
    holding.raise_to_seniors(decision.case)

    audit.record("decision.escalated", actor=SYSTEM, target=decision, case=decision.case_id)
    return True


def _lock_accounts(decision: Decision) -> list[Account]:
    concerned = decision.sanctions.values_list("account_id", flat=True)
    return standings.lock_accounts({*concerned, *holding.accounts_of(decision.case)})


def _hand_back(decision: Decision) -> None:
    """Whoever proposed it is offered the case first, and reads why. What the seniors were told is answered by this."""
    case, proposer = decision.case, decision.decided_by
    is_there = proposer.can(Capability.WORK_CASES)
    is_close = case.skips.filter(person=proposer, too_close=True).exists()
    case.handed_to = proposer if is_there and not is_close else None
    if decision.escalated_at and case.lane == Lane.SENIOR and not holding.keeps_seniors(case):
        case.lane = Lane.ORDINARY
    holding.rank(case)
    case.save(update_fields=["handed_to", "lane", *holding.RANKED])


def _answer(decision: Decision, state: DecisionState, actor: Actor, note: str, now: datetime) -> None:
    decision.move_to(state)
    decision.answered_by_id = actor.actor_id
    decision.answered_at = now
    decision.answer_note = note
    decision.undo_until = None  # what two people have looked at is not undone by a key
    decision.save()


def _end_holds(decision: Decision, actor: Actor, now: datetime, how: EndedBy) -> list[Sanction]:
    holds = list(decision.sanctions.filter(kind=SanctionKind.TEEN_BADGE_HOLD, state=SanctionState.IN_FORCE))
    for hold in holds:
        standings.end(hold, actor=actor, how=how, reason="", now=now)
    return holds
