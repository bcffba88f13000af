"""Answering an interim hold: confirming it, lifting it; and telling the seniors of one that nobody answered."""

from datetime import datetime

from accounts import SYSTEM, Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Held, Missing, Refused, WrongMove
from moderation.domain.vocabulary import DecisionState, EndedBy, HoldState, SanctionKind
from moderation.models import Case, Hold, clock
from moderation.operations import holding, standings
from moderation.operations.enacting import locked_case
from moderation.permissions import require, staff_of


@whole
def confirm_hold(hold_id: int, *, actor: Actor) -> Hold:
    """Say that the badge stays held until the case is decided. Nothing leaves for the platform: it is held already.

    Raises Missing, NotPermitted; Held while another works on the case; WrongMove when somebody was faster.
    """
    hold = _locked(hold_id, actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    _check_free(hold.case, actor, now)
    if hold.state != HoldState.WAITING:
        raise WrongMove(_answered(hold))

    hold.confirm(staff_of(actor), now)
    holding.rank(hold.case)
    hold.case.save(update_fields=holding.RANKED)

    audit.record("hold.confirmed", actor=actor, target=hold, case=hold.case_id, account=hold.account_id)
    return hold


@whole
def lift_hold(hold_id: int, *, actor: Actor, reason: str) -> Hold:
    """Give the badge back before the case is decided; the platform is told. The case stays as it is.

    Raises Missing, NotPermitted; Held while another works on the case; Refused without a reason; WrongMove when it
    has ended, or while the removal of the badge is proposed.
    """
    hold = _locked(hold_id, actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    _check_free(hold.case, actor, now)
    if hold.state not in (HoldState.WAITING, HoldState.CONFIRMED):
        raise WrongMove(_answered(hold))
    if _is_removal_proposed(hold):
        raise WrongMove("The removal of this badge is proposed: a second person has to approve or refuse that first.")
    if not reason.strip():
        raise Refused("Say why the hold is lifted: the reason stays on the record.")

    standings.end(hold.sanction, actor=actor, how=EndedBy.LIFTING, reason=reason.strip(), now=now)
    standings.announce_end(hold.sanction, not_before=now, cause=f"lift:{hold.sanction_id}")
    standings.settle([hold.account])
    hold.refresh_from_db(fields=["state"])
    holding.rank(hold.case)
    hold.case.save(update_fields=holding.RANKED)

    audit.record("hold.lifted", actor=actor, target=hold, case=hold.case_id, account=hold.account_id)
    return hold


def escalate_holds(limit: int = 200) -> int:
    """Tell the seniors of the holds that nobody answered in time, each in a transaction of its own; answers how many.

    Two workers may run this at once: whoever comes second finds that they have been told.
    """
    due = Hold.objects.unanswered(clock.now()).order_by("confirm_by").values_list("pk", flat=True)[:limit]
    return sum(escalate_hold(hold_id) for hold_id in due)


@whole
def escalate_hold(hold_id: int) -> bool:
    """Into the seniors' lane, once. The badge stays held: nothing but a person ends a hold, and nothing removes it.

    False when somebody has answered meanwhile, or the seniors know already.
    """
    hold = _locked(hold_id, SYSTEM)
    now = clock.now()

    if not Hold.objects.unanswered(now).filter(pk=hold_id).exists():
        return False

    hold.escalated_at = now
    hold.save(update_fields=["escalated_at"])
    holding.rank(hold.case)
    holding.raise_to_seniors(hold.case)

    audit.record("hold.escalated", actor=SYSTEM, target=hold, case=hold.case_id, account=hold.account_id)
    return True


def _locked(hold_id: int, actor: Actor) -> Hold:
    """The hold with its case, account and sanction, all locked in that order."""
    found = Hold.objects.filter(pk=hold_id).values("case_id", "account_id").first()
    if found is None:
        raise Missing("There is no such hold.")
    case = locked_case(found["case_id"], actor=actor)
    (account,) = standings.lock_accounts([found["account_id"]])
    holds = Hold.objects.select_related("sanction", "confirmed_by").filter(pk=hold_id)
    hold = holds.select_for_update(of=("self", "sanction"), no_key=True).get()
    hold.case, hold.account, hold.sanction.account = case, account, account
    return hold


def _check_free(case: Case, actor: Actor, now: datetime) -> None:
    """Whoever works on the case answers; the seniors may at any time, because they are asked when nobody does."""
    is_anothers = case.is_held(now) and not case.is_held_by(actor.actor_id, now)
    if is_anothers and not actor.can(Capability.APPROVE):
        raise Held(f"{case.holder} is working on this case and answers the hold. You can take the case over.")


def _is_removal_proposed(hold: Hold) -> bool:
    proposed = hold.case.decisions.filter(state=DecisionState.PROPOSED)
    kind = SanctionKind.TEEN_BADGE_REMOVAL
    return proposed.filter(sanctions__kind=kind, sanctions__account=hold.account_id).exists()


def _answered(hold: Hold) -> str:
    if hold.state == HoldState.CONFIRMED:
        return f"{hold.confirmed_by} has confirmed this hold meanwhile: the badge is held until the case is decided."
    if hold.state == HoldState.REPLACED:
        return "This hold has become the removal of the badge."
    who = hold.sanction.ended_by
    return f"{who or 'Haven'} has lifted this hold meanwhile: the badge has been given back."
