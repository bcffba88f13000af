"""Signing in and the team under the hand: passkeys in a real browser, by keyboard, narrow, in the dark."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts import SYSTEM, custom_roles, invitations
from accounts.roles import Capability, Role
from tests import making
from tests.browser.conftest import OpenPage
from tests.browser.stage import expect

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS: list[dict[str, Any]] = [
    {},
    {"color_scheme": "dark"},
    {"viewport": {"width": 320, "height": 640}},
    {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"},
]


def with_authenticator(page: Page) -> None:
    """A device that keeps passkeys and always says that its owner is there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_is_added_by_keyboard_and_then_signs_in(open_page: OpenPage) -> None:
    person = making.moderator()
    page = open_page("/account/login/")
    with_authenticator(page)
    page.get_by_label("User name").fill(person.username)
    page.get_by_label("Password").fill("correct horse")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One step before you begin")).to_be_visible()

    page.get_by_role("link", name="Add a passkey").press("Enter")
    page.get_by_role("button", name="Add the passkey").press("Enter")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert page.locator(".recovery li").count() == 10
    page.get_by_role("link", name="I have kept them").press("Enter")
    page.get_by_role("link", name="Queue").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()


def test_a_passkey_confirms_what_is_grave(open_page: OpenPage) -> None:
    person = making.admin()
    page = open_page("/me/security/passkey/", person)
    with_authenticator(page)
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()

    page.goto(page.url.replace("/me/security/codes/", "/me/security/confirm/?next=/staff/"))
    page.get_by_role("button", name="Use your passkey").press("Enter")

    expect(page.get_by_role("heading", name="Staff", level=1)).to_be_visible()


def test_a_passkey_that_is_not_there_is_told(open_page: OpenPage) -> None:
    page = open_page("/account/login/")

    refuses = "() => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    page.evaluate(f"() => {{ navigator.credentials.get = {refuses} }}")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("The passkey was not used")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS, ids=["desk", "dark", "narrow", "narrow, dark"])
def test_every_page_can_be_read_by_everybody(
    open_page: OpenPage, faults: Callable[[Page], list[str]], look: dict[str, Any]
) -> None:
    boss, person = making.admin(), making.moderator(rules=["contact_shared"], ages=["adult"], name="W" * 60)
    custom_roles.make_role("Reader", actor=SYSTEM, goes_by=Role.AUDITOR, capabilities=[Capability.READ_CASES])
    link = invitations.invite("Ines", actor=boss, role=Role.MODERATOR).link
    inside = ["/me/security/", "/me/security/app/", "/me/security/passkey/", "/me/security/password/"]
    inside += ["/me/security/confirm/", "/staff/", f"/staff/{person.pk}/", "/staff/roles/"]
    page = open_page("/account/login/", **look)
    address = page.url.removesuffix("/account/login/")
    assert faults(page) == []
    page.goto(f"{address}/join/{link.split('/')[-2]}/")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page = open_page("/", boss, **look)
    for path in inside:
        page.goto(f"{address}{path}")
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
