"""What deciding and approving share: proposing sanctions, holding badges, putting into force. Not operations."""

from collections.abc import Collection
from datetime import datetime, timedelta

from accounts import Actor
from moderation.domain.policy import Measure
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import Ground, SanctionKind, SanctionState
from moderation.domain.wording import Told, notice, reason
from moderation.models import Account, Case, Conversation, Decision, Sanction
from moderation.models.prepared import Prepared, Slot
from moderation.operations import closing, standings
from moderation.operations.check_ins import require_check_in
from moderation.operations.verdicts import Measured
from moderation.permissions import require_sight


def locked_case(case_id: int, *, actor: Actor) -> Case:
    """Raises Missing for none, and for one that the actor may not see."""
    return require_sight(actor, _LOCKED.first(case=case_id))


_LOCKED = Prepared(
    lambda: Case.objects.select_for_update(of=("self",), no_key=True).select_related("holder").filter(pk=Slot("case"))
)
_WAITING = Prepared(
    lambda: (
        Sanction.objects.filter(decision=Slot("decision"), state=SanctionState.PROPOSED)
        .select_related("account", "policy_version")
        .order_by("pk")
    )
)


def locked_decision(decision_id: int, *, actor: Actor) -> Decision:
    """The decision with its case and conversation, locked in the order in which everyone locks them.

    The conversation, because taking a decision back may open its case again, and nobody may open another meanwhile.
    """
    found = Decision.objects.filter(pk=decision_id).values("case_id", "case__conversation_id").first()
    if found is None:
        raise Missing("There is no such decision.")
    list(Conversation.objects.select_for_update(no_key=True).filter(pk=found["case__conversation_id"]))
    case = locked_case(found["case_id"], actor=actor)
    decision = Decision.objects.select_for_update(no_key=True).get(pk=decision_id)
    decision.case = case
    return decision


def propose(decision: Decision, said: Measured, account: Account, *, signed_by_two: bool) -> None:
    policy = decision.policy_version.policy
    clause = policy.clauses_of(said.ground)[said.clause]
    ticked = [one for one in policy.reasons_of((said.ground, *said.also)) if one.code in decision.reasons]
    Sanction.objects.create(
        account=account,
        case=decision.case,
        decision=decision,
        kind=said.measure.kind,
        state=SanctionState.PROPOSED,
        ground=said.ground,
        days=said.measure.days,
        permanent=said.measure.permanent,
        policy_version=decision.policy_version,
        clause=clause.code,
        reason=reason(clause, said.also, ticked),
        notice=said.notice.strip(),
        needs_approval=signed_by_two,
        needs_check_in=said.after_check_in,
        proposer_id=decision.decided_by_id,
    )


def hold_badges(decision: Decision, now: datetime, *, held: Collection[int]) -> None:
    """A badge whose removal waits for the second signature is held, so that «at once» is at once. `held`: the
    accounts for which that is done already."""
    policy = decision.policy_version.policy
    removals = decision.sanctions.filter(kind=SanctionKind.TEEN_BADGE_REMOVAL).exclude(account__in=held)
    for removal in removals.select_related("account"):
        ground = Ground(removal.ground)
        clause = policy.clauses_of(ground)[removal.clause]
        hold = Sanction.objects.create(
            account=removal.account,
            case=decision.case,
            decision=decision,
            kind=SanctionKind.TEEN_BADGE_HOLD,
            state=SanctionState.IN_FORCE,
            ground=removal.ground,
            starts_at=now,
            policy_version=decision.policy_version,
            clause=removal.clause,
            reason="Held until a second person has signed or refused the removal.",
            notice=notice(
                Measure(SanctionKind.TEEN_BADGE_HOLD),
                Told(removal.account.display_name, (ground,), clause.text),
                policy,
                now=now,
            ),
            proposer_id=decision.decided_by_id,
        )
        standings.announce(hold, not_before=decision.undo_until or now, cause=cause_of(decision))


def put_in_force(decision: Decision, now: datetime) -> None:
    policy = decision.policy_version.policy
    for sanction in _WAITING(decision=decision.pk):
        sanction.move_to(SanctionState.IN_FORCE)
        sanction.starts_at = now
        sanction.ends_at = _end(sanction, now, policy.ladder_window)
        sanction.appeal_until = now + policy.appeal_window
        sanction.save(update_fields=["state", "starts_at", "ends_at", "appeal_until"])
        if sanction.needs_check_in:
            require_check_in(sanction, now)
        standings.announce(sanction, not_before=decision.undo_until or now, cause=cause_of(decision))
    closing.tell_reporters(decision, not_before=decision.undo_until or now, cause=cause_of(decision))


def _end(sanction: Sanction, now: datetime, notice_counts_for: timedelta) -> datetime | None:
    """An education notice is over when it no longer counts on the ladder."""
    if sanction.kind == SanctionKind.EDUCATION_NOTICE:
        return now + notice_counts_for
    return now + timedelta(days=sanction.days) if sanction.days else None


def cause_of(decision: Decision) -> str:
    return f"decision:{decision.pk}"
