"""Raising a case, the page of what was raised, and answering."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Lane
from moderation.forms.desk import EscalationAnswerForm, RaiseForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.operations import escalating
from moderation.queries.cases import case_head
from moderation.queries.escalations import escalations_page, forget

PAGE = "moderation/escalations.html"
HEAD = "components/_case_head.html"


@require_POST
@requires(Capability.WORK_CASES)
def case_raise(request: StaffRequest, case_id: int) -> HttpResponse:
    """The page stays as it is, with what was typed; only its head is new."""
    form = RaiseForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    lane = Lane(form.cleaned_data["lane"])
    escalating.raise_case(case_id, actor=request.user, lane=lane, note=form.cleaned_data["why"])
    forget()
    said = f"Case {case_id} is raised ({lane.label.lower()}). The seniors have it before them."
    if wants_fragment(request):
        context = {"head": case_head(case_id, viewer=request.user), "is_fragment": True}
        return trigger_client_event(render(request, HEAD, context), "announce", {"value": said})
    messages.info(request, said)
    return SeeOther(resolve_url("case", case_id))


@require_safe
@requires(Capability.ANSWER_ESCALATIONS)
def escalations(request: StaffRequest) -> HttpResponse:
    return render(request, PAGE, {"page": escalations_page(viewer=request.user)})


@require_POST
@requires(Capability.ANSWER_ESCALATIONS)
def escalation_answer(request: StaffRequest, escalation_id: int) -> HttpResponse:
    form = EscalationAnswerForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    answered = escalating.answer_escalation(escalation_id, actor=request.user, answer=form.cleaned_data["answer"])
    forget()
    messages.success(request, f"Case {answered.case_id}: answered. {answered.raised_by} can read it there.")
    return SeeOther(resolve_url("escalations"))
