"""Changing sanctions: what it would do, doing it, and the second person's answer."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Deed
from moderation.forms.decisions import AnswerForm
from moderation.forms.sanctions import ChangeForm, DeedForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.operations import changing
from moderation.queries.sanction_life import preview

PAGE = "moderation/sanction_changes.html"


@require_safe
@requires(Capability.MANAGE_SANCTIONS)
def sanctions_preview(request: StaffRequest) -> HttpResponse:
    """For each that is ticked, what it is now and what it would be. Nothing has happened yet."""
    form = DeedForm(request.GET)
    if not form.is_valid():
        raise Refused(sentences(form))
    deed, days = Deed(form.cleaned_data["deed"]), form.cleaned_data["days"]
    shown = preview(form.ticked(), viewer=request.user, deed=deed, days=days)
    return render(request, PAGE, {"page": shown, "key": uuid4()})


@require_POST
@requires(Capability.MANAGE_SANCTIONS)
def sanctions_change(request: StaffRequest) -> HttpResponse:
    form = ChangeForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    wanted = form.wanted()
    done = changing.change_sanctions(form.cleaned_data["seen"], actor=request.user, wanted=wanted)
    number = len(done.changes)
    which = "1 sanction" if number == 1 else f"{number} sanctions"
    if wanted.deed.needs_two:
        messages.success(request, f"{which}: proposed. A second person has to approve.")
    else:
        messages.success(request, f"{which}: {wanted.deed.done}. The platform is being told.")
    for sentence in done.left:
        messages.warning(request, sentence)
    if number == 1 and not done.left:
        return SeeOther(resolve_url("sanction", done.changes[0].sanction_id))
    return SeeOther(f"{resolve_url('sanctions')}{'?tab=waiting' if wanted.deed.needs_two else ''}")


@require_POST
@requires(Capability.APPROVE)
def change_approve(request: StaffRequest, change_id: int) -> HttpResponse:
    change = changing.approve_change(change_id, actor=request.user, note=_note(request))
    deed = Deed(change.deed)
    messages.success(request, f"Sanction {change.sanction_id}: {deed.done}. The platform is being told.")
    return SeeOther(f"{resolve_url('sanctions')}?tab=waiting")


@require_POST
@requires(Capability.APPROVE)
def change_refuse(request: StaffRequest, change_id: int) -> HttpResponse:
    change = changing.refuse_change(change_id, actor=request.user, note=_note(request))
    messages.success(request, f"Sanction {change.sanction_id}: refused, and it stays as it is.")
    return SeeOther(f"{resolve_url('sanctions')}?tab=waiting")


def _note(request: StaffRequest) -> str:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    note: str = form.cleaned_data["note"]
    return note
