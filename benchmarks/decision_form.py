"""The form by which a case is decided, read off its page as a browser would send it, untouched."""

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Form:
    action: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)


class _FormParser(HTMLParser):
    """What a browser would send of `form#decide` as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.form = Form()
        self.is_inside = False
        self.select = self.area = ""
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.is_inside = said.get("id") == "decide"
            self.form.action = said["action"] if self.is_inside else self.form.action
        if not self.is_inside:
            return
        is_choice = said.get("type") in ("radio", "checkbox")
        if tag == "input" and "name" in said and (not is_choice or "checked" in said):
            self._send(said["name"], said.get("value", "on"))
        elif tag == "select":
            self.select = said.get("name", "")
        elif tag == "option" and self.select and ("selected" in said or self.select not in self.form.values):
            self.form.values[self.select] = [said.get("value", "")]
        elif tag == "textarea":
            self.area, self.text = said.get("name", ""), []

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self._send(self.area, "".join(self.text).removeprefix("\n"))
            self.area = ""
        elif tag == "select":
            self.select = ""
        elif tag == "form":
            self.is_inside = False

    def _send(self, name: str, value: str) -> None:
        self.form.values.setdefault(name, []).append(value)


def decision_form(html: str) -> Form:
    parser = _FormParser()
    parser.feed(html)
    if not parser.form.action.endswith("/decide/"):
        sys.exit("The case page holds no decision form: is the case held by somebody else?")
    return parser.form
