"""Appeals: the queue, hearing one in its two steps, undoing, and the figures."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms.appeals import FirstViewForm, RulingForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.operations import hearing
from moderation.queries.appeal_figures import Period, appeal_figures, period_from
from moderation.queries.appeals import appeals_page, forget
from moderation.queries.hearings import HearingPage, hearing_page
from moderation.queries.rulings import RulingDesk, RulingDraft, ruling_desk

QUEUE = "moderation/appeals.html"
HEARING = "moderation/hearing.html"
FIGURES = "moderation/appeal_figures.html"
NOT_READ = "The reply that goes with this choice was not on your page yet. Read it, then confirm."


@require_safe
@requires(Capability.HEAR_APPEALS)
def appeals(request: StaffRequest) -> HttpResponse:
    page = appeals_page(viewer=request.user, after=request.GET.get("after", ""))
    return render(request, QUEUE, {"page": page})


@require_safe
@requires(Capability.HEAR_APPEALS)
def appeal(request: StaffRequest, appeal_id: int) -> HttpResponse:
    hearing.record_hearing_look(appeal_id, actor=request.user)
    return _show(request, hearing_page(appeal_id, viewer=request.user))


@require_POST
@requires(Capability.HEAR_APPEALS)
def appeal_view(request: StaffRequest, appeal_id: int) -> HttpResponse:
    """The first step: what one sees oneself. What was decided is shown from then on."""
    form = FirstViewForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    hearing.write_first_view(appeal_id, actor=request.user, text=form.cleaned_data["text"])
    return SeeOther(f"{resolve_url('appeal', appeal_id)}#ruling")


@require_POST
@requires(Capability.HEAR_APPEALS)
def appeal_preview(request: StaffRequest, appeal_id: int) -> HttpResponse:
    """What the choice would do, with the reply that goes with it."""
    page = hearing_page(appeal_id, viewer=request.user)
    desk = ruling_desk(page, _draft(request)[0])
    if wants_fragment(request):
        return render(request, f"{HEARING}#reply", {"page": page, "desk": desk})
    return _show(request, page, desk)


@require_POST
@requires(Capability.HEAR_APPEALS)
def appeal_decide(request: StaffRequest, appeal_id: int) -> HttpResponse:
    """The second step. A reply is never sent that was not on the page."""
    draft, seen = _draft(request)
    page = hearing_page(appeal_id, viewer=request.user)
    desk = ruling_desk(page, draft)
    if page.stance == "decide" and not desk.is_read:
        return _show(request, page, desk, why=NOT_READ, status=422)
    decided = hearing.hear_appeal(appeal_id, actor=request.user, ruling=desk.ruling, seen=seen)
    forget()
    messages.success(request, f"Appeal decided: {decided.state}. It is sent in a few seconds.")
    return SeeOther(resolve_url("appeal", appeal_id))


@require_POST
@requires(Capability.HEAR_APPEALS)
def appeal_undo(request: StaffRequest, appeal_id: int) -> HttpResponse:
    hearing.undo_hearing(appeal_id, actor=request.user)
    forget()
    messages.info(request, "Undone: the appeal waits to be heard, and nothing was sent.")
    return SeeOther(resolve_url("appeal", appeal_id))


@require_safe
@requires(Capability.READ_APPEAL_FIGURES)
def appeal_figures_page(request: StaffRequest) -> HttpResponse:
    period = period_from(request.GET.get("period", ""))
    context = {"page": appeal_figures(period, viewer=request.user), "periods": list(Period)}
    return render(request, FIGURES, context)


def _draft(request: StaffRequest) -> tuple[RulingDraft, str]:
    form = RulingForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    return form.draft(), form.cleaned_data["seen"]


def _show(
    request: StaffRequest, page: HearingPage, desk: RulingDesk | None = None, *, why: str = "", status: int = 200
) -> HttpResponse:
    if desk is None and page.stance == "decide":
        desk = ruling_desk(page)
    return render(request, HEARING, {"page": page, "desk": desk, "why": why}, status=status)
