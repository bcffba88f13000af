"""`make screens`: photographs every page and state of a demo of its own, light, dark and on a phone: docs/screens/.

Starts the demo in a folder that is thrown away, so that it may take cases, decide them and go offline in them.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from studio import HERE, Studio, demo, sign_in

CHROMIUM = "/usr/bin/chromium"
JOINED = "a-long-walk-by-the-sea-2026"  # the password of whoever is invited here


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "screens")
    given = parser.parse_args()
    given.out.mkdir(exist_ok=True)
    with demo() as made, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        take_all(lambda **how: Studio(browser, made, given.out, **how))
        browser.close()


def take_all(studio: Callable[..., Studio]) -> None:
    for look in ("light", "dark"):
        for series in (_sign_in, _queue, _case, _conflict, *EVERYWHERE):
            series(studio(look=look))
        _phone(studio(look=look, narrow=True))
    for series in EVERYWHERE:
        series(studio(narrow=True))
    _decide(studio())


def _sign_in(studio: Studio) -> None:
    with studio.person() as page:
        studio.shoot(page, "sign-in")
        page.get_by_label("User name").fill("nobody")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in", exact=True).click()
        studio.shoot(page, "sign-in-refused")


def _queue(studio: Studio) -> None:
    with studio.person("moderator") as page:
        studio.shoot(page, "queue")
        page.get_by_label("Show what was written").first.check()
        page.get_by_text("More filters").click()
        studio.shoot(page, "queue-filters")
        page.keyboard.press("?")
        studio.shoot(page, "queue-keys")
        studio.go(page, "/?language=th&severity=critical&mine=1")
        studio.shoot(page, "queue-empty")
        studio.go(page, "/cases/999999/")
        studio.shoot(page, "not-found")


def _case(studio: Studio) -> None:
    with studio.person("moderator") as page:
        page.get_by_role("button", name="Review next").first.click()
        page.wait_for_url("**/cases/*/")
        studio.shoot(page, "case")
        page.keyboard.press("f")
        page.keyboard.press("r")
        page.get_by_text("Contacts shown").wait_for()
        studio.shoot(page, "case-revealed")
        page.keyboard.press("5")
        studio.shoot(page, "case-by-rule-and-account")
        page.locator("details.notice summary").first.click()
        studio.shoot(page, "case-notice")
        page.get_by_text("More …").first.click()
        studio.shoot(page, "case-more")
        page.context.set_offline(True)
        page.get_by_role("button", name="Confirm and next").click()
        page.locator("[data-not-sent]").wait_for()
        studio.shoot(page, "case-offline")
        page.context.set_offline(False)
        page.reload()
        page.get_by_role("button", name="Release").first.click()
        page.wait_for_url(f"{studio.address}/")


def _conflict(studio: Studio) -> None:
    with studio.person("moderator") as first, studio.person("senior") as second:
        first.get_by_role("button", name="Review next").first.click()
        first.wait_for_url("**/cases/*/")
        first.get_by_label("Note for the record").fill("a thought that must not be lost")
        second.goto(first.url)
        studio.shoot(second, "case-held-by-another")
        second.get_by_role("button", name="Take it over").click()
        second.get_by_role("button", name="Confirm and next").wait_for()
        first.locator("#refusal .callout").wait_for()
        studio.shoot(first, "case-taken-over")
        second.get_by_role("button", name="Release").first.click()
        second.wait_for_url(f"{studio.address}/")


def _lists(studio: Studio) -> None:
    with studio.person("admin") as page:
        for path in ("approvals", "escalations", "audit", "cases/new", "groups", "appeals", "appeals/figures"):
            studio.shoot_at(page, f"/{path}/")
        for path in ("me", "check-ins", "check-ins/suspensions", "answers", "transparency", "policies", "retention"):
            studio.shoot_at(page, f"/{path}/", full=True)


def _sanctions(studio: Studio) -> None:
    with studio.person("admin") as page:
        studio.go(page, "/sanctions/?tab=in_force")
        studio.shoot(page, "sanctions")
        page.locator("tbody a[href^='/sanctions/']").first.click()
        page.wait_for_url("**/sanctions/*/")
        studio.shoot(page, "sanction", full=True)
        studio.shoot_at(page, f"{page.url.removeprefix(studio.address)}statement/", "statement", full=True)
        studio.go(page, "/people/")
        studio.shoot(page, "people")
        page.get_by_label("Name, id or contact").fill("c")
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        studio.shoot(page, "people-found")
        page.locator("td.who a").first.click()
        page.wait_for_url("**/people/*/")
        studio.shoot(page, "person", full=True)
        studio.shoot_at(page, f"{page.url.removeprefix(studio.address)}data/", "person-data")
        page.get_by_role("button", name="Show as a page to print").click()
        page.wait_for_url("**/data/take/")
        studio.shoot(page, "person-data-to-print", full=True)


def _policy(studio: Studio) -> None:
    with studio.person("admin") as page:
        studio.go(page, "/policies/")
        start = page.locator("form[action$='/policies/start/'] button")
        if start.count():
            start.click()
            page.wait_for_url("**/edit/*/")
        studio.go(page, "/policies/2/")
        studio.shoot(page, "policy-draft", full=True)
        studio.go(page, "/policies/2/edit/rules/")
        for address in dict.fromkeys(
            link.get_attribute("href") or "" for link in page.locator("a[href*='/edit/']").all()
        ):
            studio.go(page, address)
            studio.shoot(page, f"policy-{address.rstrip('/').rpartition('/')[2]}", full=True)
        studio.go(page, "/policies/2/")
        page.get_by_role("button", name="Try").first.click()
        page.wait_for_load_state("networkidle")
        studio.shoot(page, "policy-trial", full=True)


def _deliveries(studio: Studio) -> None:
    with studio.person("admin") as page:
        studio.shoot_at(page, "/deliveries/")
        if studio.follow(page, "td .what a[href^='/deliveries/']", "**/deliveries/*/"):
            studio.shoot(page, "delivery")
        studio.shoot_at(page, "/webhooks/")
        page.get_by_role("button", name="Send a test event").click()
        page.locator("#tried").wait_for()
        studio.shoot(page, "webhooks-tried", full=True)
        studio.shoot_at(page, "/failures/")
        studio.shoot_at(page, "/keys/")


def _team(studio: Studio) -> None:
    """Somebody is invited, joins, and sets up how to sign in."""
    with studio.person("admin") as page, studio.person() as guest:
        page.goto(f"{studio.address}/staff/")
        studio.shoot(page, "staff", full=True)
        if studio.follow(page, "td.who a[href^='/staff/']", "**/staff/*/"):
            studio.shoot(page, "staff-member", full=True)
        studio.go(page, "/staff/roles/")
        page.locator("details.role-one summary").first.click()
        studio.shoot(page, "staff-roles", full=True)
        studio.go(page, "/staff/")
        page.get_by_label("Invite", exact=True).fill("Ines Invited")
        page.get_by_role("button", name="Make the link").click()
        link = page.get_by_label("The link").input_value()
        studio.shoot(page, "staff-invited")
        studio.go(guest, f"/join/{link.rstrip('/').rpartition('/')[2]}/")
        studio.shoot(guest, "join")
        _join(studio, guest)
        studio.shoot_at(page, "/staff/", "staff-with-one-more", full=True)


def _join(studio: Studio, page: Page) -> None:
    username = f"ines-{studio.look}{'-narrow' * studio.narrow}"
    page.get_by_label("User name").fill(username)
    page.get_by_label("New password").fill(JOINED)
    page.get_by_label("Once more").fill("not the same")
    page.get_by_role("button", name="Join").click()
    studio.shoot(page, "join-refused", full=True)
    page.get_by_label("New password").fill(JOINED)
    page.get_by_label("Once more").fill(JOINED)
    page.get_by_role("button", name="Join").click()
    page.wait_for_url("**/account/login/?joined=1")
    studio.shoot(page, "sign-in-joined")
    sign_in(page, username, JOINED)
    page.wait_for_url("**/me/security/")
    studio.shoot(page, "security-first")
    _factors(studio, page)
    page.get_by_role("button", name="Sign out").click() if not studio.narrow else studio.go(page, "/account/logout/")
    if studio.narrow:
        studio.shoot(page, "sign-out")
        page.get_by_role("button", name="Sign out").click()
    page.get_by_label("User name").wait_for()
    sign_in(page, username, JOINED)
    page.wait_for_url("**/account/login/factor/")
    studio.shoot(page, "second-factor")


def _factors(studio: Studio, page: Page) -> None:
    studio.shoot_at(page, "/me/security/app/", "security-app", full=True)
    _with_authenticator(page)
    studio.shoot_at(page, "/me/security/passkey/", "security-passkey")
    page.get_by_role("button", name="Add the passkey").click()
    page.wait_for_url("**/me/security/codes/")
    studio.shoot(page, "security-codes")
    studio.shoot_at(page, "/me/security/codes/", "security-codes-shown-before")
    studio.shoot_at(page, "/me/security/codes/new/", "security-codes-anew")
    studio.shoot_at(page, "/me/security/confirm/", "security-confirm")
    studio.shoot_at(page, "/me/security/password/", "security-password")
    studio.shoot_at(page, "/me/security/", "security", full=True)


def _with_authenticator(page: Page) -> None:
    """A device that keeps passkeys and always says that its owner is there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    does = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True} | does
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _hosted(studio: Studio) -> None:
    """What the people see to whom it is about, behind a link: no account, no script."""
    links = studio.demo.links()
    with studio.person() as page:
        for purpose, path in links.items():
            studio.shoot_at(page, path, f"hosted-{purpose.replace('_', '-')}", full=True)
        studio.shoot_at(page, "/appeal/not-a-link/", "hosted-refused")
        studio.shoot_at(page, "/join/not-a-link/", "join-refused-link")
        studio.shoot_at(page, "/account/inactive/", "account-inactive")
        if studio.narrow:
            _appeal(studio, page, links["appeal"])


def _appeal(studio: Studio, page: Page, path: str) -> None:
    """Once, at the end: it is appealed against, and heard."""
    studio.go(page, path)
    page.locator("#appeal-text").fill("It was my own old number, and nobody else has it.")
    page.get_by_role("button", name="Send the appeal").click()
    studio.shoot(page, "hosted-appealed")
    desk = replace(studio, narrow=False)
    with desk.person("senior") as hearer:
        desk.shoot_at(hearer, "/appeals/", "appeals-waiting")
        desk.follow(hearer, "a[href^='/appeals/'].small", "**/appeals/*/")
        desk.shoot(hearer, "appeal", full=True)


def _phone(studio: Studio) -> None:
    with studio.person("moderator") as page:
        studio.shoot(page, "queue")
        page.get_by_role("button", name="Review next").first.click()
        page.wait_for_url("**/cases/*/")
        studio.shoot(page, "case")
        page.get_by_role("button", name="Release").first.click()
        page.wait_for_url(f"{studio.address}/")


def _decide(studio: Studio) -> None:
    """Last of all: it closes cases."""
    with studio.person("moderator") as page:
        page.get_by_role("button", name="Review next").first.click()
        page.get_by_role("button", name="Confirm and next").click()
        page.locator("[data-undo]").wait_for()
        studio.shoot(page, "case-decided")
        studio.go(page, "/")
        links = page.get_by_role("link", name="Look-alikes").all()
        if links:
            links[0].click()
            page.wait_for_url("**/alike/")
            studio.shoot(page, "alike")
    with studio.person("senior") as page:
        studio.go(page, "/approvals/")
        studio.shoot(page, "approvals-waiting")


EVERYWHERE = (_lists, _sanctions, _policy, _deliveries, _team, _hosted)


if __name__ == "__main__":
    main()
