"""`make screens`: photographs every page of a running demo, in light and dark, wide and narrow, into docs/screens/.

Must not be run against anything but the demo: it takes a case and signs in with the demo's password.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent / "screens"
CHROMIUM = "/usr/bin/chromium"
WIDE, NARROW = (1366, 768), (320, 640)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--password", default="haven-demo-2026")
    parser.add_argument("--out", type=Path, default=HERE)
    given = parser.parse_args()
    given.out.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for look in ("light", "dark"):
            with _person(browser, given, "moderator", look, WIDE) as page:
                _shoot(page, given.out / f"queue-{look}.png")
                page.goto(f"{given.address}/me/")
                _shoot(page, given.out / f"me-{look}.png", full=True)
                page.goto(given.address)
                page.get_by_role("button", name="Review next").first.click()
                page.wait_for_url("**/cases/*/")
                case = page.url
                _shoot(page, given.out / f"case-{look}.png")
                page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
                _shoot(page, given.out / f"case-phone-{look}.png", full=True)
                page.goto(given.address)
                _shoot(page, given.out / f"queue-phone-{look}.png", full=True)
                page.goto(case)
                page.get_by_role("button", name="Release").first.click()
            with _person(browser, given, "admin", look, WIDE) as page:
                for name in ("approvals", "sanctions", "audit"):
                    page.goto(f"{given.address}/{name}/")
                    _shoot(page, given.out / f"{name}-{look}.png")
            with _visitor(browser, look, WIDE) as page:
                page.goto(given.address)
                _shoot(page, given.out / f"sign-in-{look}.png")
        browser.close()


@contextmanager
def _visitor(browser: Browser, look: str, size: tuple[int, int]) -> Iterator[Page]:
    context = browser.new_context(
        color_scheme="dark" if look == "dark" else "light",
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


@contextmanager
def _person(
    browser: Browser, given: argparse.Namespace, username: str, look: str, size: tuple[int, int]
) -> Iterator[Page]:
    with _visitor(browser, look, size) as page:
        page.goto(given.address)
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(given.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{given.address}/")
        yield page


def _shoot(page: Page, to: Path, *, full: bool = False) -> None:
    page.screenshot(path=to, full_page=full)


if __name__ == "__main__":
    main()
