"""Dismissing look-alikes in one go, and taking that back in one go.

Every case gets a decision of its own, so that each can be undone, appealed and counted by itself. Which cases may go
this way is the affair of domain.alike.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import outbox
from moderation.domain.alike import MOST_AT_ONCE, Likeness, likeness, why_alone
from moderation.domain.policy import Policy
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import CaseState, DecisionState, Outcome
from moderation.models import Case, Conversation, Decision, PolicyVersion, clock
from moderation.operations import closing, enacting
from moderation.permissions import require, require_sight, staff_of


@dataclass(frozen=True, slots=True)
class Dismissal:
    """The cases that were ticked, each with its version as it was seen. `key` is made with the form, so that sending
    the form twice dismisses once."""

    key: UUID
    seen: Mapping[int, int]

    def check(self) -> None:
        """Raise Refused when there is nothing to do, or more than a person can have looked at."""
        if not self.seen:
            raise Refused("Tick at least one case, or go back to the queue.")
        if len(self.seen) > MOST_AT_ONCE:
            raise Refused(f"{len(self.seen)} cases are too many at once: tick at most {MOST_AT_ONCE}.")

    def key_of(self, case_id: int) -> UUID:
        return uuid5(self.key, str(case_id))


@dataclass(frozen=True, slots=True)
class Done:
    """What became of several at once: the decisions, and why others were left as they were, in words."""

    decisions: tuple[Decision, ...]
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Setting:
    """Against what each case is checked, and under what it is decided."""

    model: Likeness
    version: PolicyVersion
    policy: Policy
    actor: Actor
    now: datetime


@whole
def dismiss_alike(case_id: int, *, actor: Actor, dismissal: Dismissal) -> Done:
    """Decide «no violation» on every ticked case that still looks like the case `case_id` and still weighs little.

    What has changed since it was seen, what somebody else holds and what has to be looked at on its own is left as it
    is. Sending the same key again answers the first decisions. Raises Missing; Refused for no case or too many; Stale
    when every one of them had to be left.
    """
    dismissal.check()
    cases = _lock(Case.objects.visible_to(actor).filter(pk__in=dismissal.seen))
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    first = require_sight(actor, Case.objects.filter(pk=case_id).first())
    before = _before(dismissal, actor)
    version = PolicyVersion.objects.in_force()
    setting = _Setting(likeness(first), version, version.policy, actor, now)
    why = {case.pk: _why_left(case, dismissal.seen[case.pk], setting) for case in cases if case.pk not in before}
    left = tuple(f"Case {pk}: {words}." for pk, words in why.items() if words)
    chosen = [case for case in cases if not why.get(case.pk, "decided before")]
    if not chosen and not before:
        raise Stale(" ".join(left) or "None of these cases is there any more.")

    decisions = Decision.objects.bulk_create(_decision(case, dismissal, setting, len(chosen)) for case in chosen)
    for case in chosen:
        closing.close(case, now)  # and nobody to tell: none of them was reported, and no account changes

    for decision in decisions:
        _record(decision, version, actor, together=len(decisions))
    if decisions:
        audit.record(
            "cases.dismissed_together",
            actor=actor,
            target=first,
            policy_version=version.number,
            decisions=[decision.pk for decision in decisions],
            left=[pk for pk, words in why.items() if words],
        )
    return Done((*before.values(), *decisions), left)


@whole
def undo_together(decision_ids: Collection[int], *, actor: Actor) -> Done:
    """Take several of one's own dismissals back while that is possible; their cases are open again.

    Those that cannot be undone any more are left as they are. Raises Missing, NotPermitted; Refused when one of them
    has sanctions, which is undone by itself; WrongMove when none could be undone.
    """
    wanted = sorted(set(decision_ids))[: MOST_AT_ONCE + 1]
    cases = {case.pk: case for case in _lock(Case.objects.filter(decisions__in=wanted))}
    locked = Decision.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    decisions = list(locked)
    now = clock.now()

    require(actor, Capability.WORK_CASES)
    if any(decision.decided_by_id != actor.actor_id for decision in decisions):
        raise NotPermitted("Only the person who decided this can undo it.")

    if not decisions:
        raise Missing("There is no such decision.")
    if len(wanted) > MOST_AT_ONCE:
        raise Refused(f"These are too many at once: at most {MOST_AT_ONCE}.")
    if any(decision.outcome != Outcome.NO_VIOLATION for decision in decisions):
        raise Refused("Only dismissals can be undone together. Undo a decision with sanctions on the page of its case.")

    for decision in decisions:
        decision.case = cases[decision.case_id]
    why = {decision.pk: _why_stays(decision, now) for decision in decisions}
    left = tuple(f"Case {decision.case_id}: {why[decision.pk]}." for decision in decisions if why[decision.pk])
    undone = [decision for decision in decisions if not why[decision.pk]]
    if not undone:
        raise WrongMove(" ".join(left))

    for decision in undone:
        decision.move_to(DecisionState.UNDONE)
        decision.undone_at = now
        decision.save(update_fields=["state", "undone_at"])
        closing.reopen(decision.case)

    for decision in undone:
        audit.record("decision.undone", actor=actor, target=decision, case=decision.case_id, together=len(undone))
    audit.record(
        "decisions.undone_together", actor=actor, target=undone[0], decisions=[decision.pk for decision in undone]
    )
    return Done(tuple(undone), left)


def _lock(wanted: Iterable[Case]) -> list[Case]:
    """The cases after their conversations, each in the order of their ids, which is how everyone locks them: so
    neither screening nor another such operation can wait for this one while this one waits for it."""
    ids = {case.pk: case.conversation_id for case in wanted}
    conversations = Conversation.objects.filter(pk__in=[pk for pk in ids.values() if pk])
    list(conversations.order_by("pk").select_for_update(no_key=True))
    cases = Case.objects.filter(pk__in=ids).select_related("holder").order_by("pk")
    return list(cases.select_for_update(of=("self",), no_key=True))


def _before(dismissal: Dismissal, actor: Actor) -> dict[int, Decision]:
    """What an earlier sending of the same form has decided, by case."""
    keys = [dismissal.key_of(pk) for pk in dismissal.seen]
    found = {decision.case_id: decision for decision in Decision.objects.filter(key__in=keys).order_by("pk")}
    if any(decision.decided_by_id != actor.actor_id for decision in found.values()):
        raise Refused("This form has been used by somebody else. Reload the page.")
    return found


def _decision(case: Case, dismissal: Dismissal, setting: _Setting, together: int) -> Decision:
    return Decision(
        case=case,
        key=dismissal.key_of(case.pk),
        state=DecisionState.IN_FORCE,
        outcome=Outcome.NO_VIOLATION,
        grounds=[],
        cleared=case.grounds,
        note=f"One of {together} look-alikes that were dismissed together." if together > 1 else "",
        policy_version=setting.version,
        decided_by=staff_of(setting.actor),
        decided_at=setting.now,
        seen_version=case.version,
        undo_until=setting.now + setting.policy.undo_window,
    )


def _record(decision: Decision, version: PolicyVersion, actor: Actor, *, together: int) -> None:
    """The same row as for a case that is decided by itself."""
    audit.record(
        "case.decided",
        actor=actor,
        target=decision.case,
        policy_version=version.number,
        decision=decision.pk,
        outcome=Outcome.NO_VIOLATION,
        grounds=[],
        sanctions=[],
        proposed=False,
        together=together,
    )


def _why_left(case: Case, seen_version: int, setting: _Setting) -> str:
    if case.state != CaseState.OPEN:
        return "it has been decided meanwhile"
    if case.is_held(setting.now) and not case.is_held_by(setting.actor.actor_id, setting.now):
        return f"{case.holder} has it now"
    if case.version != seen_version:
        return "something new has come into it since you looked"
    if likeness(case) != setting.model:
        return "it does not look like the others"
    return why_alone(case, setting.policy, setting.now)


def _why_stays(decision: Decision, now: datetime) -> str:
    if decision.state == DecisionState.UNDONE:
        return "it has been undone already"
    if closing.has_successor(decision.case):
        return "a new case of this conversation has been opened since"
    if not decision.can_be_undone(now) or not outbox.cancel(enacting.cause_of(decision)):
        return "the time to undo is over"
    return ""
