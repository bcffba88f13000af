"""Between operations and browsers: fragments for htmx, redirects for everyone else, a card for every refusal.

Must not know any page.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.template.loader import get_template
from django.views.defaults import server_error
from django_htmx.http import HttpResponseClientRedirect, reselect, reswap, retarget
from django_htmx.middleware import HtmxDetails

from accounts.database import is_away
from accounts.models import User
from accounts.refusals import StepUp
from moderation.domain.refusals import Held, Missing, NotPermitted, Refused, Stale

Context = Mapping[str, Any]

COME_BACK_IN_S = 5  # what Retry-After says while the database is away


def refused_by_length(request: HttpRequest, most: int) -> int | None:
    """The status with which the headers alone refuse a body, if any: 411 it does not say how long it is, 400 what it
    says is no number, 413 it is longer than `most` bytes."""
    if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
        return 411
    said = request.headers.get("Content-Length") or "0"
    if not (said.isascii() and said.isdigit()):
        return 400
    return 413 if len(said) > len(str(most)) or int(said) > most else None  # Python reads no number of 5,000 digits


class StaffRequest(HttpRequest):
    """A request as every view gets it: from a signed-in person on staff, perhaps by htmx."""

    htmx: HtmxDetails
    user: User


class SeeOther(HttpResponseRedirect):
    """303: whatever the method was, the next one is GET."""

    status_code = 303


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page. A boosted link or a step back in history wants the whole."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not (htmx.boosted or htmx.history_restore_request)


def fragment_or_redirect(request: HttpRequest, template: str, context: Context, *, to: str) -> HttpResponse:
    """The answer to a POST that worked: the changed fragment for htmx, a redirect to `to` for everyone else."""
    if wants_fragment(request):
        return render(request, template, dict(context))
    return SeeOther(resolve_url(to))


# The most telling class first; `refusal_status` takes the first that fits.
_STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (Missing, 404, "There is nothing here"),
    (NotPermitted, 403, "That is not yours to do"),
    (PermissionDenied, 403, "That is not yours to do"),
    (Stale, 409, "This has changed since you looked"),
    (Held, 409, "Somebody else is on it"),
    (Refused, 422, "That cannot be done"),
)
_NO_RIGHT = "Your role does not include this. An admin can tell you who may do it."


def refusal(request: HttpRequest, error: Exception) -> HttpResponse:
    """Say no: to htmx as a card in the page's slot for refusals, so that nothing typed is lost; else as a page."""
    status, title = next((status, title) for kind, status, title in _STATUS if isinstance(error, kind))
    context = {"title": title, "text": str(error) or _NO_RIGHT}
    if not getattr(request, "htmx", False):
        return render(request, "refused.html", context, status=status)
    response = render(request, "components/_refusal.html", context, status=status)
    response["HX-Push-Url"] = "false"
    return reselect(reswap(retarget(response, "#refusal"), "innerHTML"), "unset")


def broken(request: HttpRequest) -> HttpResponse:
    """What nobody foresaw; and the database that is away, which is nobody's mistake and passes: 503 then."""
    error = sys.exception()
    if error is None or not is_away(error):
        return server_error(request)
    response = HttpResponse(get_template("503.html").render(), status=503)
    response["Retry-After"] = str(COME_BACK_IN_S)
    return response


class Refusals:
    """Middleware: every Refused that a view lets through becomes its status and card, never a 500.

    Also sends a whole page to sign-in when the session has ended, where htmx would put the sign-in form into a list.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request, "htmx", False) and _leads_to_sign_in(response):
            back = redirect_to_login(_page_of(request), resolve_url(settings.LOGIN_URL))
            return HttpResponseClientRedirect(back.url)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, StepUp):
            return _to_step_up(request)
        if isinstance(error, Refused):
            return refusal(request, error)
        if getattr(request, "htmx", False) and isinstance(error, PermissionDenied):
            return refusal(request, error)
        if getattr(request, "htmx", False) and isinstance(error, Http404):
            return refusal(request, Missing("It may have been removed, or the address is wrong."))
        return None


def _leads_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and urlsplit(response["Location"]).path == resolve_url(settings.LOGIN_URL)


def _to_step_up(request: HttpRequest) -> HttpResponse:
    """To show the second factor once more, and back to the page on which it was pressed: nothing is done by itself."""
    if getattr(request, "htmx", False):
        back = _page_of(request)
    else:
        came = urlsplit(request.headers.get("Referer", ""))
        back = came._replace(scheme="", netloc="").geturl() if came.netloc == request.get_host() else "/"
    where = f"{resolve_url('step_up')}?{urlencode({'next': back})}"
    return HttpResponseClientRedirect(where) if getattr(request, "htmx", False) else SeeOther(where)


def _page_of(request: HttpRequest) -> str:
    """Where to come back to after signing in: the page that stands in the browser, not the fragment it asked for."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
    return htmx.current_url_abs_path or "/"
