"""`make screens`: photographs every page and state of a demo of its own, light, dark and on a phone: docs/screens/.

Starts the demo in a folder that is thrown away, so that it may take cases, decide them and go offline in them.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

HERE = Path(__file__).resolve().parent
CHROMIUM = "/usr/bin/chromium"
PASSWORD = "haven-demo-2026"  # noqa: S105 — the demo's, which README tells everybody
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 320, "height": 640}
_PATIENCE = 180  # seconds until the demo is there, and until it is screened


@dataclass(frozen=True)
class Studio:
    browser: Browser
    address: str
    out: Path
    look: str = "light"

    @contextmanager
    def person(self, username: str = "", *, viewport: dict[str, int] = DESK) -> Iterator[Page]:
        """A page of somebody who is signed in; without a name, of nobody."""
        context = self._context(viewport)
        page = context.new_page()
        page.goto(self.address)
        if username:
            page.get_by_label("User name").fill(username)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url(f"{self.address}/")
        yield page
        context.close()

    def _context(self, viewport: dict[str, int]) -> BrowserContext:
        return self.browser.new_context(
            color_scheme="dark" if self.look == "dark" else "light",
            viewport={"width": viewport["width"], "height": viewport["height"]},
            reduced_motion="reduce",
        )

    def shoot(self, page: Page, name: str, *, full: bool = False) -> None:
        page.wait_for_load_state("networkidle") if "offline" not in name else None
        page.screenshot(path=self.out / f"{name}-{self.look}.png", full_page=full)

    def go(self, page: Page, path: str) -> None:
        page.goto(f"{self.address}{path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "screens")
    given = parser.parse_args()
    given.out.mkdir(exist_ok=True)
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for look in ("light", "dark"):
            studio = Studio(browser, address, given.out, look)
            for series in (_sign_in, _queue, _case, _conflict, _lists, _sanctions, _policy, _phone):
                series(studio)
        _decide(Studio(browser, address, given.out))
        browser.close()


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
        for path in ("approvals", "escalations", "audit", "me", "cases/new", "groups", "appeals", "appeals/figures"):
            studio.go(page, f"/{path}/")
            studio.shoot(page, path.replace("/", "-"), full=path == "me")
        for path in ("check-ins", "answers", "transparency", "policies"):
            studio.go(page, f"/{path}/")
            studio.shoot(page, path, full=True)


def _sanctions(studio: Studio) -> None:
    with studio.person("admin") as page:
        studio.go(page, "/sanctions/?tab=in_force")
        studio.shoot(page, "sanctions")
        page.locator("tbody a[href^='/sanctions/']").first.click()
        page.wait_for_url("**/sanctions/*/")
        studio.shoot(page, "sanction", full=True)
        studio.go(page, "/people/")
        studio.shoot(page, "people")
        page.get_by_label("Name, id or contact").fill("c")
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        studio.shoot(page, "people-found")
        page.locator("td.who a").first.click()
        page.wait_for_url("**/people/*/")
        studio.shoot(page, "person", full=True)


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


def _phone(studio: Studio) -> None:
    with studio.person("moderator", viewport=PHONE) as page:
        studio.shoot(page, "queue-phone", full=True)
        page.get_by_role("button", name="Review next").first.click()
        page.wait_for_url("**/cases/*/")
        studio.shoot(page, "case-phone", full=True)
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


@contextmanager
def _demo() -> Iterator[str]:
    """The address of a demo whose cases are there."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="haven-screens-") as folder:
        surroundings = os.environ | {"HAVEN_VAR_DIR": folder}
        command = [sys.executable, "-m", "config.run", "--port", str(port)]
        with subprocess.Popen(command, cwd=HERE.parent, env=surroundings, stdout=subprocess.DEVNULL) as demo:  # noqa: S603
            try:
                _wait_for(f"http://127.0.0.1:{port}/readyz", demo)
                time.sleep(20)  # the workers screen what the example platform sends
                yield f"http://127.0.0.1:{port}"
            finally:
                demo.terminate()


def _free_port() -> int:
    """Of two that follow each other: the example platform takes the second."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(address: str, demo: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and demo.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 — its own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(1)
    raise SystemExit("The demo did not come up: try `make run`, which says why.")


if __name__ == "__main__":
    main()
