"""Hostile text in every field, on every page, in a real browser: it runs nowhere, keeps its place, turns nothing.

The page fixture fails by itself on any refusal of the content security policy and any error of a script.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests import hostile, hostile_world, making
from tests.browser.conftest import OpenPage
from tests.hostile_world import World

pytestmark = pytest.mark.django_db(transaction=True)

# What would turn the words around it: a text with signs or letters that run to the left, which no element of its own
# holds in. That browsers isolate blocks is not enough where other words stand in the same block.
TURNED = """() => {
  const turns = /[\\u202a-\\u202e\\u2066-\\u2069\\u061c\\u0590-\\u08ff]/;
  const isBlock = (element) => !/^(inline|contents)$/.test(getComputedStyle(element).display);
  const holds = (element) => element.matches("bdi, [dir]")
    || (!isBlock(element) && /isolate|plaintext/.test(getComputedStyle(element).unicodeBidi));
  const inside = (node) => {
    for (let at = node.parentElement; at; at = at.parentElement) {
      if (holds(at)) return true;
      if (isBlock(at)) return at.textContent.trim() === node.data.trim();
    }
    return true;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!turns.test(node.data) || element.closest("script, template")) continue;
    if (element.closest("textarea, option")) continue;
    if (!inside(node)) found.push(element.outerHTML.slice(0, 160));
  }
  return found;
}"""
# Where no element can hold anything in, the signs themselves must be gone.
LOOSE = """() => {
  const turns = /[\\u202a-\\u202e\\u2066-\\u2069]/;
  const named = [...document.querySelectorAll("[title], [aria-label], [alt], [data-label]")].flatMap((element) =>
    ["title", "aria-label", "alt", "data-label"].map((name) => element.getAttribute(name) || ""));
  const told = [document.title, ...[...document.querySelectorAll("option")].map((one) => one.label)];
  return [...named, ...told].filter((text) => turns.test(text)).map((text) => text.slice(0, 100));
}"""
WIDE = """() => {
  const widest = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= widest) return [];
  return [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > widest + 1)
    .slice(-3).map((one) => one.outerHTML.slice(0, 140));
}"""
ALIEN = """() => [...document.querySelectorAll(
    "main script, main iframe, main base, main style, main object, main [onerror], main [onload], main [onfocus]"
  )].map((one) => one.outerHTML.slice(0, 120))"""


class Watched:
    """What a page did that no page of ours does."""

    def __init__(self, page: Page, own: str) -> None:
        self.heard: list[str] = []
        self._own = own
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("popup", lambda popup: self.heard.append(f"popup {popup.url}"))

    def _dialog(self, dialog: Any) -> None:
        self.heard.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self._own, "data:", "blob:")):
            self.heard.append(f"request {request.url[:80]}")


@pytest.fixture
def world(transactional_db: None, tmp_path: Path) -> World:
    return hostile_world.make(tmp_path)


def _faults(page: Page) -> list[str]:
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    found = [f"ran: {hostile.GLOBAL}"] if page.evaluate(f"'{hostile.GLOBAL}' in window") else []
    checks = {"turned": TURNED, "loose": LOOSE, "wide": WIDE, "alien": ALIEN}
    return [*found, *(f"{name}: {one}" for name, script in checks.items() for one in page.evaluate(script)[:6])]


WIDTHS = (320, 1366)


def test_on_every_page(open_page: OpenPage, live_server: Any, world: World) -> None:
    """As wide as a phone and as a desk. That no page is forgotten: guards/test_hostile_pages.py."""
    faults: dict[str, list[str]] = {}
    opened: dict[Any, tuple[Page, Watched]] = {}
    for path, user, visit in hostile_world.visits(world):
        if user not in opened:
            page = open_page("/account/login/", user)
            opened[user] = page, Watched(page, live_server.url)
        page, watched = opened[user]
        answer = page.goto(f"{live_server.url}{path}")
        assert answer is not None
        assert answer.status == visit.status, path
        if visit.press:
            page.get_by_role("button", name=visit.press).click()
            page.wait_for_load_state()
        found = []
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{width}: {one}" for one in _faults(page)]
        found += watched.heard
        watched.heard.clear()
        if found:
            faults[f"{path} {visit.press}"] = found

    assert faults == {}, "\n".join(f"{path}: {one}" for path, found in faults.items() for one in found)


def test_in_what_htmx_brings(open_page: OpenPage, live_server: Any, world: World) -> None:
    """A case opened from the queue comes as a fragment, through the policy of Trusted Types."""
    page = open_page("/", world.senior)
    watched = Watched(page, live_server.url)
    page.locator("[data-row] a, [data-row] button").first.click()
    page.wait_for_url("**/cases/**")

    assert [*_faults(page), *watched.heard] == []


@pytest.mark.parametrize("payload", hostile.of(hostile.Sort.SCRIPT), ids=lambda payload: payload.name)
def test_the_door_for_markup_lets_nothing_through_that_runs(hostile_door: Page, payload: hostile.Payload) -> None:
    """Even a page that put the text in unescaped would not run it."""
    hostile_door.evaluate(
        "text => { try { document.getElementById('announce').innerHTML = text; } catch { /* refused */ } }",
        payload.text,
    )
    hostile_door.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    assert not hostile_door.evaluate(f"'{hostile.GLOBAL}' in window")
    alien = ("script", "iframe", "base", "style", "[onerror]", "[onload]", "[ontoggle]")
    assert [one for one in alien if hostile_door.locator(f"#announce {one}").count()] == []


@pytest.fixture
def hostile_door(browser: Any, live_server: Any, transactional_db: None) -> Any:
    """A page that may complain: refusing is what it is for."""
    from tests.browser.conftest import _session

    context = browser.new_context()
    context.add_cookies([{"name": "haven-session", "value": _session(making.moderator()), "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/me/")
    yield page
    context.close()


def test_a_script_address_is_refused_by_the_browser(hostile_door: Page) -> None:
    refused = hostile_door.evaluate(
        """() => ["src", "text"].map((name) => {
          try { document.createElement("script")[name] = "/x.js"; return "taken"; } catch (error) { return error.name; }
        })"""
    )
    assert refused == ["TypeError", "TypeError"]


def test_no_other_policy_can_be_made(hostile_door: Page) -> None:
    made = hostile_door.evaluate(
        """() => ["default", "another"].map((name) => {
          try { trustedTypes.createPolicy(name, {}); return "made"; } catch (error) { return error.name; }
        })"""
    )
    assert made == ["TypeError", "TypeError"]
