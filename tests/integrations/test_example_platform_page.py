"""The page of the example platform: what it shows, and what it does not let in."""

import re
from html.parser import HTMLParser

import pytest

from tests.integrations.example_platform import Platform, suspension, told


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_nothing_from_outside_becomes_markup(platform: Platform) -> None:
    evil = "\"><img src=x onerror=alert(1)><script>alert('&')</script>"
    platform.send(told(evil, account=evil, sanction=evil, badge=evil, notice=evil, due_at=evil))
    platform.send(told("badge.held", account=evil, sanction="1", badge=evil, notice=evil, ends_at=evil))
    platform.send(told("check_in.due", account=evil, due_at=evil))

    tags = Tags(platform.get().text).found
    assert [tag for tag, _ in tags].count("script") == 1
    assert "img" not in [tag for tag, _ in tags]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]


def test_the_page_forbids_what_it_does_not_need(platform: Platform) -> None:
    answer = platform.get()

    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<style|style=|<script(?! type=\"module\" src=)", answer.text)


def test_the_page_is_empty_in_words(platform: Platform) -> None:
    text = platform.get().text

    assert "No account has been mentioned yet." in text
    assert "No event has arrived yet." in text


def test_the_page_tells_standing_and_events_newest_first(platform: Platform) -> None:
    platform.send(suspension())
    platform.send(told("badge.removed", sanction="8", account="ann", badge="teen_listener", notice="Gone"))

    text = platform.get().text
    assert "Suspended until " in text
    assert "Teen listener badge removed" in text
    assert "2 notices received" in text
    assert text.index("Badge removed") < text.index("Suspension applied")


def test_the_page_keeps_itself_up_to_date_until_it_is_paused(platform: Platform) -> None:
    def refreshes(path: str) -> set[str]:
        tags = Tags(platform.get(path).text).found
        return {tag for tag, given in tags if given.get("http-equiv") == "refresh" or given.get("src") == "/page.js"}

    assert refreshes("/") == {"meta", "script"}
    assert refreshes("/?paused") == set()


@pytest.mark.parametrize(("path", "kind"), [("/page.css", "text/css"), ("/page.js", "text/javascript")])
def test_style_and_script_are_files_of_their_own(platform: Platform, path: str, kind: str) -> None:
    assert platform.get(path).headers["content-type"] == f"{kind}; charset=utf-8"
