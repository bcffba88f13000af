"""The audit page. Signing in and out is django-allauth's, in our templates."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.forms import AuditFilterForm
from accounts.queries import AuditPage, audit_page
from accounts.roles import Capability


@require_safe
@requires(Capability.READ_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return render(request, "accounts/audit.html", {"form": form, "page": AuditPage((), None)}, status=422)
    filters = form.filters()
    before = form.cleaned_data["before"]
    context = {"form": form, "page": audit_page(filters, before=before), "filters": filters, "before": before}
    return render(request, "accounts/audit.html", context)
