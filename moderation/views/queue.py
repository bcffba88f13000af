"""The queue page: all of it, or the part that changed; and the views that are saved of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.access import background, requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms.desk import ViewForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.operations import saved_views
from moderation.queries.queue import Asked, Place, QueuePage, queue_page, queue_version
from moderation.queries.queue_filters import filters_from
from moderation.queries.saved_views import views_shown
from moderation.views import shift

PAGE = "moderation/queue.html"
NARROWED = "moderation/queue.html#narrowed"
NEWS = "moderation/queue.html#changes"


@require_safe
@requires(Capability.READ_CASES)
def queue(request: StaffRequest) -> HttpResponse:
    page = queue_page(_asked(request))
    context = {"page": page} | _views(request, page)
    if not wants_fragment(request):
        return render(request, PAGE, context | {"pause": shift.card(request)})
    response = render(request, NARROWED, context | {"is_fragment": True})
    cases = "case" if page.total == 1 else "cases"
    return trigger_client_event(response, "announce", {"value": f"{page.total} {cases}"})


@require_safe
@background
@requires(Capability.READ_CASES)
def queue_news(request: StaffRequest) -> HttpResponse:
    """204 as long as the page that asks shows what is true."""
    asked = _asked(request)
    if request.GET.get("version") == queue_version(asked):
        return HttpResponse(status=204)
    return render(request, NEWS, {"page": queue_page(asked), "is_fragment": True})


@require_POST
@requires(Capability.WORK_CASES)
def view_save(request: StaffRequest) -> HttpResponse:
    form = ViewForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    view = saved_views.save_view(actor=request.user, **form.cleaned_data)
    messages.success(request, f"Saved: “{view.name}”.")
    return SeeOther(f"{resolve_url('queue')}?{view.query}")


@require_POST
@requires(Capability.WORK_CASES)
def view_delete(request: StaffRequest, view_id: int) -> HttpResponse:
    view = saved_views.delete_view(view_id, actor=request.user)
    messages.success(request, f"Deleted: “{view.name}”. The cases are where they were.")
    return SeeOther(f"{resolve_url('queue')}?{view.query}")


def _views(request: StaffRequest, page: QueuePage) -> dict[str, Any]:
    """The saved views, and which of one's own is on."""
    views = views_shown(request.user, page.filters)
    return {"views": views, "own_view": next((view for view in views if view.is_current and not view.by), None)}


def _asked(request: StaffRequest) -> Asked:
    """An address that names no place in the queue leads to its beginning."""
    try:
        after = Place.from_text(request.GET.get("after", ""))
    except ValueError:
        after = None
    return Asked(request.user, filters_from(request.GET), after)
