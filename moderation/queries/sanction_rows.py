"""One sanction in the words of a list or of its page, and whether the platform knows of it. Must not know HTTP."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.changing import deeds_for
from moderation.domain.vocabulary import ChangeState, Deed, EndedBy, Ground, OutboxState, SanctionKind, SanctionState
from moderation.domain.wording import day
from moderation.models import CaseParty, OutboxEvent, Sanction, SanctionChange
from moderation.queries.transcripts import words_of

LINKED = "A linked account"


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whether the platform knows."""

    words: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class SanctionRow:
    sanction_id: int
    account_id: int | None  # none: the account is not named to this person
    account: str
    account_words: str
    is_teen: bool
    words: str
    ground: str
    case_id: int
    state: str  # «In force until 3 March 2026»
    tone: str  # of its chip
    people: str  # «Moderator 3, approved by Senior 1»
    since: datetime
    delivery: Delivery | None
    ending: str  # why it ended, for those that did
    waits_for: str  # a change that was proposed: «Make permanent»
    deeds: tuple[Deed, ...]  # what this person can do to it now

    @property
    def can_lift(self) -> bool:
        return Deed.LIFT in self.deeds


def rows_of(sanction_ids: Collection[int], *, viewer: Actor) -> tuple[SanctionRow, ...]:
    """In the order given. Four queries."""
    people = Sanction.objects.select_related("account", "decision", "proposer", "approver", "ended_by")
    by_id = people.in_bulk(sanction_ids)
    told = latest_events(sanction_ids)
    waiting = _waiting(sanction_ids)
    named = named_accounts(by_id.values(), viewer=viewer)
    return tuple(
        row_of(by_id[pk], told.get(pk), waits_for=waiting.get(pk), viewer=viewer, is_named=pk in named)
        for pk in sanction_ids
        if pk in by_id
    )


def named_accounts(sanctions: Collection[Sanction], *, viewer: Actor) -> set[int]:
    """Of which sanctions this person may know the account: which accounts are one person's is confidential, so a
    sanction that reaches an account without a part in the case does not say whose it is."""
    if viewer.can(Capability.SEE_LINKS):
        return {sanction.pk for sanction in sanctions}
    parties = CaseParty.objects.filter(case__in={s.case_id for s in sanctions}).values_list("case_id", "account_id")
    known = set(parties)
    return {sanction.pk for sanction in sanctions if (sanction.case_id, sanction.account_id) in known}


def row_of(
    sanction: Sanction, event: OutboxEvent | None, *, waits_for: Deed | None, viewer: Actor, is_named: bool
) -> SanctionRow:
    account = sanction.account
    in_force = sanction.state == SanctionState.IN_FORCE
    is_free = in_force and waits_for is None and viewer.can(Capability.MANAGE_SANCTIONS)
    state, tone = state_of(sanction)
    return SanctionRow(
        sanction_id=sanction.pk,
        account_id=account.pk if is_named else None,
        account=account.display_name if is_named else LINKED,
        account_words=words_of(account) if is_named else "",
        is_teen=is_named and account.is_teen,
        words=sanction.measure.label,
        ground=Ground(sanction.ground).label,
        case_id=sanction.case_id,
        state=state,
        tone=tone,
        people=_people(sanction),
        since=sanction.since,
        delivery=delivery_of(event) if event else None,
        ending=sanction.end_reason,
        waits_for=waits_for.label if waits_for else "",
        deeds=deeds_for(SanctionKind(sanction.kind)) if is_free else (),
    )


def state_of(sanction: Sanction) -> tuple[str, str]:
    """In words, and the tone of its chip."""
    if sanction.state == SanctionState.PROPOSED:
        return "Waiting for a second approval", "critical"
    if sanction.state == SanctionState.ENDED:
        how = ENDED[EndedBy(sanction.ended_how)]
        return f"{how} on {day(sanction.ended_at)}" if sanction.ended_at else how, ""
    if sanction.state in (SanctionState.REFUSED, SanctionState.UNDONE):
        return SanctionState(sanction.state).value.capitalize(), ""
    if sanction.kind == SanctionKind.EDUCATION_NOTICE:
        return "Given", "normal"
    if sanction.awaits_check_in:
        until = f"until {day(sanction.ends_at)}" if sanction.ends_at else "until further notice"
        return f"In force {until}, then only after a check-in", "high wraps"
    if sanction.ends_at:
        return f"In force until {day(sanction.ends_at)}", "high"
    return "In force, permanent" if sanction.permanent else "In force until further notice", "high"


ENDED = {
    EndedBy.EXPIRY: "Ran out",
    EndedBy.LIFTING: "Lifted",
    EndedBy.APPEAL: "Overturned on appeal",
    EndedBy.REPLACEMENT: "Became a removal",
    EndedBy.REGRANT: "Badge given again",
}


def latest_events(sanction_ids: Collection[int]) -> Mapping[int, OutboxEvent]:
    """The last thing that was to be told of each sanction."""
    events = OutboxEvent.objects.filter(sanction__in=sanction_ids).order_by("sanction", "-id").distinct("sanction")
    return {event.sanction_id: event for event in events if event.sanction_id is not None}


def delivery_of(event: OutboxEvent) -> Delivery | None:
    state = OutboxState(event.state)
    if state is OutboxState.DELIVERED:
        return Delivery("the platform knows")
    if state is OutboxState.DEAD:
        return Delivery("the platform could not be told", is_late=True)
    if state is OutboxState.PENDING and event.attempts:
        return Delivery(f"not delivered yet: {event.last_error or 'the platform did not take it'}", is_late=True)
    return Delivery("on its way to the platform") if state is OutboxState.PENDING else None


def _waiting(sanction_ids: Collection[int]) -> Mapping[int, Deed]:
    proposed = SanctionChange.objects.filter(sanction__in=sanction_ids, state=ChangeState.PROPOSED)
    return {sanction_id: Deed(deed) for sanction_id, deed in proposed.values_list("sanction_id", "deed")}


def _people(sanction: Sanction) -> str:
    proposer = sanction.proposer.name if sanction.proposer else "Haven"
    words = [f"proposed by {proposer}" if sanction.state == SanctionState.PROPOSED else f"by {proposer}"]
    if sanction.approver:
        words.append(f"approved by {sanction.approver.name}")
    if sanction.ended_by:
        words.append(f"ended by {sanction.ended_by.name}")
    return ", ".join(words)
