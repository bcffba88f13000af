"""Raising a case to people who can do more than sanction, and their answer. It stays beside whatever is decided."""

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Missing, Refused, WrongMove
from moderation.domain.vocabulary import Lane
from moderation.models import Case, Escalation, clock
from moderation.operations.enacting import locked_case
from moderation.operations.holding import keeps_seniors
from moderation.permissions import require, staff_of

RAISED = (Lane.CRISIS, Lane.SAFEGUARDING)  # the more pressing first: a case in both stands in that lane


@whole
def raise_case(case_id: int, *, actor: Actor, lane: Lane, note: str) -> Escalation:
    """Put the case before the seniors and admins, whoever holds it and whatever its state; it waits no longer.

    Nothing leaves for the platform. Raises Missing; Refused without a note; WrongMove when it was raised already.
    """
    case = locked_case(case_id, actor=actor)

    require(actor, Capability.WORK_CASES)

    if lane not in RAISED:
        raise Refused("A case can be raised as a crisis or for safeguarding.")
    text = note.strip()
    if not text:
        raise Refused("Say in a sentence what you fear: the people who answer read it first.")
    waiting = case.escalations.filter(lane=lane, answered_at=None).select_related("raised_by").first()
    if waiting is not None:
        raise WrongMove(f"{waiting.raised_by} has raised this case already ({lane.label.lower()}): no answer yet.")

    made = Escalation.objects.create(case=case, lane=lane, note=text, raised_by=staff_of(actor))
    case.waits_until = None
    _settle_lane(case)

    audit.record("case.raised", actor=actor, target=case, lane=lane.value, escalation=made.pk)
    return made


@whole
def answer_escalation(escalation_id: int, *, actor: Actor, answer: str) -> Escalation:
    """Say what was done. The case goes back to the ordinary lane when nothing else is raised about it.

    Raises Missing; Refused without a sentence; WrongMove when somebody was faster.
    """
    escalation = _locked(escalation_id, actor)
    now = clock.now()

    require(actor, Capability.ANSWER_ESCALATIONS)

    if escalation.answered_by is not None:
        raise WrongMove(f"{escalation.answered_by} has answered this meanwhile: “{escalation.answer}”")
    text = answer.strip()
    if not text:
        raise Refused("Say in a sentence what was done: whoever raised the case reads it.")

    escalation.answer = text
    escalation.answered_by = staff_of(actor)
    escalation.answered_at = now
    escalation.save(update_fields=["answer", "answered_by", "answered_at"])
    _settle_lane(escalation.case)

    audit.record("escalation.answered", actor=actor, target=escalation, case=escalation.case_id, lane=escalation.lane)
    return escalation


def _locked(escalation_id: int, actor: Actor) -> Escalation:
    """Its case first, as everywhere."""
    case_id = Escalation.objects.filter(pk=escalation_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing("Nothing of that kind was raised.")
    case = locked_case(case_id, actor=actor)
    found = Escalation.objects.select_for_update(of=("self",), no_key=True).select_related("answered_by")
    escalation = found.get(pk=escalation_id)
    escalation.case = case
    return escalation


def _settle_lane(case: Case) -> None:
    waiting = set(case.escalations.filter(answered_at=None).values_list("lane", flat=True))
    otherwise = Lane.SENIOR if keeps_seniors(case) else Lane.ORDINARY
    case.lane = next((lane for lane in RAISED if lane in waiting), otherwise)
    case.save(update_fields=["lane", "waits_until"])
