"""What every answer carries: a request id, and headers that keep private pages out of caches and other sites.

Must not know any page, model or permission.
"""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("haven.request")

Handler = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_UNUSED_FEATURES = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(),"
    " geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(),"
    " picture-in-picture=(), publickey-credentials-create=(self),"
    " publickey-credentials-get=(self), usb=(), xr-spatial-tracking=()"
)


def request_id(get_response: Handler) -> Handler:
    """Takes a proxy's X-Request-ID when it is well-formed, else makes one; binds it to every log line.

    Logs one line a request: never the query string (search words), never a body.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        identifier = offered if _REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=identifier)
        started = time.monotonic()
        response = get_response(request)
        response["X-Request-ID"] = identifier
        log.info(
            "request",
            method=request.method,
            path=_without_token(request),
            status=response.status_code,
            ms=round((time.monotonic() - started) * 1000, 1),
        )
        return response

    return middleware


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
