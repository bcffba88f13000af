"""Working with the evidence of a case: reading more of the conversation, and labelling what the pre-screen did."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms.decisions import DraftForm
from moderation.forms.desk import MissedForm, MoreForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.models import Label
from moderation.operations import labelling, readings
from moderation.queries.cases import case_page
from moderation.views.case import PAGE, show


@require_POST
@requires(Capability.READ_CASES)
def case_more(request: StaffRequest, case_id: int) -> HttpResponse:
    """Show more of the conversation; on record, with the reason."""
    form = MoreForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    more = form.more()
    readings.read_more(case_id, actor=request.user, more=more)
    if not wants_fragment(request):
        return SeeOther(_place(case_id, more.message_id))
    page = replace(case_page(case_id, viewer=request.user), at=more.message_id)
    response = render(request, f"{PAGE}#told", {"page": page})
    return trigger_client_event(response, "announce", {"value": f"More messages are shown, {more.side} this one."})


@require_POST
@requires(Capability.WORK_CASES)
def finding_wrong(request: StaffRequest, case_id: int, finding_id: int) -> HttpResponse:
    label = labelling.mark_wrong(case_id, finding_id, actor=request.user)
    return _back(request, label, "Marked as wrong: it no longer counts for what is suggested.")


@require_POST
@requires(Capability.WORK_CASES)
def case_missed(request: StaffRequest, case_id: int) -> HttpResponse:
    form = MissedForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    label = labelling.mark_missed(case_id, actor=request.user, missed=form.missed())
    return _back(request, label, "Marked as missed by the pre-screen.")


@require_POST
@requires(Capability.WORK_CASES)
def label_withdraw(request: StaffRequest, case_id: int, label_id: int) -> HttpResponse:
    label = labelling.withdraw_label(case_id, label_id, actor=request.user)
    return _back(request, label, "Taken back.")


def _back(request: StaffRequest, label: Label, done: str) -> HttpResponse:
    """To the message that was judged. A label changes what is suggested, so htmx gets the whole page, with whatever
    had been chosen and typed on the decision."""
    at = _message_of(label)
    if not request.htmx:
        messages.info(request, done)
        return SeeOther(_place(label.case_id, at))
    form = DraftForm(request.POST)
    draft = form.draft() if "choice" in request.POST and form.is_valid() else None
    messages.info(request, done)
    return show(request, replace(case_page(label.case_id, viewer=request.user), at=at), draft)


def _message_of(label: Label) -> int:
    if label.message_id is not None:
        return label.message_id
    return label.finding.message_ids[0] if label.finding else 0


def _place(case_id: int, message_id: int) -> str:
    return f"{resolve_url('case', case_id)}#m-{message_id}"
