"""Notes by people on staff about an account or a case. None is ever changed: a second thought is a second note."""

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Missing, Refused
from moderation.models import Account, Case, CaseParty, Note
from moderation.permissions import require, staff_of

LONGEST = 4000  # characters


@whole
def write_note(text: str, *, actor: Actor, account_id: int | None = None, case_id: int | None = None) -> Note:
    """Keep a note about an account, about a case, or about an account as it was seen in a case.

    Raises Missing, also for an account that has no part in the case; NotPermitted; Refused without a text.
    """
    case = _case(case_id)
    account = _account(account_id, case)

    require(actor, Capability.WORK_CASES)

    if case is None and account is None:
        raise Refused("Say which account or which case the note is about.")
    if not text.strip():
        raise Refused("Write something first: an empty note helps nobody.")
    if len(text) > LONGEST:
        raise Refused(f"The note is longer than {LONGEST} characters: shorten it.")

    note = Note.objects.create(account=account, case=case, text=text.strip(), written_by=staff_of(actor))

    audit.record("note.written", actor=actor, target=note, account=account_id, case=case_id)
    return note


def _case(case_id: int | None) -> Case | None:
    if case_id is None:
        return None
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise Missing("There is no such case.")
    return case


def _account(account_id: int | None, case: Case | None) -> Account | None:
    if account_id is None:
        return None
    account = Account.objects.filter(pk=account_id).first()
    if account is None or (case and not CaseParty.objects.filter(case=case, account=account).exists()):
        raise Missing("There is no such account in this case.")
    return account
