"""No page stands open by mistake: every address is private, and says which capability it needs."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.roles import CAPABILITIES, Capability, Role
from moderation.templatetags.navigation import RAIL, Page
from tests import making

# Addresses that have no capability, each for a reason.
OPEN = {
    "account_login": "one is not signed in yet",
    "account_logout": "everybody may leave",
    "account_inactive": "for people who may nothing",
    "healthz": "for probes",
    "readyz": "for probes",
    "hosted_appeal": "behind a signed link, for people without an account here",
    "hosted_questions": "whoever has the signed link is taken for the person it was sent to",
    "hosted_check_in": "whoever has the signed link is taken for the person it was sent to",
    "metrics": "for machines that bring a token",
}
MACHINES = ("api/v1/", "api/coop/v1/")  # ask for a key with a scope; tests/api looks after them


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, path)
        elif not path.startswith(MACHINES):
            yield path, pattern


PAGES = [pytest.param(path, pattern, id=path or "/") for path, pattern in addresses() if pattern.name not in OPEN]


def test_there_are_pages_to_look_at() -> None:
    assert {"queue", "audit"} <= {pattern.name for _, pattern in addresses()}


@pytest.mark.parametrize(("path", "pattern"), PAGES)
def test_every_page_wears_its_capability(path: str, pattern: URLPattern) -> None:
    assert getattr(pattern.callback, "capability", None) in set(Capability), (
        f"{path} ({pattern.name}) needs @requires(Capability.…) as its outermost or second decorator"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "pattern"), PAGES)
def test_every_page_sends_strangers_to_sign_in(client: Client, path: str, pattern: URLPattern) -> None:
    address = reverse(pattern.name, args=[1] * len(pattern.pattern.converters))

    answer = client.get(address)

    assert answer.status_code in (302, 405), address
    assert answer.status_code == 405 or answer["Location"].startswith(reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("path", "pattern"), PAGES)
def test_every_page_refuses_whoever_lacks_the_capability(path: str, pattern: URLPattern, role: Role) -> None:
    needed = getattr(pattern.callback, "capability", None)
    client = Client()
    client.force_login(making.staff(role))
    address = reverse(pattern.name, args=[1] * len(pattern.pattern.converters))

    answer = client.post(address) if client.get(address).status_code == 405 else client.get(address)

    assert (answer.status_code == 403) is (needed not in CAPABILITIES[role]), f"{role} at {address}"


def test_every_exception_is_still_needed() -> None:
    named = {pattern.name for _, pattern in addresses()}
    assert set(OPEN) <= named


@pytest.mark.parametrize("page", [page for _, pages in RAIL for page in pages], ids=lambda page: page.url_name)
def test_the_rail_offers_a_page_to_whoever_may_open_it(page: Page) -> None:
    view = get_resolver().resolve(reverse(page.url_name)).func

    assert getattr(view, "capability", None) == page.capability
