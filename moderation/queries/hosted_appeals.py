"""What a person reads behind the link of their notice: what was decided, why, and what becomes of their appeal.

Shows that person's own matter alone, and nobody on staff by name. Must not know HTTP.
"""

from dataclasses import dataclass
from datetime import datetime

from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import AppealState, EndedBy, Ground, SanctionKind, SanctionState
from moderation.models import Appeal, Sanction, clock


@dataclass(frozen=True, slots=True)
class Filed:
    """Their appeal."""

    text: str
    received_at: datetime
    due_at: datetime
    outcome: AppealState | None  # None: not decided, or so lately that it may be taken back
    heard_at: datetime | None
    reply: str


@dataclass(frozen=True, slots=True)
class HostedAppeal:
    username: str
    what: str
    state: str
    ground: str
    reasons: str
    policy_version: int
    decided_at: datetime
    by_whom: str
    until: datetime | None
    appeal_until: datetime
    can_appeal: bool
    filed: Filed | None


def hosted_appeal(sanction_id: int) -> HostedAppeal:
    """Two queries. Raises Missing for what was taken back before anybody was told."""
    people = Sanction.objects.select_related("account", "decision", "policy_version", "appeal")
    sanction = people.filter(pk=sanction_id, state__in=[SanctionState.IN_FORCE, SanctionState.ENDED]).first()
    if sanction is None or sanction.appeal_until is None or sanction.starts_at is None:
        raise Missing("What this link was about is not there any more: it may have been taken back.")
    now = clock.now()
    appeal: Appeal | None = getattr(sanction, "appeal", None)
    if appeal is not None and appeal.can_be_undone(now):
        _show_as_before(sanction, appeal)
    return HostedAppeal(
        username=sanction.account.display_name,
        what=_what(sanction),
        state=_state(sanction),
        ground=Ground(sanction.ground).label,
        reasons=sanction.reason,
        policy_version=sanction.policy_version.number,
        decided_at=sanction.starts_at,
        by_whom=_by_whom(sanction),
        until=sanction.ends_at,
        appeal_until=sanction.appeal_until,
        can_appeal=appeal is None and now <= sanction.appeal_until and sanction.ended_how != EndedBy.REPLACEMENT,
        filed=_filed(appeal, now) if appeal else None,
    )


def _show_as_before(sanction: Sanction, appeal: Appeal) -> None:
    """A ruling that can still be undone is nobody's to know: the sanction reads as the hearing found it. Not saved."""
    for column in ("kind", "days", "permanent", "state"):
        setattr(sanction, column, appeal.before[column])
    ends_at = appeal.before["ends_at"]
    sanction.ends_at = datetime.fromisoformat(ends_at) if ends_at else None


def _by_whom(sanction: Sanction) -> str:
    if sanction.proposer_id is None:
        return "Haven, the program that helps the team, and then a person."
    if sanction.approver_id is None:
        return "A moderator of the team, a person."
    return "Two people of the team: one proposed it, another agreed."


def _what(sanction: Sanction) -> str:
    return {
        SanctionKind.EDUCATION_NOTICE: "You got an education notice. Nothing is restricted.",
        SanctionKind.TEEN_BADGE_REMOVAL: "Your teen badge was removed.",
        SanctionKind.TEEN_BADGE_HOLD: "Your teen badge is on hold.",
    }.get(SanctionKind(sanction.kind), f"Your account was suspended: {sanction.measure.length}.")


def _state(sanction: Sanction) -> str:
    """«over», «given», «until», «open»: which sentence about time is true."""
    if sanction.state == SanctionState.ENDED:
        return "over"
    if sanction.kind == SanctionKind.EDUCATION_NOTICE:
        return "given"
    return "until" if sanction.ends_at else "open"


def _filed(appeal: Appeal, now: datetime) -> Filed:
    is_told = appeal.is_told(now)
    return Filed(
        text=appeal.text,
        received_at=appeal.received_at,
        due_at=appeal.due_at,
        outcome=AppealState(appeal.state) if is_told else None,
        heard_at=appeal.heard_at if is_told else None,
        reply=appeal.reply if is_told else "",
    )
