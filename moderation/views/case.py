"""The case page: reading it, taking and keeping its lease, looking at contacts. Deciding is in decisions."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url

from accounts.access import background, requires
from accounts.preferences import preferences_of
from accounts.roles import Capability
from moderation.domain.refusals import Held, Refused, Stale, WrongMove
from moderation.forms.decisions import DraftForm
from moderation.forms.desk import LeaseForm
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.operations import leases, readings
from moderation.queries.cases import CasePage, case_lease, case_page
from moderation.queries.desk import Draft, desk
from moderation.views import shift

PAGE = "moderation/case.html"
NOTHING_LEFT = "Nothing is left for you: what is open is in somebody's hands, put off, or was skipped by you."
REVEALED = "revealed"  # in the session: the case whose contacts the next page shows, once


@require_safe
@requires(Capability.READ_CASES)
def case(request: StaffRequest, case_id: int) -> HttpResponse:
    revealed = request.session.get(REVEALED) == case_id
    if REVEALED in request.session:
        del request.session[REVEALED]
    readings.record_reading(case_id, actor=request.user)
    page = case_page(case_id, viewer=request.user, is_revealed=revealed)
    shown = show(request, page)
    shift.note_opened(request, page)
    return shown


@require_POST
@requires(Capability.WORK_CASES)
def case_open(request: StaffRequest, case_id: int) -> HttpResponse:
    """Take the lease and go to the case. Somebody else's case is shown for reading instead."""
    with suppress(Held, WrongMove):
        leases.claim_case(case_id, actor=request.user)
    return _to_case(request, case_id)


@require_POST
@requires(Capability.WORK_CASES)
def case_next(request: StaffRequest) -> HttpResponse:
    taken = leases.claim_next(actor=request.user)
    if taken is None:
        messages.info(request, NOTHING_LEFT)
        return SeeOther(resolve_url("queue"))
    return SeeOther(resolve_url("case", taken.pk))


@require_POST
@requires(Capability.WORK_CASES)
def case_skip(request: StaffRequest, case_id: int) -> HttpResponse:
    """Go on to the next case without deciding this one."""
    taken = leases.skip_case(case_id, actor=request.user, token=token_of(request))
    messages.info(request, f"Case {case_id} skipped: it is offered to somebody else.")
    if taken is None:
        messages.info(request, NOTHING_LEFT)
        return SeeOther(resolve_url("queue"))
    return SeeOther(resolve_url("case", taken.pk))


@require_POST
@requires(Capability.WORK_CASES)
def case_take_over(request: StaffRequest, case_id: int) -> HttpResponse:
    leases.take_over(case_id, actor=request.user)
    return _to_case(request, case_id)


@require_POST
@requires(Capability.WORK_CASES)
def case_release(request: StaffRequest, case_id: int) -> HttpResponse:
    leaving = "leaving" in request.POST  # said by a page while it goes: nobody reads an answer
    leases.release_case(case_id, actor=request.user, token=token_of(request), leaving=leaving)
    if leaving:
        return HttpResponse(status=204)
    messages.info(request, f"Case {case_id} is back in the queue.")
    return SeeOther(resolve_url("queue"))


@require_POST
@background
@requires(Capability.WORK_CASES)
def case_renew(request: StaffRequest, case_id: int) -> HttpResponse:
    """Asked for every few seconds by an open page, and by hand.

    The page says for how long it has been idle; the lease then lasts from before that, and is renewed when half of it
    is gone: 204 while there is nothing new. By hand it begins anew at once. When the lease is lost: 409 with the chip
    that says so and a card beside the form, which stays as it is.
    """
    token, idle = _lease_said(request)
    held = case_lease(case_id, viewer=request.user)
    if idle is not None and held.is_mine and held.token == token and not held.is_half_gone:
        return HttpResponse(status=204)
    try:
        renewed = leases.renew_lease(case_id, actor=request.user, token=token, idle=idle or timedelta())
    except Stale as refused:
        context = {"case_id": case_id, "lease": case_lease(case_id, viewer=request.user), "text": str(refused)}
        return render(request, f"{PAGE}#lease-lost", context, status=409)
    if not wants_fragment(request):
        return SeeOther(resolve_url("case", case_id))
    if held.expires_at == renewed.lease_expires_at:
        return HttpResponse(status=204)
    context = {"case_id": case_id, "lease": case_lease(case_id, viewer=request.user)}
    return render(request, f"{PAGE}#lease", context)


@require_POST
@requires(Capability.WORK_CASES)
def case_reveal(request: StaffRequest, case_id: int) -> HttpResponse:
    """Show the contacts of a case, once, and on record."""
    readings.reveal_contacts(case_id, actor=request.user)
    if wants_fragment(request):
        page = case_page(case_id, viewer=request.user, is_revealed=True)
        return render(request, f"{PAGE}#told", {"page": page})
    request.session[REVEALED] = case_id
    return SeeOther(resolve_url("case", case_id))


def show(
    request: StaffRequest, page: CasePage, draft: Draft | None = None, *, status: int = 200, **said: Any
) -> HttpResponse:
    """The whole page; `said` is the title, text and tone of a card above the decision."""
    context = {"page": page, "case_id": page.case_id, "lease": page.lease, "desk": desk(page, draft), "card": said}
    likes = preferences_of(request.user)
    context |= {"pause": shift.card(request), "quick_dismiss": likes.quick_dismiss}
    response = render(request, PAGE, context, status=status)
    return push_url(response, resolve_url("case", page.case_id)) if request.method == "POST" else response


def _to_case(request: StaffRequest, case_id: int) -> HttpResponse:
    """To the case; when a decision had been begun on it, with what was chosen and typed."""
    form = DraftForm(request.POST)
    if "choice" not in request.POST or not form.is_valid():
        return SeeOther(resolve_url("case", case_id))
    readings.record_reading(case_id, actor=request.user)
    return show(request, case_page(case_id, viewer=request.user), form.draft())


def token_of(request: StaffRequest) -> int:
    """Which taking of the case a page is about. Raises Refused when it does not say."""
    return _lease_said(request)[0]


def _lease_said(request: StaffRequest) -> tuple[int, timedelta | None]:
    form = LeaseForm(request.POST)
    if not form.is_valid():
        raise Refused("The page did not say which lease it means. Reload it.")
    idle = form.cleaned_data["idle"]
    return form.cleaned_data["token"], None if idle is None else timedelta(seconds=idle)
