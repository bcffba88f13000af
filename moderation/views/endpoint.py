"""The webhooks page: the address, its secrets, and a test event."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms.deliveries import AddressForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.integrations import webhook
from moderation.operations.endpoint import change_address, make_secret, retire_secret, try_endpoint
from moderation.queries.endpoint import endpoint_page

PAGE = "moderation/endpoint.html"


@require_safe
@requires(Capability.MANAGE_INTEGRATIONS)
def endpoint(request: StaffRequest) -> HttpResponse:
    return _page(request)


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def endpoint_change(request: StaffRequest) -> HttpResponse:
    form = AddressForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    url = form.cleaned_data["url"]
    change_address(webhook.new_address(url) if url else "", actor=request.user)
    messages.success(request, "Events go there from now on." if url else "Events go where the settings say.")
    return SeeOther(resolve_url("endpoint"))


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def secret_make(request: StaffRequest) -> HttpResponse:
    """The one answer that holds a secret whole: it is stored nowhere, hence no redirect."""
    return _page(request, secret=make_secret(actor=request.user))


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def secret_retire(request: StaffRequest) -> HttpResponse:
    ending = retire_secret(request.POST.get("fingerprint", ""), actor=request.user)
    messages.success(request, f"The secret …{ending} no longer signs.")
    return SeeOther(resolve_url("endpoint"))


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def endpoint_try(request: StaffRequest) -> HttpResponse:
    return _page(request, tried=try_endpoint(webhook.try_current, actor=request.user))


def _page(request: StaffRequest, **more: object) -> HttpResponse:
    return render(request, PAGE, {"page": endpoint_page(viewer=request.user), **more})
