"""A real browser against a real server: Chromium by Playwright, one for the whole run, a fresh profile a page."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from accounts.models import User
from moderation.models import Case, PolicyVersion
from tests import making
from tests.browser.stage import PATIENCE_MS, there
from tests.browser.traffic import InProgress

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# No fault of a page: a header's feature that the browser does not know, a refusal that the page then explains, what a
# test itself has cut, and a poll that ends because its page is left (htmx logs both events of it).
HARMLESS = (
    "Permissions-Policy",
    "the server responded with a status of 4",
    "the server responded with a status of 502",
    "Error Code 502",
    "net::ERR_INTERNET_DISCONNECTED",
    "net::ERR_CONNECTION_RESET",
    "Error Code 4",
    "htmx:sendError",
    "htmx:sendAbort",
    "htmx:afterRequest",
)


class OpenPage(Protocol):
    def __call__(self, path: str, user: User | None = None, **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is on the PATH, and CHROMIUM names none")
    playwright = there(sync_playwright().start)
    launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
    yield launched
    launched.close()
    playwright.stop()


@pytest.fixture
def open_page(browser: Browser, live_server: Any, transactional_db: None) -> Iterator[OpenPage]:
    """Opens a path as a signed-in person. After the test it fails if a page has complained about anything."""
    contexts, complaints, in_progress = [], [], InProgress()

    def complain(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(word in message.text for word in HARMLESS):
            complaints.append(message.text)

    def open_page(path: str, user: User | None = None, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": _session(user), "url": live_server.url}]
            )
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}{path}")
        return page

    yield open_page
    heard = list(complaints)
    for context in contexts:
        context.set_offline(True)  # a page that goes frees its case: not while the database is being emptied
        context.close()
    in_progress.wait_for_none()
    assert heard == []


def _session(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def faults() -> Callable[[Page], list[str]]:
    """What axe-core finds wrong with a page, by the rules of WCAG 2.2 A and AA."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed; `make test` brings it"
    )

    def found(page: Page) -> list[str]:
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        results = there(axe.Axe().run, page, options={"runOnly": {"type": "tag", "values": tags}})
        return [
            f"{fault['id']}: {fault['help']} — {', '.join(node['html'][:120] for node in fault['nodes'][:3])}"
            for fault in results.response["violations"]
        ]

    return found


@pytest.fixture
def time_to_undo(transactional_db: None) -> None:
    """Browsers on a busy machine are slower than people: the window is long, so that no test races it."""
    version = PolicyVersion.objects.in_force()
    version.body |= {"undo_seconds": 120}
    version.save()


@pytest.fixture
def moderator(transactional_db: None) -> User:
    return making.moderator(name="Moderator 3")


@pytest.fixture
def teen_case(transactional_db: None) -> Case:
    return making.case(actor=making.listener(username="calmHarbor", badges=["teen_listener"]), other=making.teen())
