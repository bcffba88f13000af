"""What every answer carries: a request id, and headers that keep private pages out of caches and other sites.

Also what is refused by its headers alone, before anything reads it. Must not know any page, model or permission.
"""

import ipaddress
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.audit import caller_address
from moderation import meters
from moderation.http import refused_by_length

log = structlog.get_logger("haven.request")

Handler = Callable[[HttpRequest], HttpResponse]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_UNUSED_FEATURES = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(),"
    " geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(),"
    " picture-in-picture=(), publickey-credentials-create=(self),"
    " publickey-credentials-get=(self), usb=(), xr-spatial-tracking=()"
)


def request_id(get_response: Handler) -> Handler:
    """Takes a proxy's X-Request-ID when it is well-formed, else makes one; binds it to every log line.

    Logs and counts one line a request: never the query string (search words), never a body; tokens are taken out.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        identifier = offered if _REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=identifier)
        caller_address.set(address_of(request))
        started = time.monotonic()
        response = get_response(request)
        took = time.monotonic() - started
        response["X-Request-ID"] = identifier
        log.info(
            "request",
            method=request.method,
            path=_without_token(request),
            status=response.status_code,
            ms=round(took * 1000, 1),
        )
        _count(request, response, took)
        return response

    return middleware


def _count(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """By the name of the page, of which there are few; an address can be made up."""
    match = request.resolver_match
    view = match.view_name if match else "none"
    method = request.method if request.method in _METHODS else "other"
    meters.count("haven_http_requests_total", view=view, method=method, status=str(response.status_code))
    meters.observe("haven_http_seconds", seconds, view=view)


def address_of(request: HttpRequest) -> str | None:
    """From where a request came: of the proxies' list only what one's own proxies wrote counts, the rest is hearsay."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = request.META.get("REMOTE_ADDR", "")
    if proxies:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
        told = hops[-proxies] if len(hops) >= proxies else ""
    try:
        return str(ipaddress.ip_address(told))
    except ValueError:
        return None


def _without_token(request: HttpRequest) -> str:
    """The path, without the token of a signed link: whoever reads the log must not come in by it."""
    token = request.resolver_match.kwargs.get("token") if request.resolver_match else None
    return request.path.replace(str(token), "…") if token else request.path


def private_responses(get_response: Handler) -> Handler:
    """Conversations must not stay in a browser or proxy: everything that Django answers is `no-store`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", _UNUSED_FEATURES)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def bounded_bodies(get_response: Handler) -> Handler:
    """A form that says it is too large, or does not say how large it is, is refused before a byte of it is read.

    The machine interface does the same itself (moderation.api.entrance), in its own words.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        status = None if request.path.startswith("/api/") else refused_by_length(request, most)
        return render(request, "too_large.html", {"status": status}, status=status) if status else get_response(request)

    return middleware
