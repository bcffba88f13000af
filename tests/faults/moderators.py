"""A moderator who works the queue with a browser while things break, and presses again whatever got no answer."""

import threading
from collections import Counter

import httpx

from tests.faults.system import PASSWORD, System
from tests.journeys.plain_browser import PlainBrowser

PAUSE_S = 0.5


class Moderator:
    def __init__(self, system: System, username: str, *, most: int) -> None:
        self.decided = 0
        self.seen: Counter[int] = Counter()  # statuses
        self.wrong: list[str] = []
        self._system, self._username, self._most = system, username, most
        self._over = threading.Event()

    def stop(self) -> None:
        self._over.set()

    def run(self) -> None:
        while not self._over.is_set() and self.decided < self._most:
            try:
                with PlainBrowser(self._system.address) as browser:
                    self._work(browser)
            except (httpx.TransportError, AssertionError):
                pass  # whatever stood on the page is gone: signs in anew
            self._over.wait(PAUSE_S)

    def _work(self, browser: PlainBrowser) -> None:
        browser.sign_in(self._username, PASSWORD)
        while not self._over.is_set() and self.decided < self._most:
            browser.open("/")
            if not any(form.action.endswith("/cases/next/") for form in browser.forms()):
                return
            browser.submit("/cases/next/")
            if not any(form.action.endswith("/decide/") for form in browser.forms()):
                return
            self._decide(browser)
            self._over.wait(PAUSE_S)

    def _decide(self, browser: PlainBrowser) -> None:
        """The same form until it is answered: its key makes sending it again safe."""
        form_page = browser.page
        for _ in range(20):
            browser.page = form_page
            try:
                browser.submit("/decide/")
            except httpx.TransportError:
                self._over.wait(PAUSE_S)
                continue
            status = browser.page.status_code
            self.seen[status] += 1
            if status == 503:
                self._over.wait(PAUSE_S)
                continue
            if status >= 500:
                self.wrong.append(f"{status}: {browser.text[:300]}")
            self.decided += status == 200
            return
