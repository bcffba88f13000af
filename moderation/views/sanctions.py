"""The sanctions page: in force, waiting for approval, ended; and lifting one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms import LiftForm, sentences
from moderation.http import SeeOther, StaffRequest
from moderation.operations.sanctions import lift_sanction
from moderation.queries.sanctions import Tab, sanctions_page, tab_from

PAGE = "moderation/sanctions.html"


@require_safe
@requires(Capability.READ_SANCTIONS)
def sanctions(request: StaffRequest) -> HttpResponse:
    tab = tab_from(request.GET.get("tab", ""))
    page = sanctions_page(tab, viewer=request.user, after=request.GET.get("after", ""))
    return render(request, PAGE, {"page": page, "tabs": list(Tab)})


@require_POST
@requires(Capability.MANAGE_SANCTIONS)
def sanction_lift(request: StaffRequest, sanction_id: int) -> HttpResponse:
    form = LiftForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    lifted = lift_sanction(sanction_id, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{lifted.measure.label}: lifted. The platform is being told.")
    return SeeOther(resolve_url("sanctions"))
