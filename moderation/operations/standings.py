"""What every change of sanctions ends with: the standing worked out anew, reasons given, the platform told.

Not operations: the caller holds the transaction.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import Actor
from moderation import outbox
from moderation.domain.endings import end_notice
from moderation.domain.refusals import Missing
from moderation.domain.standing import standing_of
from moderation.domain.vocabulary import TEEN_BADGE, ChangeState, EndedBy, HoldState, SanctionKind, SanctionState
from moderation.models import Account, Hold, Sanction, SanctionChange, StandingChange
from moderation.models.prepared import Prepared, among
from moderation.operations.enclosures import APPEAL_LINK, with_enclosures
from moderation.operations.statements import state_reasons

_ENDING = ["ended_at", "ended_by", "ended_how", "end_reason"]
BADGE_KINDS = frozenset({SanctionKind.TEEN_BADGE_HOLD, SanctionKind.TEEN_BADGE_REMOVAL})


@dataclass(frozen=True, slots=True)
class _When:
    """When an event leaves, what it belongs to, and which telling of the same it is."""

    not_before: datetime
    cause: str
    again: str


def lock_accounts(account_ids: Iterable[int]) -> list[Account]:
    """The accounts, locked in the order of their ids, which is the order in which everyone locks them."""
    return _LOCKED(accounts=sorted(set(account_ids)))


_LOCKED = Prepared(
    lambda: Account.objects.filter(among("pk", "accounts")).order_by("pk").select_for_update(no_key=True)
)
_IN_FORCE = Prepared(lambda: Sanction.objects.in_force().filter(among("account", "accounts")))


def locked_sanction(sanction_id: int) -> Sanction:
    """The sanction with its account, both locked, the account first as everywhere. Raises Missing."""
    account_id = Sanction.objects.filter(pk=sanction_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("There is no such sanction.")
    (account,) = lock_accounts([account_id])
    sanction = Sanction.objects.select_for_update(no_key=True, of=("self",)).get(pk=sanction_id)
    sanction.account = account
    return sanction


def settle(accounts: Iterable[Account]) -> None:
    """Recompute the standing of locked accounts from all their sanctions in force, never from the change at hand,
    and note that it may have changed.

    Whatever of these has come into force or changed gets its statement of reasons with it.
    """
    standing = list(accounts)
    in_force = defaultdict(list)
    sanctions = _IN_FORCE(accounts=[account.pk for account in standing])
    for sanction in sanctions:
        in_force[sanction.account_id].append(sanction.as_in_force())
    for account in standing:
        columns = account.take_standing(standing_of(in_force[account.pk]))
        account.save(update_fields=columns)
    state_reasons(sanctions)
    sanctioned = set(Sanction.objects.filter(account__in=standing).values_list("account_id", flat=True))
    StandingChange.objects.bulk_create(StandingChange(account_id=pk) for pk in sorted(sanctioned))


def end(sanction: Sanction, *, actor: Actor, how: EndedBy, reason: str, now: datetime) -> None:
    """End a sanction that is in force. The caller settles the account and tells the platform."""
    sanction.move_to(SanctionState.ENDED)
    sanction.ended_at = now
    sanction.ended_by_id = actor.actor_id
    sanction.ended_how = how
    sanction.end_reason = reason
    sanction.save(update_fields=["state", *_ENDING])
    for hold in Hold.objects.filter(sanction=sanction) if sanction.kind == SanctionKind.TEEN_BADGE_HOLD else ():
        hold.move_to(HoldState.REPLACED if how is EndedBy.REPLACEMENT else HoldState.LIFTED)
        hold.save(update_fields=["state"])
    lapse_changes([sanction.pk], now)


def resume(hold: Hold) -> None:
    """Put an interim hold into force again, as it was: the decision that ended it is undone, and nobody was told."""
    sanction = hold.sanction
    sanction.move_to(SanctionState.IN_FORCE)
    sanction.ended_at = sanction.ended_by = None
    sanction.ended_how = sanction.end_reason = ""
    sanction.save(update_fields=["state", *_ENDING])
    hold.move_to(HoldState.CONFIRMED if hold.confirmed_at else HoldState.WAITING)
    hold.save(update_fields=["state"])


def lapse_changes(sanction_ids: Iterable[int], now: datetime) -> None:
    """What was proposed for sanctions that are in force no longer has nothing left to change."""
    waiting = SanctionChange.objects.filter(sanction__in=list(sanction_ids), state=ChangeState.PROPOSED)
    waiting.update(state=ChangeState.LAPSED, answered_at=now)


def announce(
    sanction: Sanction,
    *,
    not_before: datetime,
    cause: str,
    change: SanctionChange | None = None,
    again: str = "",
    with_notice: bool = True,
) -> None:
    """Tell the platform that a sanction is in force, or is so with another end: the same event with the same id.

    `again`, as well as a change, tells it from what was told before; without its notice, when the person hears
    otherwise.
    """
    topic = {
        SanctionKind.TEEN_BADGE_HOLD: "badge.held",
        SanctionKind.TEEN_BADGE_REMOVAL: "badge.removed",
    }.get(SanctionKind(sanction.kind), "sanction.applied")
    notice = change.notice if change else with_enclosures(sanction, now=not_before) if with_notice else ""
    again = str(change.pk) if change else again
    _tell(topic, sanction, {"notice": notice}, when=_When(not_before, cause, again))


def announce_end(sanction: Sanction, *, not_before: datetime, cause: str, again: str = "") -> None:
    """Tell the platform and the person that a sanction no longer holds. The end of an education notice is nothing to
    tell."""
    kind = SanctionKind(sanction.kind)
    if kind is SanctionKind.EDUCATION_NOTICE:
        return
    topic = "badge.restored" if kind in BADGE_KINDS else "sanction.lifted"
    another = has_another(sanction)
    if topic == "badge.restored" and another:
        return
    how = EndedBy(sanction.ended_how or EndedBy.APPEAL)  # an appeal can make it a mere notice, which goes on
    said = {"notice": end_notice(sanction.account.display_name, kind, how, another=another)}
    _tell(topic, sanction, said, when=_When(not_before, cause, again))


def has_another(ended: Sanction) -> bool:
    """Whether something else in force keeps the account as this one did."""
    kinds = BADGE_KINDS if ended.kind in BADGE_KINDS else {ended.kind}
    others = Sanction.objects.in_force().filter(account=ended.account_id, kind__in=kinds).exclude(pk=ended.pk)
    return others.exists()


def _tell(topic: str, sanction: Sanction, more: dict[str, Any], *, when: _When) -> None:
    again = f":{when.again}" if when.again else ""
    outbox.post(
        topic,
        _facts(sanction) | more,
        account=sanction.account,
        key=f"{topic}:{sanction.pk}:{sanction.state}{again}",
        not_before=when.not_before,
        cause=when.cause,
        sanction=sanction,
    )


def _facts(sanction: Sanction) -> dict[str, Any]:
    in_force = sanction.state == SanctionState.IN_FORCE
    facts = {
        "sanction": str(sanction.pk),
        "account": sanction.account.ext_id,
        "kind": sanction.kind,
        "starts_at": _text(sanction.starts_at),
        "ends_at": _text(sanction.as_in_force().ends_at if in_force else sanction.ended_at),
        "policy_version": sanction.policy_version.number,
        "policy_clause": sanction.clause,
        "reason": sanction.reason,
        "notice": sanction.notice.replace(APPEAL_LINK, ""),
        "appeal_until": _text(sanction.appeal_until),
    }
    if in_force and sanction.awaits_check_in:
        facts |= {"ends_after_check_in": True, "not_before": _text(sanction.ends_at)}
    return facts | ({"badge": TEEN_BADGE} if sanction.kind in BADGE_KINDS else {})


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
