"""Letting a case go other than by deciding it: putting it off, handing it on, handing it over."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain import waiting
from moderation.domain.refusals import Refused
from moderation.domain.waiting import Until
from moderation.forms.desk import HandForm, PutOffForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.models import clock
from moderation.operations import handing
from moderation.views.case import token_of


@require_POST
@requires(Capability.WORK_CASES)
def case_put_off(request: StaffRequest, case_id: int) -> HttpResponse:
    form = PutOffForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    said = form.cleaned_data
    until = waiting.moment(Until(said["until"]), clock.now(), said["zone"], said["at"])
    handing.put_off(case_id, actor=request.user, token=token_of(request), until=until, note=said["why"])
    shown = until.astimezone(said["zone"])
    words = f"{shown:%H:%M} on {shown.day} {shown:%B} ({said['zone'].key})"
    return _to_queue(request, f"Case {case_id} waits until {words}.")


@require_POST
@requires(Capability.WORK_CASES)
def case_hand_on(request: StaffRequest, case_id: int) -> HttpResponse:
    """To a colleague, or to the seniors."""
    form = HandForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    to, note, token = form.cleaned_data["to"], form.cleaned_data["why"], token_of(request)
    if to is None:
        handing.hand_to_seniors(case_id, actor=request.user, token=token, note=note)
        return _to_queue(request, f"Case {case_id} is with the seniors now.")
    case = handing.hand_to(case_id, actor=request.user, token=token, person_id=to, note=note)
    return _to_queue(request, f"Case {case_id} is with {case.handed_to} now.")


@require_POST
@requires(Capability.WORK_CASES)
def case_hand_over(request: StaffRequest, case_id: int) -> HttpResponse:
    """Because it is too close. Nothing is asked, and nothing is said about it."""
    handing.hand_over(case_id, actor=request.user, token=token_of(request))
    return _to_queue(request, f"Case {case_id} is with others now. You will not be offered it again.")


def _to_queue(request: StaffRequest, said: str) -> HttpResponse:
    messages.info(request, said)
    return SeeOther(resolve_url("queue"))
