"""The queue page: all of it, or the part that changed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.access import requires
from accounts.roles import Capability
from moderation.http import StaffRequest, wants_fragment
from moderation.queries.queue import Asked, Place, queue_page, queue_version
from moderation.queries.queue_filters import filters_from
from moderation.views import shift

PAGE = "moderation/queue.html"
FRAGMENT = "moderation/queue.html#changes"


@require_safe
@requires(Capability.READ_CASES)
def queue(request: StaffRequest) -> HttpResponse:
    page = queue_page(_asked(request))
    if not wants_fragment(request):
        return render(request, PAGE, {"page": page, "pause": shift.card(request)})
    response = render(request, FRAGMENT, {"page": page, "is_fragment": True})
    cases = "case" if page.total == 1 else "cases"
    return trigger_client_event(response, "announce", {"value": f"{page.total} {cases}"})


@require_safe
@requires(Capability.READ_CASES)
def queue_news(request: StaffRequest) -> HttpResponse:
    """204 as long as the page that asks shows what is true."""
    asked = _asked(request)
    if request.GET.get("version") == queue_version(asked):
        return HttpResponse(status=204)
    return render(request, FRAGMENT, {"page": queue_page(asked), "is_fragment": True})


def _asked(request: StaffRequest) -> Asked:
    """An address that names no place in the queue leads to its beginning."""
    try:
        after = Place.from_text(request.GET.get("after", ""))
    except ValueError:
        after = None
    return Asked(request.user, filters_from(request.GET), after)
