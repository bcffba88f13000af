"""Looking at what is private. Nothing changes but the record: who looked at what, and when."""

from django.db import transaction

from accounts import Actor, audit
from accounts.roles import Capability
from moderation.domain.refusals import Missing
from moderation.models import Case
from moderation.permissions import require


@transaction.atomic(durable=True)
def record_reading(case_id: int, *, actor: Actor) -> None:
    """Put on record that somebody reads the conversation of a case. Raises Missing or NotPermitted."""
    case = _find(case_id)

    require(actor, Capability.READ_CASES)

    audit.record("case.read", actor=actor, target=case)


@transaction.atomic(durable=True)
def reveal_contacts(case_id: int, *, actor: Actor) -> None:
    """Put on record that somebody sees the contacts of a case unmasked; call it before showing them."""
    case = _find(case_id)

    require(actor, Capability.WORK_CASES)

    findings = list(case.findings.order_by("pk").values_list("pk", flat=True))

    audit.record("case.contacts_revealed", actor=actor, target=case, findings=findings)


def _find(case_id: int) -> Case:
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise Missing("There is no such case.")
    return case
