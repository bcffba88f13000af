"""Changing sanctions in force: at once by one admin, or proposed by one and signed by another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain import changing
from moderation.domain.endings import change_notice
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import ChangeState, Deed, EndedBy, SanctionState
from moderation.models import Appeal, Hold, PolicyVersion, Sanction, SanctionChange, clock
from moderation.operations import standings
from moderation.permissions import may_sign, require, require_sight_of, staff_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done and why. `key` is made with the form, so that sending the form twice does it once."""

    deed: Deed
    reason: str
    key: UUID
    days: int | None = None

    def check(self) -> None:
        """Raise Refused when something is missing, whatever the sanction."""
        if not self.reason.strip():
            raise Refused(f"Say why: the reason for “{self.deed.label.lower()}” stays on the record.")
        changing.check_days(self.deed, self.days)


@dataclass(frozen=True, slots=True)
class Done:
    """What became of several at once: the changes, and why others were left as they were, in words."""

    changes: tuple[SanctionChange, ...]
    left: tuple[str, ...] = ()


def change_sanctions(seen: Mapping[int, str], *, actor: Actor, wanted: Wanted) -> Done:
    """Change each of several sanctions, in a transaction of its own, and leave those that cannot be changed.

    `seen` says of each how it was when somebody looked. Raises NotPermitted; Refused for none, for too many, or when
    every one of them had to be left.
    """
    require(actor, Capability.MANAGE_SANCTIONS)
    wanted.check()
    if not seen:
        raise Refused("Tick at least one sanction.")
    if len(seen) > changing.MOST_AT_ONCE:
        raise Refused(f"{len(seen)} sanctions are too many at once: tick at most {changing.MOST_AT_ONCE}.")
    changes, left = [], []
    for sanction_id in sorted(seen):
        try:
            changes.append(change_sanction(sanction_id, actor=actor, wanted=wanted, seen=seen[sanction_id]))
        except Refused as why:
            left.append(f"Sanction {sanction_id}: {why}")
    if not changes:
        raise Refused(" ".join(left))
    return Done(tuple(changes), tuple(left))


@whole
def change_sanction(sanction_id: int, *, actor: Actor, wanted: Wanted, seen: str | None = None) -> SanctionChange:
    """Do it, or propose it where two people must sign; until then the sanction stays as it is.

    Raises Missing, NotPermitted, Refused, Stale when it is not as it was seen, WrongMove when it is not in force or
    another proposal for it waits.
    """
    sanction = standings.locked_sanction(sanction_id)
    now = clock.now()

    require(actor, Capability.MANAGE_SANCTIONS)
    require_sight_of(actor, sanction.case_id, what="sanction")

    before = SanctionChange.objects.filter(sanction=sanction, key=wanted.key).first()
    if before is not None:
        return _same(before, actor, wanted)
    wanted.check()
    _check_open(sanction, seen)
    after = changing.after(wanted.deed, sanction.running, wanted.days, now)

    change = SanctionChange(
        sanction=sanction,
        key=wanted.key,
        deed=wanted.deed,
        state=ChangeState.PROPOSED if wanted.deed.needs_two else ChangeState.DONE,
        days=wanted.days,
        reason=wanted.reason.strip(),
        ends_before=sanction.ends_at,
        ends_after=after.ends_at,
        proposer=staff_of(actor),
        proposed_at=now,
    )
    change.save()
    if not wanted.deed.needs_two:
        _carry_out(change, sanction, after, actor, now)

    _record(change, sanction, actor, verb="change_proposed" if wanted.deed.needs_two else _VERBS[wanted.deed])
    return change


@whole
def approve_change(change_id: int, *, actor: Actor, note: str = "") -> SanctionChange:
    """Give the second signature on a proposed change: it is carried out now.

    Raises Missing, NotPermitted for the proposer and for whoever may not sign it, WrongMove when it was answered.
    """
    change = _locked_change(change_id, actor)
    sanction = change.sanction
    now = clock.now()

    _require_second(actor, change)

    after = changing.after(Deed(change.deed), sanction.running, change.days, now)
    _answer(change, ChangeState.DONE, actor, note, now)
    _carry_out(change, sanction, after, actor, now)

    _record(change, sanction, actor, verb=_VERBS[Deed(change.deed)])
    return change


@whole
def refuse_change(change_id: int, *, actor: Actor, note: str) -> SanctionChange:
    """Withhold the second signature: the sanction stays as it is.

    Raises Missing, NotPermitted for the proposer, WrongMove when it was answered, Refused without a note.
    """
    change = _locked_change(change_id, actor)
    now = clock.now()

    _require_second(actor, change)

    if not note.strip():
        raise Refused("Say why you refuse: whoever proposed it needs to know.")

    _answer(change, ChangeState.REFUSED, actor, note, now)

    _record(change, change.sanction, actor, verb="change_refused")
    return change


_VERBS = {
    Deed.EXTEND: "extended",
    Deed.SHORTEN: "shortened",
    Deed.LIFT: "lifted",
    Deed.PERMANENT: "made_permanent",
    Deed.REGRANT: "badge_regranted",
}
_HARSHER = frozenset({Deed.EXTEND, Deed.PERMANENT})


def _check_open(sanction: Sanction, seen: str | None) -> None:
    if sanction.state != SanctionState.IN_FORCE:
        state = SanctionState(sanction.state).value.replace("_", " ")
        raise WrongMove(f"This sanction is {state}: only what is in force can be changed.")
    if Hold.objects.open().filter(sanction=sanction).exists():
        raise Refused("Haven held this badge until somebody has looked: confirm or lift that on the page of its case.")
    if seen is not None and seen != sanction.seen:
        raise Stale("It has changed since you looked. Look again before you change it.")
    if sanction.changes.filter(state=ChangeState.PROPOSED).exists():
        raise WrongMove("A change of it waits for a second person: have that answered first.")


def _same(before: SanctionChange, actor: Actor, wanted: Wanted) -> SanctionChange:
    if before.proposer_id != actor.actor_id or before.deed != wanted.deed:
        raise Refused("This form has been used for something else. Reload the page.")
    return before


def _locked_change(change_id: int, actor: Actor) -> SanctionChange:
    """Account and sanction first, as everywhere. Raises Missing, also where the actor may not see the case."""
    sanction_id = SanctionChange.objects.filter(pk=change_id).values_list("sanction_id", flat=True).first()
    if sanction_id is None:
        raise Missing("Nothing of that kind was proposed.")
    sanction = standings.locked_sanction(sanction_id)
    require_sight_of(actor, sanction.case_id, what="change")
    change = SanctionChange.objects.select_for_update(no_key=True).get(pk=change_id)
    change.sanction = sanction
    return change


def _require_second(actor: Actor, change: SanctionChange) -> None:
    require(actor, Capability.APPROVE if change.deed == Deed.PERMANENT else Capability.MANAGE_SANCTIONS)
    if not may_sign(actor, change):
        raise NotPermitted("You proposed this yourself: a second person has to approve or refuse it.")


def _answer(change: SanctionChange, state: ChangeState, actor: Actor, note: str, now: datetime) -> None:
    change.move_to(state)
    change.answered_by_id = actor.actor_id
    change.answered_at = now
    change.answer_note = note.strip()
    change.save()


def _carry_out(change: SanctionChange, sanction: Sanction, after: changing.After, actor: Actor, now: datetime) -> None:
    cause = f"change:{change.pk}"
    if after.is_over:
        how = EndedBy.REGRANT if change.deed == Deed.REGRANT else EndedBy.LIFTING
        standings.end(sanction, actor=actor, how=how, reason=change.reason, now=now)
        standings.announce_end(sanction, not_before=now, cause=cause)
    else:
        _give_end(change, sanction, after, now)
        standings.announce(sanction, not_before=now, cause=cause, change=change)
    standings.settle([sanction.account])


def _give_end(change: SanctionChange, sanction: Sanction, after: changing.After, now: datetime) -> None:
    """`days` stays what was decided at first, except that what is permanent has none."""
    sanction.ends_at = after.ends_at
    sanction.permanent = after.permanent
    if after.permanent:
        sanction.days = None
    if change.deed in _HARSHER and not Appeal.objects.filter(sanction=sanction).exists():
        sanction.appeal_until = now + PolicyVersion.objects.in_force().policy.appeal_window
    sanction.save(update_fields=["ends_at", "permanent", "days", "appeal_until"])
    change.ends_after = after.ends_at
    change.notice = change_notice(
        sanction.account.display_name, Deed(change.deed), sanction.ends_at, sanction.appeal_until
    )
    change.save(update_fields=["ends_after", "notice"])


def _record(change: SanctionChange, sanction: Sanction, actor: Actor, *, verb: str) -> None:
    audit.record(
        f"sanction.{verb}",
        actor=actor,
        target=sanction,
        account=sanction.account_id,
        kind=sanction.kind,
        change=change.pk,
        deed=change.deed,
        days=change.days,
        ends_before=change.ends_before.isoformat() if change.ends_before else None,
        ends_at=sanction.ends_at.isoformat() if sanction.ends_at else None,
    )
