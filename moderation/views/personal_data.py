"""What is kept and for how long, and all that is held about one person, to be taken by whoever answers them."""

import json

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.domain.retention import RULES
from moderation.http import StaffRequest
from moderation.operations.personal_data import record_subject_access
from moderation.operations.retention import MOST_COUNTED, plan
from moderation.queries.subject_access import held_about, person_data

RETENTION, PAGE, READABLE = (f"moderation/{name}.html" for name in ("retention", "person_data", "person_data_readable"))


@require_safe
@requires(Capability.MANAGE_DATA)
def retention(request: StaffRequest) -> HttpResponse:
    rows = [
        {"rule": RULES[one.kind], "planned": one, "is_most": one.count >= MOST_COUNTED, "days": one.days}
        for one in plan(actor=request.user)
    ]
    return render(request, RETENTION, {"rows": rows, "most": MOST_COUNTED})


@require_safe
@requires(Capability.MANAGE_DATA)
def person_data_page(request: StaffRequest, account_id: int) -> HttpResponse:
    return render(request, PAGE, {"held": held_about(account_id, viewer=request.user)})


@require_POST
@requires(Capability.MANAGE_DATA)
def person_data_take(request: StaffRequest, account_id: int) -> HttpResponse:
    """By POST, because it is on record that it was taken."""
    form = request.POST.get("form", "")
    if form not in ("json", "page"):
        raise Refused("Choose whether a machine or a person is to read it.")
    every = "all_accounts" in request.POST
    record_subject_access(account_id, actor=request.user, form=form, all_accounts=every)
    data = person_data(account_id, viewer=request.user, all_accounts=every)
    if form == "page":
        return render(request, READABLE, {"data": data})
    body = json.dumps(data.to_json(), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="account-{data.account_id}.json"'
    return response
