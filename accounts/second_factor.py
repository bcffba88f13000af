"""Second factors: whether a session has shown one, how lately, and who has to have one.

What a session has shown stands in the session as django-allauth records it. Must not know pages.
"""

import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from accounts.demo import is_demo
from accounts.encryption import opened, sealed
from accounts.models import User

DIRECTORY = "directory"  # the factor that single sign-on vouches for
FACTOR_AT = "haven_factor_at"  # when it was shown there, on the way through allauth
_DEMO = "haven_demo"  # in the session of the demo's people


class Factors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Seals what is stored, and calls things by our names."""

    def encrypt(self, text: str) -> str:
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return opened(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        return user.username

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - allauth's name
        return f"Passkey {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def _get_site_name(self) -> str:
        return "Haven"


def records(request: HttpRequest) -> list[dict[str, Any]]:
    """How whoever is signed in has shown who they are, in order; empty for a session that nobody signed in to."""
    found: list[dict[str, Any]] = get_authentication_records(request, request.user)
    return found


def vouched_for(request: HttpRequest, person: User, at: float) -> None:
    """The directory says that it has seen a second factor at that time."""
    record_authentication(request, person, "mfa", type=DIRECTORY, at=at)


def set_up(request: HttpRequest, kind: str) -> None:
    """Whoever is signed in has just added a factor, which takes showing it."""
    record_authentication(request, request.user, "mfa", type=kind)


def password_again(request: HttpRequest) -> None:
    """Whoever is signed in and has no factor yet has typed their password once more."""
    record_authentication(request, request.user, "password", reauthenticated=True)


def began_at(request: HttpRequest) -> float | None:
    """When the session began here; None for one that nobody is known to have signed in to."""
    here = [record["at"] for record in records(request) if record.get("type") != DIRECTORY]
    return min(here, default=None)


def was_shown(request: HttpRequest) -> bool:
    return any(record["method"] == "mfa" for record in records(request))


def has_factors(person: User) -> bool:
    factors = Authenticator.objects.filter(user=person).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(factors.exists())


def is_due(request: HttpRequest) -> bool:
    """Whether whoever is signed in has to set up a second factor before anything else."""
    person = request.user
    assert isinstance(person, User)
    return person.needs_second_factor and not was_shown(request) and not _in_demo(request, person)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the second factor was shown within the last minutes; by whoever has none yet, the password."""
    known = records(request)
    shown = [record for record in known if record["method"] == "mfa"]
    if not shown:
        assert isinstance(request.user, User)
        if has_factors(request.user):
            return False
        shown = known
    return bool(shown) and 0 <= time.time() - shown[-1]["at"] < settings.FRESH_FOR_S


def _in_demo(request: HttpRequest, person: User) -> bool:
    """The demo's people may go without, on one's own machine: everybody can read their password anyway."""
    if _DEMO not in request.session:
        request.session[_DEMO] = is_demo(person)
    return bool(settings.LOCAL and request.session[_DEMO])
