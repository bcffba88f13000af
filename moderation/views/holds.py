"""Confirming and lifting an interim hold, from the case page and from the page of what was raised."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Held, Refused, WrongMove
from moderation.forms.sanctions import LiftForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.models import Hold
from moderation.operations import holds, leases
from moderation.queries.cases import case_page
from moderation.queries.escalations import forget

CARD = "components/_holds.html"


@require_POST
@requires(Capability.WORK_CASES)
def hold_confirm(request: StaffRequest, hold_id: int) -> HttpResponse:
    """The badge stays held, and the ordinary decision comes next: the case is taken for it unless somebody has it."""
    hold = holds.confirm_hold(hold_id, actor=request.user)
    said = f"Confirmed: the teen badge of {hold.account.display_name} stays held until case {hold.case_id} is decided."
    if not wants_fragment(request):
        with suppress(Held, WrongMove):
            leases.claim_case(hold.case_id, actor=request.user)
    return _answered(request, hold, said)


@require_POST
@requires(Capability.WORK_CASES)
def hold_lift(request: StaffRequest, hold_id: int) -> HttpResponse:
    form = LiftForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    hold = holds.lift_hold(hold_id, actor=request.user, reason=form.cleaned_data["reason"])
    said = f"Lifted: {hold.account.display_name} gets the teen badge back. Case {hold.case_id} has still to be decided."
    return _answered(request, hold, said)


def _answered(request: StaffRequest, hold: Hold, said: str) -> HttpResponse:
    """For htmx the card alone, so that a decision that was begun stays as it is."""
    forget()
    if wants_fragment(request):
        context = {"page": case_page(hold.case_id, viewer=request.user), "is_fragment": True}
        return trigger_client_event(render(request, CARD, context), "announce", {"value": said})
    messages.success(request, said)
    return SeeOther(resolve_url("case", hold.case_id))
