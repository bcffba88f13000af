"""The audit page, and how one works. Signing in and out is django-allauth's, in our templates."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from accounts import sealing
from accounts.access import requires
from accounts.forms import AuditFilterForm, PreferencesForm
from accounts.models import User
from accounts.operations import record_audit_export, save_preferences
from accounts.preferences import Preferences, preferences_of
from accounts.queries import AuditPage, audit_lines, audit_page
from accounts.roles import Capability


class SignedIn(HttpRequest):
    """A request of a person on staff, perhaps by htmx."""

    htmx: HtmxDetails
    user: User


@require_safe
@requires(Capability.READ_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return render(request, "accounts/audit.html", {"form": form, "page": AuditPage((), None)}, status=422)
    filters = form.filters()
    before = form.cleaned_data["before"]
    context = {"form": form, "page": audit_page(filters, before=before), "filters": filters, "before": before}
    return render(request, "accounts/audit.html", context | {"head": sealing.head()})


@require_POST
@requires(Capability.READ_AUDIT)
def audit_export(request: SignedIn) -> HttpResponseBase:
    """By POST, because that it was taken is itself on record, before the first line leaves."""
    form = AuditFilterForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/audit.html", {"form": form, "page": AuditPage((), None)}, status=422)
    filters = form.filters()
    record_audit_export(actor=request.user, narrowed=filters.as_words())
    response = StreamingHttpResponse(audit_lines(filters), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.SET_PREFERENCES)
def preferences(request: SignedIn) -> HttpResponse:
    """Sent as a whole page, never by htmx: the look stands in the page's outermost element."""
    if request.method != "POST":
        return _page(request, PreferencesForm.filled(preferences_of(request.user)))
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    save_preferences(request.user.pk, actor=request.user, wanted=form.preferences())
    return _kept(request, "Kept. It is like this from now on, wherever you sign in.")


@require_POST
@requires(Capability.SET_PREFERENCES)
def preferences_reset(request: SignedIn) -> HttpResponse:
    save_preferences(request.user.pk, actor=request.user, wanted=Preferences())
    return _kept(request, "Everything is as it was at first.")


@require_POST
@requires(Capability.SET_PREFERENCES)
def shortcuts(request: SignedIn) -> HttpResponse:
    """The switch on the sheet of keys: `on`, or nothing for off."""
    wanted = replace(preferences_of(request.user), shortcuts="on" in request.POST)
    save_preferences(request.user.pk, actor=request.user, wanted=wanted)
    if request.htmx:
        return HttpResponse(status=204)
    return _kept(request, f"Single-key shortcuts are {'on' if wanted.shortcuts else 'off'}.")


def _page(request: SignedIn, form: PreferencesForm, *, status: int = 200) -> HttpResponse:
    return render(request, "accounts/preferences.html", {"form": form}, status=status)


def _kept(request: SignedIn, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(resolve_url("preferences"), status=303)
