"""Where docs/take_screens.py works: a demo of its own, thrown away afterwards, and a browser with a look.

Must not know any page.
"""

import json
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
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

HERE = Path(__file__).resolve().parent
PASSWORD = "haven-demo-2026"  # noqa: S105 — the demo's, which README tells everybody
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 320, "height": 640}
LONGEST = 2400  # pixels of a page that are shown
PATIENCE_WITH_A_PAGE = 60_000  # milliseconds
_PATIENCE = 180  # seconds until the demo is there, and until it is screened


@dataclass(frozen=True)
class Demo:
    address: str
    var: Path

    def links(self) -> dict[str, str]:
        """Where the hosted pages are, by their purpose: what the people of the demo would be sent."""
        told = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", "import docs.set_the_scene"],
            cwd=HERE.parent,
            env=os.environ | {"HAVEN_VAR_DIR": str(self.var), "HAVEN_LOCAL": "1"},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        links: dict[str, str] = json.loads(told.stdout.splitlines()[-1])
        return links


@dataclass(frozen=True)
class Studio:
    browser: Browser
    demo: Demo
    out: Path
    look: str = "light"
    narrow: bool = False

    @property
    def address(self) -> str:
        # by name: to a number no passkey can be bound
        return self.demo.address.replace("127.0.0.1", "localhost")

    @contextmanager
    def person(self, username: str = "") -> Iterator[Page]:
        """A page of somebody who is signed in; without a name, of nobody."""
        context = self._context()
        page = context.new_page()
        page.set_default_timeout(PATIENCE_WITH_A_PAGE)
        page.goto(self.address)
        if username:
            sign_in(page, username, PASSWORD)
            page.wait_for_url(f"{self.address}/")
        yield page
        context.close()

    def _context(self) -> BrowserContext:
        size = PHONE if self.narrow else DESK
        return self.browser.new_context(
            color_scheme="dark" if self.look == "dark" else "light",
            viewport={"width": size["width"], "height": size["height"]},
            reduced_motion="reduce",
        )

    def shoot(self, page: Page, name: str, *, full: bool = False) -> None:
        page.wait_for_load_state("networkidle") if "offline" not in name else None
        if self.narrow and page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            print(f"{name}: wider than a phone")  # noqa: T201
        kind = "phone-" if self.narrow else ""
        whole = full or self.narrow
        size = page.viewport_size or DESK
        height = min(page.evaluate("document.documentElement.scrollHeight"), LONGEST) if whole else size["height"]
        clip: Any = {"x": 0, "y": 0, "width": size["width"], "height": max(height, size["height"])}
        page.screenshot(path=self.out / f"{name}-{kind}{self.look}.png", full_page=whole, clip=clip)

    def go(self, page: Page, path: str) -> None:
        page.goto(f"{self.address}{path}")

    def shoot_at(self, page: Page, path: str, name: str = "", *, full: bool = False) -> None:
        self.go(page, path)
        self.shoot(page, name or path.strip("/").replace("/", "-"), full=full)

    def follow(self, page: Page, selector: str, then: str) -> bool:
        """By the first link of its kind; False when there is none."""
        link = page.locator(selector).first
        if not link.count():
            return False
        page.goto(f"{self.address}{link.get_attribute('href')}")
        page.wait_for_url(then)
        return True


def sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@contextmanager
def demo() -> Iterator[Demo]:
    """A demo whose cases are there."""
    port = _free_port()
    with tempfile.TemporaryDirectory(prefix="haven-screens-") as folder:
        surroundings = os.environ | {"HAVEN_VAR_DIR": folder}
        command = [sys.executable, "-m", "config.run", "--port", str(port)]
        with subprocess.Popen(command, cwd=HERE.parent, env=surroundings, stdout=subprocess.DEVNULL) as process:  # noqa: S603
            try:
                _wait_for(f"http://127.0.0.1:{port}/readyz", process)
                time.sleep(20)  # the workers screen what the example platform sends
                yield Demo(f"http://127.0.0.1:{port}", Path(folder))
            finally:
                process.terminate()


def _free_port() -> int:
    """Of two that follow each other: the example platform takes the second."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 — its own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(1)
    raise SystemExit("The demo did not come up: try `make run`, which says why.")
