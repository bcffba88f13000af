"""The lists of sanctions, one of them as a file, one sanction with its life, and lifting it."""

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms.sanctions import LiftForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.models import clock
from moderation.operations.exports import record_export
from moderation.operations.sanctions import lift_sanction
from moderation.queries.sanction_export import export
from moderation.queries.sanction_life import sanction_page
from moderation.queries.sanction_lists import Tab, asked_from
from moderation.queries.sanctions import sanctions_page

PAGE = "moderation/sanctions.html"
ONE = "moderation/sanction.html"


@require_safe
@requires(Capability.READ_SANCTIONS)
def sanctions(request: StaffRequest) -> HttpResponse:
    page = sanctions_page(asked_from(request.GET.dict()), viewer=request.user)
    return render(request, PAGE, {"page": page, "tabs": list(Tab)})


@require_safe
@requires(Capability.MANAGE_SANCTIONS)
def sanctions_export(request: StaffRequest) -> StreamingHttpResponse:
    """Every row of the list as it is narrowed, whatever its page."""
    asked = asked_from(request.GET.dict())
    lines = export(asked, viewer=request.user)
    narrowed = {"list": asked.tab.value, "kind": asked.kind or "", "ground": asked.ground or ""}
    if asked.search:
        narrowed["searched"] = "yes"  # not for what: the record holds no names
    record_export("sanctions", actor=request.user, narrowed=narrowed)
    name = f"sanctions-{asked.tab.value.replace('_', '-')}-{clock.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@requires(Capability.READ_SANCTIONS)
def sanction(request: StaffRequest, sanction_id: int) -> HttpResponse:
    return render(request, ONE, {"page": sanction_page(sanction_id, viewer=request.user)})


@require_POST
@requires(Capability.MANAGE_SANCTIONS)
def sanction_lift(request: StaffRequest, sanction_id: int) -> HttpResponse:
    form = LiftForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    lifted = lift_sanction(sanction_id, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{lifted.measure.label}: lifted. The platform is being told.")
    return SeeOther(resolve_url("sanctions"))
