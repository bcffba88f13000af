"""The people of a case: notes about them, and all open cases of one of them together."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Missing, Refused
from moderation.forms.people import NoteForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.operations.notes import write_note
from moderation.operations.together import Claimed, claim_together
from moderation.queries.notes import LATEST, notes_of
from moderation.queries.together import together_page

NOTES, NOTES_PAGE = "components/_notes.html", "moderation/notes.html"
TOGETHER = "moderation/together.html"


@require_safe
@requires(Capability.READ_CASES)
def case_notes(request: StaffRequest, case_id: int) -> HttpResponse:
    """All notes about a party of the case or, without one, about the case."""
    account_id, before = _number(request, "account"), _number(request, "before")
    notes = notes_of(case_id, viewer=request.user, account_id=account_id, before=before)
    template = NOTES if wants_fragment(request) else NOTES_PAGE
    return render(request, template, {"notes": notes, "can_write": request.user.can(Capability.WORK_CASES)})


@require_POST
@requires(Capability.WORK_CASES)
def case_note(request: StaffRequest, case_id: int) -> HttpResponse:
    """Keep a note. The page around it stays as it is: htmx gets the notes alone."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    text, account_id = form.cleaned_data["text"], form.cleaned_data["account"]
    write_note(text, actor=request.user, account_id=account_id, case_id=case_id, manner=form.manner())
    if not wants_fragment(request):
        messages.success(request, "The note is kept.")
        return SeeOther(resolve_url("case", case_id))
    notes = notes_of(case_id, viewer=request.user, account_id=account_id, most=LATEST)
    response = render(request, NOTES, {"notes": notes, "can_write": True})
    return trigger_client_event(response, "announce", {"value": "The note is kept."})


@require_safe
@requires(Capability.READ_CASES)
def case_together(request: StaffRequest, case_id: int, account_id: int) -> HttpResponse:
    return render(request, TOGETHER, {"page": together_page(case_id, account_id, viewer=request.user)})


@require_POST
@requires(Capability.WORK_CASES)
def case_claim_together(request: StaffRequest, case_id: int, account_id: int) -> HttpResponse:
    """Take them all and go on with the case one came from, or else with the most urgent. The rest follow by
    themselves: after a decision comes a case that one holds already."""
    together_page(case_id, account_id, viewer=request.user)  # Missing for an account that has no part in the case
    claimed = claim_together(account_id, actor=request.user)
    taken = [case.pk for case in claimed.taken]
    messages.info(request, _in_words(claimed))
    return SeeOther(resolve_url("case", case_id if case_id in taken else taken[0]))


def _in_words(claimed: Claimed) -> str:
    taken, held = len(claimed.taken), len(claimed.held)
    are = "cases of this person are" if taken > 1 else "case of this person is"
    words = f"{taken} {are} yours now, one after the other."
    if held:
        words += f" {held} {'stay' if held > 1 else 'stays'} with whoever is working on {'them' if held > 1 else 'it'}."
    return words


def _number(request: StaffRequest, name: str) -> int | None:
    """A number from the address. Raises Missing for what is none, or none that the database could hold."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise Missing("There is nothing at this address.")
    return int(text)
