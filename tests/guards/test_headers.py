"""The headers of every address there is, walked from the URLconf: nothing may be framed, kept, sniffed or scripted."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from tests import making

# What one value of a path converter is in an address.
_PARTS = {"int": "1", "str": "word", "slug": "word", "path": "word", "uuid": "0" * 8 + "-0000-4000-8000-" + "0" * 12}


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    """Every address of every app, the machine interfaces' too, with something in place of each part."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, f"{prefix}{pattern.pattern}")
        else:
            yield f"{prefix}{_filled(pattern)}"


def _filled(pattern: URLPattern) -> str:
    route = str(pattern.pattern)
    if route.startswith("^"):  # what is below the machine interface and nothing
        return "nothing-here"
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        route = route.replace(f"<{kind}:{name}>", _PARTS[kind]).replace(f"<{name}>", _PARTS["str"])
    return route


EVERY = sorted(set(addresses()))
pytestmark = pytest.mark.django_db


def directives(policy: str) -> dict[str, list[str]]:
    parts = (part.split() for part in policy.split(";") if part.strip())
    return {name: values for name, *values in parts}


def faults(answer: Any) -> list[str]:
    """What is wrong with the headers of one answer."""
    headers = answer.headers
    csp = directives(headers.get("Content-Security-Policy", ""))
    wanted = {
        "Cache-Control": "no-store" in headers.get("Cache-Control", ""),
        "Permissions-Policy": "camera=()" in headers.get("Permissions-Policy", ""),
        "X-Frame-Options": headers.get("X-Frame-Options") == "DENY",
        "X-Content-Type-Options": headers.get("X-Content-Type-Options") == "nosniff",
        "Referrer-Policy": headers.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "Cross-Origin-Opener-Policy": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
        "Cross-Origin-Resource-Policy": headers.get("Cross-Origin-Resource-Policy") == "same-origin",
        "frame-ancestors": csp.get("frame-ancestors") == ["'none'"],
        "object-src": csp.get("object-src") == ["'none'"],
        "base-uri": csp.get("base-uri") == ["'none'"],
        "form-action": csp.get("form-action") == ["'self'"],
        "script-src": csp.get("script-src") == ["'self'"],
        "style-src": csp.get("style-src") == ["'self'"],
        "default-src": csp.get("default-src") == ["'self'"],
        "require-trusted-types-for": csp.get("require-trusted-types-for") == ["'script'"],
        "no unsafe source": "unsafe" not in str(csp) and "*" not in str(csp),
        "no software named": not {"Server", "X-Powered-By"} & set(headers),
        "no other site let in": "Access-Control-Allow-Origin" not in headers,
    }
    return [name for name, is_right in wanted.items() if not is_right]


@pytest.fixture
def staff() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(making.admin())
    return client


def test_the_walk_finds_pages_machines_and_doors() -> None:
    assert {"/", "/audit/", "/cases/1/", "/appeal/word/", "/api/v1/messages", "/api/v1/nothing-here"} <= set(EVERY)
    assert len(EVERY) > 120


def test_an_answer_without_headers_is_found_wanting() -> None:
    class Bare:
        headers: dict[str, str] = {}

    assert len(faults(Bare())) > 10


def found_wanting(client: Client) -> dict[str, list[str]]:
    """What is wrong with the answers of which address, by GET and by POST."""
    found = {}
    for address in EVERY:
        if address == reverse("account_logout"):
            continue  # by POST it would end the session that the rest is asked with
        for ask in (client.get, client.post):
            answer = ask(address)
            wrong = faults(answer) + ([f"status {answer.status_code}"] if answer.status_code >= 500 else [])
            if wrong:
                found[f"{ask.__name__} {address}"] = wrong
    return found


def test_strangers_get_the_headers_everywhere() -> None:
    assert found_wanting(Client(raise_request_exception=False)) == {}


def test_staff_get_the_headers_everywhere(staff: Client) -> None:
    assert found_wanting(staff) == {}
    assert staff.get("/").status_code == 200, "still signed in at the end of the walk"


def test_nothing_that_was_sent_comes_back(staff: Client) -> None:
    echoed = [
        address
        for address in EVERY
        if b"echo-me" in staff.generic("TRACE", address, headers={"x-sent": "echo-me"}).content
    ]

    assert echoed == []


@pytest.mark.parametrize("ask", ["get", "post"])
def test_leaving_has_the_headers_too(staff: Client, ask: str) -> None:
    assert faults(getattr(staff, ask)(reverse("account_logout"))) == []


@pytest.mark.parametrize("address", ["/nowhere/", "/cases/1", "/%00", "/..%2f..%2fetc/passwd", "/\u202etxt"])
def test_what_is_not_there_has_the_headers_too(staff: Client, address: str) -> None:
    answer = staff.get(address)

    assert answer.status_code in (301, 404)
    assert faults(answer) == []


def test_a_wrong_host_name_has_the_headers_too() -> None:
    answer = Client(raise_request_exception=False).get("/healthz", headers={"host": "elsewhere.example"})

    assert answer.status_code == 400
    assert faults(answer) == []


def test_https_is_kept_to_and_asked_for(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_SSL_REDIRECT = 31_536_000, True
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True

    plain, secure = Client().get("/account/login/"), Client().get("/account/login/", secure=True)

    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/account/login/")
    assert secure["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def signed_in_by_the_form(*, secure: bool) -> Client:
    """Whose cookies are as the server sets them."""
    client, person = Client(), making.admin()
    client.get(reverse("account_login"), secure=secure)
    client.post(reverse("account_login"), {"login": person.username, "password": "correct horse"}, secure=secure)
    return client


def test_cookies_are_for_this_site_and_for_no_script() -> None:
    cookies = signed_in_by_the_form(secure=False).cookies

    assert {django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME} <= set(cookies)
    for name, cookie in cookies.items():
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/"), name
        assert not cookie["domain"], name


def test_cookies_travel_by_https_alone(settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    cookies = signed_in_by_the_form(secure=True).cookies

    assert {django_settings.SESSION_COOKIE_NAME, django_settings.CSRF_COOKIE_NAME} <= set(cookies)
    assert all(cookie["secure"] for cookie in cookies.values())
