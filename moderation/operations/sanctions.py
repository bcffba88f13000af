"""Sanctions after they came into force: lifting one, and ending those whose time is over."""

from accounts import SYSTEM, Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Missing, Refused
from moderation.domain.vocabulary import EndedBy
from moderation.models import Sanction, clock
from moderation.operations import standings
from moderation.permissions import require


@whole
def lift_sanction(sanction_id: int, *, actor: Actor, reason: str) -> Sanction:
    """End a sanction in force before its time. Another one that still stands keeps the account as it is.

    Raises Missing, NotPermitted, Refused without a reason, WrongMove when it is not in force.
    """
    sanction = _locked(sanction_id)
    now = clock.now()

    require(actor, Capability.MANAGE_SANCTIONS)

    if not reason.strip():
        raise Refused("Say why this sanction is lifted: the reason stays on the record.")

    standings.end(sanction, actor=actor, how=EndedBy.LIFTING, reason=reason.strip(), now=now)
    standings.announce_end(sanction, not_before=now, cause=f"lift:{sanction.pk}")
    standings.settle([sanction.account])

    audit.record("sanction.lifted", actor=actor, target=sanction, account=sanction.account_id, kind=sanction.kind)
    return sanction


def expire_sanctions(limit: int = 200) -> int:
    """End the sanctions whose end has come, each in a transaction of its own; answers how many.

    Two workers may run this at once: whoever comes second finds the sanction ended and leaves it.
    """
    due = Sanction.objects.run_out(clock.now()).order_by("ends_at").values_list("pk", flat=True)[:limit]
    return sum(expire_sanction(sanction_id) for sanction_id in due)


@whole
def expire_sanction(sanction_id: int) -> bool:
    """End one sanction by the clock. False when it has no end in the past any more, or somebody ended it before."""
    sanction = _locked(sanction_id)
    now = clock.now()

    if not Sanction.objects.run_out(now).filter(pk=sanction_id).exists():
        return False

    standings.end(sanction, actor=SYSTEM, how=EndedBy.EXPIRY, reason="", now=now)
    standings.announce_end(sanction, not_before=now, cause=f"expiry:{sanction.pk}")
    standings.settle([sanction.account])

    audit.record("sanction.expired", actor=SYSTEM, target=sanction, account=sanction.account_id, kind=sanction.kind)
    return True


def _locked(sanction_id: int) -> Sanction:
    """The sanction with its account, both locked, the account first as everywhere."""
    account_id = Sanction.objects.filter(pk=sanction_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("There is no such sanction.")
    (account,) = standings.lock_accounts([account_id])
    sanction = Sanction.objects.select_for_update(no_key=True).get(pk=sanction_id)
    sanction.account = account
    return sanction
