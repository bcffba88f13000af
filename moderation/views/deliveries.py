"""The delivery log, one event with its tries, and sending dead events again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms.deliveries import DeliveryFilterForm, RedeliverForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.operations import redelivery
from moderation.queries.deliveries import DeliveriesPage, deliveries_page, delivery_shown

LIST = "moderation/deliveries.html"
ONE = "moderation/delivery.html"


@require_safe
@requires(Capability.MANAGE_INTEGRATIONS)
def deliveries(request: StaffRequest) -> HttpResponse:
    form = DeliveryFilterForm(request.GET)
    if not form.is_valid():
        nothing = DeliveriesPage((), None, dead=0, fitting_dead=0)
        return render(request, LIST, {"form": form, "page": nothing}, status=422)
    filters, after = form.filters(), form.cleaned_data["after"]
    page = deliveries_page(filters, viewer=request.user, after=after)
    return render(request, LIST, {"form": form, "page": page, "filters": filters, "after": after})


@require_safe
@requires(Capability.MANAGE_INTEGRATIONS)
def delivery(request: StaffRequest, event_id: int) -> HttpResponse:
    return render(request, ONE, {"row": delivery_shown(event_id, viewer=request.user)})


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def delivery_redeliver(request: StaffRequest, event_id: int) -> HttpResponse:
    event = redelivery.redeliver(event_id, actor=request.user)
    messages.success(request, f"{event.topic} is sent again, for three days more if need be.")
    return SeeOther(resolve_url("delivery", event_id))


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def deliveries_redeliver(request: StaffRequest) -> HttpResponse:
    form = RedeliverForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    return _sent_again(request, redelivery.redeliver_ticked(form.cleaned_data["events"], actor=request.user))


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def deliveries_redeliver_all(request: StaffRequest) -> HttpResponse:
    """All the dead ones that fit the filters of the page, which come with the form."""
    form = DeliveryFilterForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    count = redelivery.redeliver_fitting(form.filters(), actor=request.user)
    return _sent_again(request, count)


def _sent_again(request: StaffRequest, count: int) -> HttpResponse:
    if count == redelivery.MOST_AT_ONCE:
        messages.success(request, f"The oldest {count} are sent again. Press once more for those that are left.")
    elif count:
        messages.success(request, f"{count} dead event{'s are' if count > 1 else ' is'} sent again.")
    else:
        messages.success(request, "Nothing was dead any more.")
    return SeeOther(resolve_url("deliveries"))
