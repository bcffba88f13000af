"""What django-allauth asks of us when somebody signs in: nobody signs up, and whose failed attempts count together.

Attempts are counted by user name and browser where the browser is known, else by user name and address: never by user
name alone, so that nobody can lock somebody else out. Must not know roles.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts import devices, second_factor
from accounts.models import User
from accounts.sign_ins import held_up_under


class Staff(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        username = str(credentials.get("username", ""))
        device = devices.device_of(request, username)
        source = f"device:{device}" if device else f"address:{ratelimit.get_ip(request)}"
        self._login_failed_rl_usage = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed_known" if device else "login_failed",
            key=f"{username.lower()}:{source}",
        )
        if not self._login_failed_rl_usage:
            held_up_under(username, ratelimit.get_ip(request))
            raise self.validation_error("too_many_login_attempts")

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """One answer for all of allauth's pages, the same as for our own."""
        return not second_factor.is_fresh(context.request)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, str]]:
        return [{"id": "step_up", "description": "Confirm that it is you", "url": reverse("step_up")}]

    def pre_login(self, request: HttpRequest, user: User, **given: Any) -> HttpResponse | None:
        by_directory = bool((given.get("signal_kwargs") or {}).get("sociallogin"))
        if user.is_of_directory and not by_directory:
            words = {"title": "You cannot sign in this way", "text": "Use single sign-on: your account is kept there."}
            return render(request, "account/not_this_way.html", words, status=403)
        response: HttpResponse | None = super().pre_login(request, user, **given)
        return response

    def post_login(self, request: HttpRequest, user: User, **given: Any) -> HttpResponse:
        login = (given.get("signal_kwargs") or {}).get("sociallogin")
        if login and second_factor.FACTOR_AT in login.state:
            second_factor.vouched_for(request, user, login.state[second_factor.FACTOR_AT])
        response: HttpResponse = super().post_login(request, user, **given)
        devices.remember(request, response, user)
        return response
