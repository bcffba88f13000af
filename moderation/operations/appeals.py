"""Taking an appeal: from the platform, or from the person on the page behind the link of the notice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Scope
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale
from moderation.domain.vocabulary import EndedBy, SanctionState
from moderation.domain.wording import day
from moderation.models import Appeal, PolicyVersion, Sanction, clock
from moderation.operations.appealed import locked_sanction
from moderation.permissions import require

_KNOWN = (SanctionState.IN_FORCE, SanctionState.ENDED)


@dataclass(frozen=True, slots=True)
class ToldAppeal:
    """An appeal as it comes in. `id` is the platform's own; `link_id` makes one for the hosted page. `account`: the
    platform's id of who appeals, where that is said beside the sanction."""

    id: str
    sanction_id: int
    text: str
    created_at: datetime
    by_link: bool = False
    account: str | None = None


def link_id(sanction_id: int) -> str:
    """The id of an appeal that is written behind a link: one a sanction, so that sending it twice is harmless."""
    return f"link:{sanction_id}"


@whole
def take_appeal(told: ToldAppeal, *, actor: Actor) -> Appeal:
    """Keep an appeal, to be heard within the policy's time. The same id again changes nothing and answers the first.

    A sanction can be appealed against until its `appeal_until`, also once it is over: it still counts on the ladder.
    Whether it came in time is said by when it arrives. Raises Missing for a sanction that the platform does not know;
    Stale when it was appealed against already, or with other words; Refused after the window or without a word.
    """
    return _take(told, actor)


@whole
def take_appeals(told: Sequence[ToldAppeal], *, actor: Actor) -> list[Appeal]:
    """Several by one person, all of them or none. Raises what take_appeal does, naming the sanction it is about."""
    return [_one_of_many(each, actor) for each in sorted(told, key=lambda each: each.sanction_id)]


def _one_of_many(told: ToldAppeal, actor: Actor) -> Appeal:
    try:
        return _take(told, actor)
    except NotPermitted:
        raise
    except Refused as error:
        how = "None of these appeals was taken: send them again without it."
        raise type(error)(f"Sanction {told.sanction_id}: {error} {how}") from error


def _take(told: ToldAppeal, actor: Actor) -> Appeal:
    sanction = locked_sanction(told.sanction_id)
    now = clock.now()

    require(actor, Scope.APPEALS_WRITE)

    before = Appeal.objects.filter(ext_id=told.id).first()
    if before is not None and before.sanction_id == told.sanction_id:
        if before.text and before.text != told.text.strip():  # without a text, retention has emptied it
            raise Stale("This appeal came before with another text, and that one is heard: an appeal is not changed.")
        return before
    if before is not None:
        raise Stale("This id was used for an appeal against another sanction: give every appeal an id of its own.")
    _check(sanction, told, now)
    assert sanction is not None
    version = PolicyVersion.objects.in_force()

    appeal = Appeal.objects.create(
        ext_id=told.id,
        sanction=sanction,
        clause=sanction.clause,
        text=told.text.strip(),
        created_at=told.created_at,
        received_at=now,
        due_at=now + version.policy.hear_in,
        by_link=told.by_link,
        proposer_id=sanction.proposer_id,
        approver_id=sanction.approver_id,
    )

    audit.record(
        "appeal.taken",
        actor=actor,
        target=appeal,
        policy_version=version.number,
        sanction=sanction.pk,
        account=sanction.account_id,
        by_link=told.by_link,
    )
    return appeal


def _check(sanction: Sanction | None, told: ToldAppeal, now: datetime) -> None:
    if sanction is None or sanction.state not in _KNOWN or (sanction.decision and sanction.decision.can_be_undone(now)):
        raise Missing("There is no such sanction.")
    if told.account not in (None, sanction.account.ext_id):
        raise Missing("There is no such sanction.")
    if Appeal.objects.filter(sanction=sanction).exists():
        raise Stale("There is an appeal against this sanction already: one is heard for each.")
    if sanction.appeal_until is None or sanction.ended_how == EndedBy.REPLACEMENT:
        raise Refused("This cannot be appealed against: it is decided about anew in any case.")
    if now > sanction.appeal_until:
        raise Refused(f"The time to appeal against this sanction was over on {day(sanction.appeal_until)}.")
    if not told.text.strip():
        raise Refused("Say in a few words why the decision should be looked at again.")
