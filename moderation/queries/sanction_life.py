"""One sanction with its whole life, and what would become of several by a deed. Must not know HTTP."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor
from accounts.roles import Capability
from moderation.domain import changing
from moderation.domain.endings import moment, until
from moderation.domain.refusals import Missing, Refused
from moderation.domain.vocabulary import (
    AppealState,
    ChangeState,
    Deed,
    EndedBy,
    Ground,
    OutboxState,
    SanctionKind,
    SanctionState,
)
from moderation.models import Appeal, OutboxEvent, Sanction, SanctionChange, clock
from moderation.permissions import about_cases_of, require, require_sight_of
from moderation.queries.sanction_rows import ENDED, Delivery, SanctionRow, delivery_of, named_accounts, rows_of
from moderation.queries.sanctions import ChangeRow, change_rows

OVER = "ends now"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to it."""

    at: datetime
    what: str
    who: str
    text: str = ""  # what somebody wrote with it


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the platform is told of it."""

    at: datetime
    topic: str
    delivery: Delivery | None
    delivered_at: datetime | None
    attempts: int
    text: str  # what the person gets to read


@dataclass(frozen=True, slots=True)
class SanctionPage:
    row: SanctionRow
    decision_id: int | None  # none: Haven itself held the badge
    version: int
    clause: str
    clause_text: str
    reason: str
    notice: str
    end: str
    starts_at: datetime | None
    appeal_until: datetime | None
    steps: tuple[Step, ...]
    told: tuple[Told, ...]
    changes: tuple[ChangeRow, ...]  # those that wait
    others: tuple[SanctionRow, ...]  # of the same account, in force beside it
    now: datetime


def sanction_page(sanction_id: int, *, viewer: Actor) -> SanctionPage:
    """Raises Missing, NotPermitted. The number of queries does not depend on the length of its life."""
    require(viewer, Capability.READ_SANCTIONS)
    people = Sanction.objects.select_related(
        "account", "decision__decided_by", "decision__answered_by", "proposer", "approver", "ended_by", "policy_version"
    )
    sanction = people.filter(pk=sanction_id).first()
    if sanction is None:
        raise Missing("There is no such sanction.")
    require_sight_of(viewer, sanction.case_id, what="sanction")
    is_named = sanction.pk in named_accounts([sanction], viewer=viewer)
    changes = list(sanction.changes.select_related("sanction__account", "proposer", "answered_by").order_by("id"))
    events = sanction.events.order_by("id")
    clause = sanction.policy_version.policy.clauses_of(Ground(sanction.ground)).get(sanction.clause)
    return SanctionPage(
        row=rows_of([sanction.pk], viewer=viewer)[0],
        decision_id=sanction.decision_id,
        version=sanction.policy_version.number,
        clause=sanction.clause,
        clause_text=clause.text if clause else "",
        reason=sanction.reason,
        notice=sanction.notice if is_named else "",
        end=_end(sanction),
        starts_at=sanction.starts_at,
        appeal_until=sanction.appeal_until,
        steps=tuple(sorted(_steps(sanction, changes), key=lambda step: step.at)),
        told=tuple(_told(event, is_named=is_named) for event in events),
        changes=change_rows([change for change in changes if change.state == ChangeState.PROPOSED], viewer),
        others=_others(sanction, viewer) if is_named else (),
        now=clock.now(),
    )


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a deed would make of one sanction, or why it cannot be done."""

    row: SanctionRow
    seen: str
    before: str
    after: str
    trouble: str
    stays: bool  # the account stays as it is, because of another sanction

    @property
    def tick(self) -> str:
        return f"{self.row.sanction_id}:{self.seen}"


@dataclass(frozen=True, slots=True)
class Preview:
    deed: Deed
    days: int | None
    rows: tuple[Previewed, ...]

    @property
    def possible(self) -> int:
        return sum(not row.trouble for row in self.rows)


def preview(sanction_ids: Collection[int], *, viewer: Actor, deed: Deed, days: int | None) -> Preview:
    """What would happen now. Raises NotPermitted; Refused for none, for too many and for no number of days."""
    require(viewer, Capability.MANAGE_SANCTIONS)
    changing.check_days(deed, days)
    if not sanction_ids:
        raise Refused("Tick at least one sanction.")
    if len(sanction_ids) > changing.MOST_AT_ONCE:
        raise Refused(f"Tick at most {changing.MOST_AT_ONCE} sanctions at once.")
    now = clock.now()
    sanctions = Sanction.objects.filter(about_cases_of(viewer)).in_bulk(sanction_ids)
    rows = {row.sanction_id: row for row in rows_of(sorted(sanctions), viewer=viewer)}
    beside = _beside(sanctions.values())
    return Preview(
        deed,
        days,
        tuple(
            _previewed(sanctions[pk], rows[pk], deed, days, now, has_another=pk in beside) for pk in sorted(sanctions)
        ),
    )


def _previewed(
    sanction: Sanction, row: SanctionRow, deed: Deed, days: int | None, now: datetime, *, has_another: bool
) -> Previewed:
    trouble, then = "", ""
    try:
        then = _outlook(sanction, row, deed, days, now)
    except Refused as why:
        trouble = str(why)
    before = until(sanction.ends_at, permanent=sanction.permanent)
    stays = then == OVER and has_another
    return Previewed(row, sanction.seen, before, then, trouble, stays)


def _outlook(sanction: Sanction, row: SanctionRow, deed: Deed, days: int | None, now: datetime) -> str:
    """What its end would be, in words. Raises Refused."""
    if sanction.state != SanctionState.IN_FORCE:
        raise Refused("It is not in force any more." if sanction.ended_at else "It is not in force.")
    if row.waits_for:
        raise Refused("A change of it waits for a second person.")
    after = changing.after(deed, sanction.running, days, now)
    return OVER if after.is_over else until(after.ends_at, permanent=after.permanent)


def _beside(sanctions: Collection[Sanction]) -> set[int]:
    """Those that are not the only one of their kind in force against their account, nor all of them named here."""
    ids = {sanction.pk for sanction in sanctions}
    accounts = {sanction.account_id for sanction in sanctions}
    others = Sanction.objects.in_force().filter(account__in=accounts).exclude(pk__in=ids)
    kept = {(account, _effect(kind)) for account, kind in others.values_list("account_id", "kind")}
    return {sanction.pk for sanction in sanctions if (sanction.account_id, _effect(sanction.kind)) in kept}


def _effect(kind: str) -> str:
    return "badge" if kind in (SanctionKind.TEEN_BADGE_HOLD, SanctionKind.TEEN_BADGE_REMOVAL) else kind


def _end(sanction: Sanction) -> str:
    if sanction.ended_at:
        return f"{ENDED[EndedBy(sanction.ended_how)]} on {moment(sanction.ended_at)}"
    if sanction.state != SanctionState.IN_FORCE:
        return ""
    return until(sanction.ends_at, permanent=sanction.permanent)


def _others(sanction: Sanction, viewer: Actor) -> tuple[SanctionRow, ...]:
    seen = Sanction.objects.in_force().filter(about_cases_of(viewer))
    beside = seen.filter(account=sanction.account_id).exclude(pk=sanction.pk)
    return rows_of(list(beside.order_by("-id").values_list("pk", flat=True)[:20]), viewer=viewer)


def _steps(sanction: Sanction, changes: list[SanctionChange]) -> Iterator[Step]:
    decision = sanction.decision
    proposer = sanction.proposer.name if sanction.proposer else "Haven"
    begun = sanction.starts_at
    at_once = begun is not None and sanction.approver is None
    if decision is None:
        yield from _of_hold(sanction)
        return
    yield Step(decision.decided_at, "Decided" if at_once else "Proposed", proposer, decision.note)
    if sanction.approver and begun:
        yield Step(begun, "Approved, in force", sanction.approver.name, decision.answer_note)
    if sanction.state == SanctionState.REFUSED and decision.answered_at and decision.answered_by:
        yield Step(decision.answered_at, "Refused", decision.answered_by.name, decision.answer_note)
    if sanction.state == SanctionState.UNDONE and decision.undone_at:
        yield Step(decision.undone_at, "Undone", decision.decided_by.name)
    for change in changes:
        yield from _of_change(change)
    yield from _of_appeal(sanction)
    yield from _of_end(sanction)


def _of_hold(sanction: Sanction) -> Iterator[Step]:
    """An interim hold: nobody decided it, and a person answers it."""
    if sanction.starts_at:
        yield Step(sanction.starts_at, "Held until a person has looked", "Haven")
    yield from _of_end(sanction)


def _of_end(sanction: Sanction) -> Iterator[Step]:
    if sanction.ended_at:
        who = sanction.ended_by.name if sanction.ended_by else "Haven"
        yield Step(sanction.ended_at, ENDED[EndedBy(sanction.ended_how)], who, sanction.end_reason)


def _of_change(change: SanctionChange) -> Iterator[Step]:
    deed = Deed(change.deed)
    if deed.needs_two:
        yield Step(change.proposed_at, f"Proposed: {deed.label.lower()}", change.proposer.name, change.reason)
    elif deed is not Deed.LIFT:  # the end itself tells of a lifting
        days = f" by {change.days} day{'s' if change.days != 1 else ''}"
        end = until(change.ends_after, permanent=False)
        yield Step(change.proposed_at, f"{deed.done.capitalize()}{days}, {end}", change.proposer.name, change.reason)
    if change.answered_at:
        said = {ChangeState.DONE: "Approved", ChangeState.REFUSED: "Refused", ChangeState.LAPSED: "Came to nothing"}
        who = change.answered_by.name if change.answered_by else "Haven"
        what = f"{said[ChangeState(change.state)]}: {deed.label.lower()}"
        yield Step(change.answered_at, what, who, change.answer_note)


def _of_appeal(sanction: Sanction) -> Iterator[Step]:
    appeal = Appeal.objects.filter(sanction=sanction).select_related("hearer").first()
    if appeal is None:
        return
    yield Step(appeal.received_at, "Appealed", "the account's owner")
    if appeal.state != AppealState.OPEN and appeal.heard_at and appeal.hearer:
        yield Step(appeal.heard_at, f"Appeal {appeal.state}", appeal.hearer.name)


def _told(event: OutboxEvent, *, is_named: bool) -> Told:
    delivery = delivery_of(event)
    if event.state == OutboxState.CANCELLED:
        delivery = Delivery("taken back before it left")
    text = event.payload.get("notice", "") if is_named else ""
    return Told(event.created_at, event.topic, delivery, event.delivered_at, event.attempts, str(text))
