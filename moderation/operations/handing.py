"""Letting a case wait, and handing it to others: to a person, to the seniors, or back because it is too close."""

from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from accounts.models import User
from accounts.roles import Capability
from moderation.domain import waiting
from moderation.domain.refusals import Refused, WrongMove
from moderation.domain.vocabulary import Lane, Severity
from moderation.models import Case, Note, Skip, clock
from moderation.operations.enacting import locked_case
from moderation.operations.leases import check_held
from moderation.permissions import require, staff_of

HANDED = ["lane", "handed_to", "waits_until"]


@whole
def put_off(case_id: int, *, actor: Actor, token: int, until: datetime, note: str) -> Case:
    """Give the case back, not to be offered to anybody before `until`; whoever it was handed to keeps it.

    Raises Missing; Stale when the lease is lost; Refused for a time that cannot be, or without a note.
    """
    case = locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    check_held(case, token, actor, now)
    text = _said(note)
    waiting.check(until, now, Severity(case.severity), case.due_at)

    case.waits_until = until
    _leave(case)
    _write(case, actor, text)

    audit.record("case.put_off", actor=actor, target=case, until=until.isoformat())
    return case


@whole
def hand_to(case_id: int, *, actor: Actor, token: int, person_id: int, note: str) -> Case:
    """Give the case to a colleague, who is offered it first; anybody may still open it.

    Raises Missing; Stale when the lease is lost; Refused when that person cannot have it, or without a note.
    """
    case = locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    check_held(case, token, actor, now)
    text = _said(note)
    person = _colleague(case, person_id, actor)

    case.handed_to = person
    case.waits_until = None
    case.lane = Lane.ORDINARY if case.lane == Lane.SENIOR else case.lane
    _leave(case)
    _write(case, actor, text)

    audit.record("case.handed_on", actor=actor, target=case, to=person.pk)
    return case


@whole
def hand_to_seniors(case_id: int, *, actor: Actor, token: int, note: str) -> Case:
    """Give the case to the senior moderators, whoever of them comes first.

    Raises Missing; Stale when the lease is lost; WrongMove when it was raised, because then they have it; Refused
    without a note.
    """
    case = locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    check_held(case, token, actor, now)
    text = _said(note)
    if case.lane not in (Lane.ORDINARY, Lane.SENIOR):
        raise WrongMove(f"This case is raised ({Lane(case.lane).label.lower()}): the seniors have it already.")

    case.handed_to = None
    case.waits_until = None
    case.lane = Lane.SENIOR
    _leave(case)
    _write(case, actor, text)

    audit.record("case.handed_on", actor=actor, target=case, to="seniors")
    return case


@whole
def hand_over(case_id: int, *, actor: Actor, token: int) -> Case:
    """Give back a case that touches the person too much: it waits for others and is never offered to them again.

    No reason is asked. Raises Missing; Stale when the lease is lost.
    """
    case = locked_case(case_id, actor=actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    check_held(case, token, actor, now)

    Skip.objects.update_or_create(case=case, person=staff_of(actor), defaults={"too_close": True})
    case.handed_to = None if case.handed_to_id == actor.actor_id else case.handed_to
    _leave(case)

    audit.record("case.handed_over", actor=actor, target=case)
    return case


def _said(note: str) -> str:
    text = note.strip()
    if not text:
        raise Refused("Write a note: whoever opens the case next has to know where it stands.")
    return text


def _colleague(case: Case, person_id: int, actor: Actor) -> User:
    """The same sentence for whoever found the case too close: that is theirs alone."""
    person = User.objects.filter(pk=person_id).first()
    if person is None or not person.can(Capability.WORK_CASES):
        raise Refused("Nobody who works on cases goes by that name: choose somebody from the list.")
    if person.pk == actor.actor_id:
        raise Refused("You have this case already: choose somebody else, or put it off.")
    if case.skips.filter(person=person, too_close=True).exists():
        raise Refused(f"{person} cannot take this case: choose somebody else.")
    return person


def _leave(case: Case) -> None:
    """End the lease for every page on which it is open: a new token, so that none of them renews it."""
    case.lease_token += 1
    case.save(update_fields=[*HANDED, *case.let_go(), "lease_token"])


def _write(case: Case, actor: Actor, text: str) -> None:
    Note.objects.create(case=case, text=text, written_by=staff_of(actor))
