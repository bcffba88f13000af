"""The page of the keys with which machines call: making one, seeing which are in use, revoking. Knows no call."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.forms import ApiKeyForm
from accounts.models import ApiKey
from accounts.operations import NewKey, create_api_key, revoke_api_key
from accounts.queries import api_keys
from accounts.refusals import Refused
from accounts.roles import Capability
from accounts.views import SignedIn


@require_safe
@requires(Capability.MANAGE_INTEGRATIONS)
def keys(request: HttpRequest) -> HttpResponse:
    return _page(request, ApiKeyForm())


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def key_create(request: SignedIn) -> HttpResponse:
    """Answers the page itself instead of leading to it: the secret is in this one answer and can be found nowhere
    afterwards, neither in a session nor in an address."""
    form = ApiKeyForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    made = create_api_key(
        form.cleaned_data["name"],
        actor=request.user,
        scopes=form.scopes(),
        expires_at=form.expires_at(timezone.now()),
    )
    return _page(request, ApiKeyForm(), made=made)


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def key_revoke(request: SignedIn, key_id: int) -> HttpResponse:
    get_object_or_404(ApiKey, pk=key_id)
    try:
        key = revoke_api_key(key_id, actor=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"“{key.name}” is revoked: its next call is refused.")
    return HttpResponseRedirect(resolve_url("api_keys"), status=303)


def _page(request: HttpRequest, form: ApiKeyForm, *, made: NewKey | None = None, status: int = 200) -> HttpResponse:
    context = {"form": form, "made": made, "rows": api_keys(timezone.now())}
    return render(request, "accounts/api_keys.html", context, status=status)
