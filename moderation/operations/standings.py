"""What every change of sanctions ends with: the account's standing worked out anew, and the platform told.

Not operations: the caller holds the transaction.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts import Actor
from moderation import outbox
from moderation.domain.standing import standing_of
from moderation.domain.vocabulary import TEEN_BADGE, EndedBy, SanctionKind, SanctionState
from moderation.models import Account, Sanction, StandingChange

BADGE_KINDS = frozenset({SanctionKind.TEEN_BADGE_HOLD, SanctionKind.TEEN_BADGE_REMOVAL})


def lock_accounts(account_ids: Iterable[int]) -> list[Account]:
    """The accounts, locked in the order of their ids, which is the order in which everyone locks them."""
    return list(Account.objects.filter(pk__in=set(account_ids)).order_by("pk").select_for_update(no_key=True))


def settle(accounts: Iterable[Account]) -> None:
    """Recompute the standing of locked accounts from all their sanctions in force, never from the change at hand,
    and note that it may have changed."""
    standing = list(accounts)
    in_force = defaultdict(list)
    for sanction in Sanction.objects.in_force().filter(account__in=standing):
        in_force[sanction.account_id].append(sanction.as_in_force())
    for account in standing:
        columns = account.take_standing(standing_of(in_force[account.pk]))
        account.save(update_fields=columns)
    sanctioned = set(Sanction.objects.filter(account__in=standing).values_list("account_id", flat=True))
    StandingChange.objects.bulk_create(StandingChange(account_id=pk) for pk in sorted(sanctioned))


def end(sanction: Sanction, *, actor: Actor, how: EndedBy, reason: str, now: datetime) -> None:
    """End a sanction that is in force. The caller settles the account and tells the platform."""
    sanction.move_to(SanctionState.ENDED)
    sanction.ended_at = now
    sanction.ended_by_id = actor.actor_id
    sanction.ended_how = how
    sanction.end_reason = reason
    sanction.save(update_fields=["state", "ended_at", "ended_by", "ended_how", "end_reason"])


def announce(sanction: Sanction, *, not_before: datetime, cause: str) -> None:
    """Tell the platform that a sanction is in force."""
    topic = {
        SanctionKind.TEEN_BADGE_HOLD: "badge.held",
        SanctionKind.TEEN_BADGE_REMOVAL: "badge.removed",
    }.get(SanctionKind(sanction.kind), "sanction.applied")
    _tell(topic, sanction, not_before=not_before, cause=cause)


def announce_end(sanction: Sanction, *, not_before: datetime, cause: str) -> None:
    """Tell the platform that a sanction no longer holds. The end of an education notice is nothing to tell."""
    kind = SanctionKind(sanction.kind)
    if kind is SanctionKind.EDUCATION_NOTICE:
        return
    topic = "badge.restored" if kind in BADGE_KINDS else "sanction.lifted"
    if topic == "badge.restored" and _still_without_badge(sanction):
        return
    _tell(topic, sanction, not_before=not_before, cause=cause)


def _still_without_badge(ended: Sanction) -> bool:
    others = Sanction.objects.in_force().filter(account=ended.account_id, kind__in=BADGE_KINDS).exclude(pk=ended.pk)
    return others.exists()


def _tell(topic: str, sanction: Sanction, *, not_before: datetime, cause: str) -> None:
    outbox.post(
        topic,
        _facts(sanction),
        account=sanction.account,
        key=f"{topic}:{sanction.pk}:{sanction.state}",
        not_before=not_before,
        cause=cause,
    )


def _facts(sanction: Sanction) -> dict[str, Any]:
    facts = {
        "sanction": str(sanction.pk),
        "account": sanction.account.ext_id,
        "kind": sanction.kind,
        "starts_at": _text(sanction.starts_at),
        "ends_at": _text(sanction.ends_at if sanction.state == SanctionState.IN_FORCE else sanction.ended_at),
        "policy_version": sanction.policy_version.number,
        "policy_clause": sanction.clause,
        "reason": sanction.reason,
        "notice": sanction.notice,
        "appeal_until": _text(sanction.appeal_until),
    }
    return facts | ({"badge": TEEN_BADGE} if sanction.kind in BADGE_KINDS else {})


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
