"""Single sign-on by OpenID Connect: whom the directory vouches for, in which role, and with which factors.

The groups that the directory names decide the role, at every sign-in. Whoever is in none of them stays outside.
"""

import time
from collections.abc import Mapping
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from accounts import audit
from accounts.actors import SYSTEM
from accounts.database import whole
from accounts.models import User
from accounts.refusals import Refused
from accounts.roles import Role
from accounts.second_factor import FACTOR_AT
from accounts.sign_ins import directory_refused
from accounts.team import locked_managers

_WEIGHT = {role: place for place, role in enumerate((Role.MODERATOR, Role.AUDITOR, Role.SENIOR, Role.ADMIN))}


class Directory(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Every hook that allauth offers on the way from the provider's answer to a session."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False  # `pre_social_login` has made the person, or nobody comes in

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        said = claims(sociallogin.account.extra_data)
        sociallogin.account.extra_data = {}  # what the directory knows of people stays there
        sociallogin.email_addresses = []
        sociallogin.state.pop("process", None)  # signing in is all there is: nothing is connected
        role = role_in(said)
        if role is None:
            raise _refused(request, "Your account is in no group that Haven knows. Ask whoever looks after it.")
        try:
            if sociallogin.is_existing:
                sociallogin.account.save(update_fields=["extra_data"])
                follow(sociallogin.user.pk, role=role)
                sociallogin.user.refresh_from_db()
            else:
                sociallogin.user = enrol(_username(said), name=_name(said), role=role)
                sociallogin.save(request, connect=True)
        except Refused as refusal:
            raise _refused(request, str(refusal)) from refusal
        if shows_factor(said):
            sociallogin.state[FACTOR_AT] = said.get("auth_time") or time.time()

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_: Any) -> None:
        raise _refused(request, "Single sign-on did not work. Try again; if it stays, ask whoever looks after Haven.")


@whole
def enrol(username: str, *, name: str, role: Role) -> User:
    """Make the account of somebody whom the directory vouches for. Raises Refused for a name that is taken here.

    Nobody is matched by name: whoever may choose names in the directory must not become somebody else by it.
    """
    if not 1 <= len(username) <= 150:
        raise Refused("The directory gives you no user name that Haven can use (preferred_username).")
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"“{username}” signs in with a password here. Ask an admin to deactivate that account first.")

    person = User.objects.create_user(username, role=role, name=name[:150] or username)

    audit.record("staff.enrolled", actor=SYSTEM, target=person, role=role.value)
    return person


@whole
def follow(person_id: int, *, role: Role) -> None:
    """Let the role follow the directory. A custom role stays as long as it goes by what the directory says."""
    managers = locked_managers()
    person = User.objects.select_for_update(of=("self",), no_key=True).get(pk=person_id)

    if person.role == role:
        return
    if managers == {person.pk} and role is not Role.ADMIN:
        raise Refused("You are the last one who can manage the team: the directory cannot take that away.")

    before, person.role, person.custom_role = person.role_name, role.value, None
    person.save(update_fields=["role", "custom_role"])

    audit.record("staff.role_changed", actor=SYSTEM, target=person, before=before, after=person.role_name)


def claims(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider says of whoever signs in; the signed token counts for more than the open answer."""
    return {**(answer.get("userinfo") or {}), **(answer.get("id_token") or {})}


def role_in(said: Mapping[str, Any]) -> Role | None:
    """The weightiest role that one of the groups stands for."""
    named = said.get(settings.OIDC_ROLES_CLAIM, [])
    groups = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    roles = [Role(settings.OIDC_ROLES[group]) for group in groups if group in settings.OIDC_ROLES]
    return max(roles, key=lambda role: _WEIGHT[role]) if roles else None


def shows_factor(said: Mapping[str, Any]) -> bool:
    """Whether the provider says that a second factor was shown (`amr`, RFC 8176), of those that count here."""
    shown = said.get("amr", [])
    return isinstance(shown, list) and any(method in settings.OIDC_SECOND_FACTORS for method in shown)


def _username(said: Mapping[str, Any]) -> str:
    return str(said.get("preferred_username") or "").strip()


def _name(said: Mapping[str, Any]) -> str:
    return str(said.get("name") or "").strip()


def _refused(request: HttpRequest, text: str) -> ImmediateHttpResponse:
    directory_refused()
    context = {"title": "You cannot sign in this way", "text": text}
    return ImmediateHttpResponse(render(request, "account/not_this_way.html", context, status=403))
