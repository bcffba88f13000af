"""Opening a case by hand: the form, and what becomes of it."""

from contextlib import suppress
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Held, Missing, NotPermitted, Refused, WrongMove
from moderation.domain.vocabulary import Ground
from moderation.forms.reports import ReferralForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.operations import leases
from moderation.operations.manual_cases import open_case

PAGE = "moderation/case_new.html"
TYPED = ("conversation", "account", "messages", "reason", "ground")


@require_safe
@requires(Capability.WORK_CASES)
def case_new(request: StaffRequest) -> HttpResponse:
    """The form; what the address names stands in it already."""
    typed = {name: request.GET.get(name, "") for name in TYPED}
    return render(request, PAGE, {"typed": typed, "key": uuid4(), "grounds": list(Ground)})


@require_POST
@requires(Capability.WORK_CASES)
def case_new_open(request: StaffRequest) -> HttpResponse:
    """Open the case, or join the one that is open, and take it. Whatever is refused leaves the form as it is."""
    form = ReferralForm(request.POST)
    if not form.is_valid():
        return _again(request, sentences(form))
    try:
        opened = open_case(form.referred(), actor=request.user)
    except NotPermitted:
        raise
    except Refused as refused:
        return _again(request, str(refused))
    try:
        with suppress(Held, WrongMove):
            leases.claim_case(opened.case.pk, actor=request.user)
    except Missing:  # beyond their access, and whether there was one already is too
        messages.success(request, "What you wrote is kept. Your access does not reach this case: others look at it.")
        return SeeOther(resolve_url("queue"))
    words = "The case is open." if opened.is_new else "There is a case of this already: your reason stands in it now."
    messages.success(request, words)
    return SeeOther(resolve_url("case", opened.case.pk))


def _again(request: StaffRequest, why: str) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in TYPED}
    key = request.POST.get("key") or uuid4()
    return render(request, PAGE, {"typed": typed, "key": key, "grounds": list(Ground), "why": why}, status=422)
