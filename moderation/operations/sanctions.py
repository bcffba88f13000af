"""Sanctions after they came into force: lifting one, and ending those whose time is over."""

from uuid import uuid4

import structlog

from accounts import SYSTEM, Actor, audit
from accounts.database import SETBACKS, whole
from moderation.domain.vocabulary import Deed, EndedBy
from moderation.models import Sanction, clock
from moderation.operations import standings
from moderation.operations.changing import Wanted, change_sanction

log = structlog.get_logger(__name__)


def lift_sanction(sanction_id: int, *, actor: Actor, reason: str) -> Sanction:
    """End a sanction in force before its time. Another one that still stands keeps the account as it is.

    Raises Missing, NotPermitted, Refused without a reason, WrongMove when it is not in force.
    """
    return change_sanction(sanction_id, actor=actor, wanted=Wanted(Deed.LIFT, reason, uuid4())).sanction


def expire_sanctions(limit: int = 200) -> int:
    """End the sanctions whose end has come, each in a transaction of its own; answers how many.

    Two workers may run this at once: whoever comes second finds the sanction ended and leaves it. One that cannot be
    ended is reported in the log and keeps none of the others.
    """
    due = Sanction.objects.run_out(clock.now()).order_by("ends_at", "id").values_list("pk", flat=True)[:limit]
    return sum(_expired(sanction_id) for sanction_id in due)


def _expired(sanction_id: int) -> bool:
    try:
        return expire_sanction(sanction_id)
    except SETBACKS:
        raise  # the database is away: the task tries again
    except Exception:
        log.exception("expiry_failed", sanction=sanction_id)
        return False


@whole
def expire_sanction(sanction_id: int) -> bool:
    """End one sanction by the clock. False when it has no end in the past any more, or somebody ended it before."""
    sanction = standings.locked_sanction(sanction_id)
    now = clock.now()

    if not Sanction.objects.run_out(now).filter(pk=sanction_id).exists():
        return False

    standings.end(sanction, actor=SYSTEM, how=EndedBy.EXPIRY, reason="", now=now)
    standings.announce_end(sanction, not_before=now, cause=f"expiry:{sanction.pk}")
    standings.settle([sanction.account])

    audit.record("sanction.expired", actor=SYSTEM, target=sanction, account=sanction.account_id, kind=sanction.kind)
    return True
