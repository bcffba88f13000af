"""What the pre-screen could not read: the page for admins, and trying again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.http import SeeOther, StaffRequest
from moderation.operations.setting_aside import try_again, try_all_again
from moderation.queries.failures import failures_page, forget

PAGE = "moderation/failures.html"


@require_safe
@requires(Capability.MANAGE_INTEGRATIONS)
def failures(request: StaffRequest) -> HttpResponse:
    return render(request, PAGE, {"page": failures_page(viewer=request.user)})


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def failure_retry(request: StaffRequest, message_id: int) -> HttpResponse:
    message = try_again(message_id, actor=request.user)
    forget()
    messages.success(request, f"Message {message.ext_id} is being screened again; if it breaks again, it returns.")
    return SeeOther(resolve_url("failures"))


@require_POST
@requires(Capability.MANAGE_INTEGRATIONS)
def failures_retry(request: StaffRequest) -> HttpResponse:
    count = try_all_again(actor=request.user)
    forget()
    messages.success(request, f"{count:,} messages are being screened again. What breaks again comes back here.")
    return SeeOther(resolve_url("failures"))
