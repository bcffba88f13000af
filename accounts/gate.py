"""Middleware: what a session must be before any page is answered: not too old, not idle, and with its second factor.

Must not know any page: a view says by an attribute that it may be opened earlier, or that nobody asked for it.
"""

import time
from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts import second_factor
from accounts.models import User

SEEN = "haven_seen_at"
_NOTE_EVERY_S = 60  # so that a session is written once a minute, not at every request


class Gate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        assert isinstance(request.user, User)
        if is_over(request):
            logout(request)
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
        if not getattr(view, "background", False):
            _note_work(request)
        if second_factor.is_due(request) and not getattr(view, "before_second_factor", False):
            return _to_set_up(request)
        request.user.is_fresh = second_factor.is_fresh(request)
        return None


def is_over(request: HttpRequest) -> bool:
    """Whether the session is older than any may be, was left alone for too long, or is not known to have begun."""
    began, now = second_factor.began_at(request), time.time()
    if began is None:
        return True
    seen = max(began, request.session.get(SEEN, 0))
    return now - began >= settings.SESSION_COOKIE_AGE or now - seen >= settings.SESSION_IDLE_S


def _note_work(request: HttpRequest) -> None:
    now = time.time()
    if now - request.session.get(SEEN, 0) >= _NOTE_EVERY_S:
        request.session[SEEN] = int(now)
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def _to_set_up(request: HttpRequest) -> HttpResponse:
    where = resolve_url("security")
    return HttpResponseClientRedirect(where) if getattr(request, "htmx", False) else HttpResponseRedirect(where)
