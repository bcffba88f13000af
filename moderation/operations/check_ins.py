"""Check-ins behind their links: keeping a draft, answering, waiving one that a suspension waits for."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import hints
from moderation.domain.questions_asked import clean_answers
from moderation.domain.refusals import Missing, Refused, WrongMove
from moderation.domain.vocabulary import CheckInState, SanctionState
from moderation.models import Account, CheckIn, Reflection, Sanction, clock
from moderation.operations import reflecting, standings
from moderation.permissions import require, require_fresh, require_sight_of, staff_of

GONE = "This check-in is not needed any more."


def require_check_in(sanction: Sanction, now: datetime) -> CheckIn:
    """The one that a suspension waits for, made when it comes into force; its notice brings the link. No operation."""
    return CheckIn.objects.create(
        account=sanction.account,
        sanction=sanction,
        policy_version=sanction.policy_version,
        last_at=sanction.account.checked_in_at,
        due_at=now,
        overdue_at=sanction.ends_at or now,
        asked_at=now,
        next_notice_at=sanction.ends_at,
    )


@whole
def save_check_in(check_in_id: int, *, actor: Actor, texts: Iterable[str]) -> Reflection:
    """Keep a draft. Raises Missing, WrongMove when nobody waits for it any more, Refused when an answer is too long."""
    check_in = locked_check_in(check_in_id)
    now = clock.now()

    answers = clean_answers(texts)
    if not is_wanted(check_in):
        raise WrongMove(GONE)

    return reflecting.keep(check_in, check_in.account, answers, now=now, hand_in=False)


@whole
def answer_check_in(check_in_id: int, *, actor: Actor, texts: Iterable[str], is_confirmed: bool) -> CheckIn:
    """Answer it, and with it whatever check-in waits for the account. A suspension that waited may end from now on.

    Sending it again answers the first. Raises Missing, Refused without the confirmation or when an answer is too
    long, WrongMove when nobody waits for it any more.
    """
    check_in = locked_check_in(check_in_id)
    now = clock.now()

    if check_in.state == CheckInState.ANSWERED:
        return check_in
    answers = clean_answers(texts)
    if not is_wanted(check_in):
        raise WrongMove(GONE)
    if not is_confirmed:
        raise Refused("Please tick the box above the button: it says that you have read the text.")

    account = check_in.account
    reflection = reflecting.keep(check_in, account, answers, now=now, hand_in=True)
    for waiting in _waiting(account):
        waiting.move_to(CheckInState.ANSWERED)
        waiting.answered_at, waiting.next_notice_at = now, None
        waiting.save(update_fields=["state", "answered_at", "next_notice_at"])
    account.checked_in_at = now
    account.save(update_fields=["checked_in_at"])
    _free(Sanction.objects.filter(account=account), account, now)

    audit.record(
        "check_in.answered",
        actor=actor,
        target=check_in,
        account=account.pk,
        sanction=check_in.sanction_id,
        reflection=reflection.pk,
    )
    check_in.refresh_from_db(fields=["state", "answered_at", "next_notice_at"])
    return check_in


@whole
def waive_check_in(check_in_id: int, *, actor: Actor, reason: str) -> CheckIn:
    """Let a suspension end without the check-in that it waits for. Its time is not shortened by that.

    Raises Missing, NotPermitted, Refused without a reason, WrongMove when no suspension waits for it.
    """
    check_in = locked_check_in(check_in_id)
    now = clock.now()

    require(actor, Capability.MANAGE_SANCTIONS)
    if check_in.sanction is not None:
        require_sight_of(actor, check_in.sanction.case_id, what="check-in")

    if not reason.strip():
        raise Refused("Say why the check-in is waived: the reason stays on the record.")
    if check_in.sanction is None or check_in.sanction.state != SanctionState.IN_FORCE:
        raise WrongMove("No suspension waits for this check-in.")

    check_in.move_to(CheckInState.WAIVED)
    check_in.waived_by, check_in.waived_at = staff_of(actor), now
    check_in.waive_reason, check_in.next_notice_at = reason.strip(), None
    check_in.save(update_fields=["state", "waived_by", "waived_at", "waive_reason", "next_notice_at"])
    _free(Sanction.objects.filter(check_in=check_in), check_in.account, now)

    audit.record(
        "check_in.waived", actor=actor, target=check_in, account=check_in.account_id, sanction=check_in.sanction_id
    )
    return check_in


@whole
def record_export(*, actor: Actor, late: str, never: bool) -> None:
    """Note that somebody takes the list of overdue listeners along. Raises NotPermitted."""
    require(actor, Capability.MANAGE_SANCTIONS)
    require_fresh(actor)

    audit.record("check_ins.exported", actor=actor, target=staff_of(actor), late=late, never=never)


def is_wanted(check_in: CheckIn) -> bool:
    """Whether anybody waits for it: one that a suspension needs ends with the suspension."""
    waits = check_in.state == CheckInState.WAITING
    return waits and (check_in.sanction is None or check_in.sanction.state == SanctionState.IN_FORCE)


def locked_check_in(check_in_id: int) -> CheckIn:
    """The check-in with its account and its sanction, locked in the order in which everyone locks them."""
    account_id = CheckIn.objects.filter(pk=check_in_id).values_list("account_id", flat=True).first()
    if account_id is None:
        raise Missing("There is no such check-in.")
    (account,) = standings.lock_accounts([account_id])
    sanction = Sanction.objects.select_for_update(no_key=True).filter(check_in=check_in_id).first()
    check_in = CheckIn.objects.select_for_update(no_key=True).get(pk=check_in_id)
    check_in.account, check_in.sanction = account, sanction
    return check_in


def _waiting(account: Account) -> Iterable[CheckIn]:
    return CheckIn.objects.waiting().filter(account=account).select_for_update(no_key=True).order_by("pk")


def _free(sanctions: "models.QuerySet[Sanction]", account: Account, now: datetime) -> None:
    """Nothing but their own time keeps these from ending now; the task that ends them looks at once."""
    waiting = sanctions.filter(state=SanctionState.IN_FORCE, needs_check_in=True, check_in_done_at=None)
    for sanction in waiting.select_for_update(no_key=True).order_by("pk"):
        sanction.check_in_done_at = now
        sanction.save(update_fields=["check_in_done_at"])
    standings.settle([account])
    hints.after_commit(hints.EXPIRE)
