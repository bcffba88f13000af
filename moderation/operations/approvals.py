"""The second signature: giving it, or withholding it."""

from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import DecisionState, EndedBy, SanctionKind, SanctionState
from moderation.models import Decision, Sanction, clock
from moderation.operations import closing, enacting, standings
from moderation.permissions import require_second_person


@whole
def approve_decision(decision_id: int, *, actor: Actor, note: str = "") -> Decision:
    """Give the second signature: the proposed sanctions are in force from now on and the case is closed.

    Raises Missing, NotPermitted for the proposer and for whoever may not approve, WrongMove when it was answered.
    """
    decision = enacting.locked_decision(decision_id)
    now = clock.now()

    require_second_person(actor, decision)

    _answer(decision, DecisionState.IN_FORCE, actor, note, now)
    accounts = standings.lock_accounts(decision.sanctions.values_list("account_id", flat=True))
    _end_holds(decision, actor, now, EndedBy.REPLACEMENT)
    decision.sanctions.filter(state=SanctionState.PROPOSED).update(approver_id=actor.actor_id)
    enacting.put_in_force(decision, now)
    closing.close(decision.case, now)
    standings.settle(accounts)

    audit.record("decision.approved", actor=actor, target=decision, case=decision.case_id)
    return decision


@whole
def refuse_decision(decision_id: int, *, actor: Actor, note: str) -> Decision:
    """Withhold the second signature: the case goes back to the queue with the note, and a held badge is given back.

    Raises Missing, NotPermitted for the proposer, WrongMove when it was answered, Refused without a note.
    """
    decision = enacting.locked_decision(decision_id)
    now = clock.now()

    require_second_person(actor, decision)

    if not note.strip():
        raise Refused("Say why you refuse: the case goes back to the queue, and the next person needs to know.")

    _answer(decision, DecisionState.REFUSED, actor, note, now)
    accounts = standings.lock_accounts(decision.sanctions.values_list("account_id", flat=True))
    for sanction in decision.sanctions.filter(state=SanctionState.PROPOSED):
        sanction.move_to(SanctionState.REFUSED)
        sanction.save(update_fields=["state"])
    for hold in _end_holds(decision, actor, now, EndedBy.LIFTING):
        standings.announce_end(hold, not_before=now, cause=f"refusal:{decision.pk}")
    closing.reopen(decision.case)
    standings.settle(accounts)

    audit.record("decision.refused", actor=actor, target=decision, case=decision.case_id)
    return decision


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
