"""What taking, hearing and undoing an appeal share: the rows, locked in their order, and the sanction as values.

Not operations: the caller holds the transaction.
"""

from datetime import datetime
from typing import Any

from accounts import Actor
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import SanctionState
from moderation.models import Appeal, Sanction
from moderation.operations import standings
from moderation.permissions import require_sight_of

COLUMNS = ("kind", "days", "permanent", "state", "ended_how", "end_reason", "notice", "ended_by_id")
MOMENTS = ("ends_at", "ended_at")


def locked_sanction(sanction_id: int) -> Sanction | None:
    """The sanction with its account, both locked, the account first as everywhere; None when there is none."""
    account_id = Sanction.objects.filter(pk=sanction_id).values_list("account_id", flat=True).first()
    if account_id is None:
        return None
    (account,) = standings.lock_accounts([account_id])
    locked = Sanction.objects.select_for_update(of=("self",), no_key=True)
    sanction = locked.select_related("decision", "policy_version").get(pk=sanction_id)
    sanction.account = account
    return sanction


def locked_appeal(appeal_id: int, *, actor: Actor) -> Appeal:
    """The appeal with its sanction and account, locked, the appeal last. Raises Missing for none, and for one about a
    case that the actor may not see."""
    sanction_id = Appeal.objects.filter(pk=appeal_id).values_list("sanction_id", flat=True).first()
    sanction = locked_sanction(sanction_id) if sanction_id is not None else None
    if sanction is None:
        raise Missing("There is no such appeal.")
    require_sight_of(actor, sanction.case_id, what="appeal")
    people = Appeal.objects.select_for_update(of=("self",), no_key=True).select_related("hearer")
    appeal = people.get(pk=appeal_id)
    appeal.sanction = sanction
    return appeal


def snapshot(sanction: Sanction) -> dict[str, Any]:
    """Everything of it that hearing an appeal can change, as JSON."""
    moments = {name: getattr(sanction, name) for name in MOMENTS}
    written = {name: moment and moment.isoformat() for name, moment in moments.items()}
    return {name: getattr(sanction, name) for name in COLUMNS} | written


def restore(sanction: Sanction, kept: dict[str, Any]) -> None:
    """Give the sanction back what `snapshot` kept."""
    if sanction.state != kept["state"]:
        sanction.move_to(SanctionState(kept["state"]))
    for name in COLUMNS:
        setattr(sanction, name, kept[name])
    for name in MOMENTS:
        setattr(sanction, name, datetime.fromisoformat(kept[name]) if kept[name] else None)
    sanction.save()
