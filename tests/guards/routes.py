"""Every address and machine call there is, read from the URLconf itself, and what a caller gets there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.roles import Capability
from tests import making

# Addresses that have no capability, each for a reason.
OPEN = {
    "account_login": "one is not signed in yet",
    "mfa_authenticate": "between the password and the second factor",
    "mfa_login_webauthn": "signing in with a passkey",
    "openid_connect_login": "to the provider of single sign-on",
    "openid_connect_callback": "back from the provider of single sign-on",
    "socialaccount_login_cancelled": "broken off at the provider of single sign-on",
    "account_logout": "everybody may leave",
    "account_inactive": "for people who may nothing",
    "join": "behind an invitation",
    "join_link": "an invitation: whoever has the signed link is taken for the person it was given to",
    "healthz": "for probes",
    "readyz": "for probes",
    "hosted_appeal": "behind a signed link, for people without an account here",
    "hosted_questions": "whoever has the signed link is taken for the person it was sent to",
    "hosted_check_in": "whoever has the signed link is taken for the person it was sent to",
    "metrics": "for machines that bring a token",
}
MACHINES = ("api/v1/", "api/coop/v1/")  # ask for a key with a scope
_PARAMETER = re.compile(r"<(?P<sort>\w+):(?P<name>\w+)>")
_WORDS = {"slug": "texts", "str": "texts"}


@dataclass(frozen=True)
class Route:
    path: str
    name: str
    needs: Capability | None

    @property
    def numbers(self) -> tuple[str, ...]:
        """The ids in the address."""
        return tuple(found["name"] for found in _PARAMETER.finditer(self.path) if found["sort"] == "int")

    def address(self, **known: int) -> str:
        """With the ids that are known, and those of nobody otherwise."""
        found = _PARAMETER.finditer(self.path)
        given = [known.get(one["name"], making.NOBODYS_ID) if one["sort"] == "int" else "texts" for one in found]
        return reverse(self.name, args=given)


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, path)
        elif not path.startswith(MACHINES):
            yield path, pattern


def routes() -> list[Route]:
    """Those behind signing in. A view without a capability is a fault that the walk itself finds."""
    return [
        Route(f"/{path}", pattern.name or "", getattr(pattern.callback, "capability", None))
        for path, pattern in addresses()
        if pattern.name not in OPEN
    ]


def ask(client: Client, address: str) -> Any:
    """The page, or what is answered to its form when there is no page."""
    answer = client.get(address)
    return client.post(address) if answer.status_code == 405 else answer


def outcome(answer: Any) -> str:
    """«yes», «no», or «sign in»."""
    if answer.status_code == 403:
        return "no"
    if answer.status_code == 302 and answer["Location"].startswith(reverse("account_login")):
        return "sign in"
    return "yes"
