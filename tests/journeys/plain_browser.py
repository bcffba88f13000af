"""A browser without JavaScript: follows links, fills in the forms it finds, and sends them as they stand."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.signing_in import code_of


@dataclass
class Form:
    action: str
    method: str = "get"
    values: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._chosen: str | None = None
        self._textarea: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        present = dict(attrs).keys()
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif not self.forms or "disabled" in present:
            return
        elif tag == "input" and given.get("name"):
            kind = given.get("type", "text")
            if kind in ("submit", "button", "image", "reset"):
                return
            if kind in ("checkbox", "radio") and "checked" not in present:
                return
            self.forms[-1].values.append((given["name"], given.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "select":
            self._select, self._chosen = given.get("name", ""), None
        elif tag == "option" and self._select and ("selected" in present or self._chosen is None):
            self._chosen = given.get("value", "")
        elif tag == "textarea":
            self._textarea, self._text = given.get("name", ""), ""

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self.forms[-1].values.append((self._select, self._chosen or ""))
            self._select = ""
        elif tag == "textarea" and self._textarea is not None:
            self.forms[-1].values.append((self._textarea, self._text.removeprefix("\n")))
            self._textarea = None


class PlainBrowser:
    """One person's session. `page` is the last answer."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, follow_redirects=True, timeout=20)
        self.page = httpx.Response(204)

    def __enter__(self) -> "PlainBrowser":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def text(self) -> str:
        return self.page.text

    def open(self, path: str) -> "PlainBrowser":
        self.page = self._client.get(path)
        return self

    def forms(self) -> list[Form]:
        parser = _Forms()
        parser.feed(self.page.text)
        return parser.forms

    def submit(self, action_ends: str, **changed: Any) -> "PlainBrowser":
        """Send the first form whose action ends so, with its own values except those that are changed."""
        found = [form for form in self.forms() if form.action.partition("?")[0].endswith(action_ends)]
        assert found, f"no form for “{action_ends}” on {self.page.url}: {[form.action for form in self.forms()]}"
        form = found[0]
        values: dict[str, Any] = {}
        for name, value in form.values:
            values.setdefault(name, []).append(value)
        values |= changed
        target = urljoin(str(self.page.url), form.action)
        if form.method == "post":
            self.page = self._client.post(target, data=values, headers={"Referer": str(self.page.url)})
        else:
            self.page = self._client.get(target, params=values)
        return self

    def sign_in(self, username: str, password: str) -> "PlainBrowser":
        """As a person does for the first time: password, an app as second factor, its code."""
        self.open("/account/login/").submit("/account/login/", login=username, password=password)
        if self.page.url.path == "/me/security/":
            self.open("/me/security/app/")
            secret = re.search(r'id="totp-key">([A-Z2-7]+)<', self.text)
            assert secret, self.text[:500]
            self.submit("/me/security/app/", code=code_of(secret[1])).open("/")
        assert self.page.status_code == 200, self.text[:500]
        return self
