"""Reminders of breaks: kept in the session and nowhere else, shown between cases, never in the way."""

from dataclasses import dataclass
from typing import Protocol

from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.access import requires
from accounts.preferences import preferences_of
from accounts.roles import Capability
from moderation.domain.shift import Shift
from moderation.domain.vocabulary import Severity
from moderation.http import SeeOther, StaffRequest, wants_fragment

KEPT = "shift"  # in the session


class Opened(Protocol):
    @property
    def case_id(self) -> int: ...

    @property
    def severity(self) -> Severity: ...


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    text: str


def note_opened(request: StaffRequest, case: Opened) -> None:
    """Call it when a case is shown, after `card`: a case counts for the card of the next one, not for its own."""
    shift = _shift(request)
    if case.severity == Severity.CRITICAL:
        shift = shift.with_severe(case.case_id)
    _keep(request, shift)


def card(request: StaffRequest) -> Card | None:
    """The word for the top of a page that comes between cases, if it is time for one."""
    now, shift, likes = timezone.now(), _shift(request), preferences_of(request.user)
    _keep(request, shift)
    if not shift.is_due(now, after_minutes=likes.break_after_minutes, after_severe=likes.break_after_severe):
        return None
    return Card(shift.words(now), "A few minutes away do good; the queue can wait.")


@require_POST
@requires(Capability.READ_CASES)
def pause_dismiss(request: StaffRequest) -> HttpResponse:
    """Put the card away until as much has come on top again."""
    _keep(request, _shift(request).reminded(timezone.now()))
    if wants_fragment(request):
        return HttpResponse()
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return SeeOther(back if is_ours else resolve_url("queue"))


def _shift(request: StaffRequest) -> Shift:
    return Shift.from_json(request.session.get(KEPT), timezone.now())


def _keep(request: StaffRequest, shift: Shift) -> None:
    """A session is written only when something in it has changed."""
    if request.session.get(KEPT) != shift.to_json():
        request.session[KEPT] = shift.to_json()
