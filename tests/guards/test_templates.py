"""What templates, styles and scripts may not hold: the content security policy would drop it, or it would hurt."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = (ROOT / "static/css/haven.css").read_text()
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


FORBIDDEN = {
    "an inline script": r"<script(?![^>]*\bsrc=)",
    "an inline style": r"<style|\sstyle=",
    "an event attribute": r"\son[a-z]+=",
    "hx-on": r"\s(data-)?hx-on",
    "code to evaluate": r"hx-vals=[\"']?js:|hx-trigger=[\"'][^\"']*\[|hx-vars",
    "a scripted address": r"javascript:",
    "markup that is not escaped": r"\|\s*safe\b|{%\s*autoescape off",
    "something from another site": r"(src|href)=[\"'](https?:)?//",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_holds(path: Path, what: str) -> None:
    found = re.search(FORBIDDEN[what], path.read_text(), re.IGNORECASE)

    assert found is None, f"{name_of(path)} holds {what}: {found and found[0]}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_can_be_read(path: Path) -> None:
    assert get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_form_that_changes_something_carries_its_token(path: Path) -> None:
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL)

    assert all("{% csrf_token %}" in form for form in forms)


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_evaluates_text_or_writes_markup_it_did_not_get_from_the_server(path: Path) -> None:
    code = path.read_text()

    assert re.search(r"\beval\(|new Function|document\.write|insertAdjacentHTML", code) is None
    assert re.search(r"^\s*import\b", code, re.MULTILINE) is None, "hashed file names would break imports"


# Colours, by the tokens themselves: text needs 4.5:1 (WCAG 1.4.3), the borders of controls 3:1 (1.4.11).

TOKENS = dict(re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}, #[0-9a-f]{6})\)", STYLES))
GROUNDS = ["paper", "card", "raise", "accent-soft"]
TEXT = [
    *product(["ink", "ink-2", "ink-3", "accent", "critical"], GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("critical", "high", "normal", "accent")),
    ("ink", "critical-soft"),
    ("ink", "high-soft"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-strong"),
    ("critical-ink", "critical"),
    ("mark-ink", "mark"),
    ("toast-ink", "toast"),
    ("toast-accent", "toast"),
]
CONTROLS = [("edge", "paper"), ("edge", "card"), ("accent", "card"), ("accent", "paper")]


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in CONTROLS],
)
def test_what_is_to_be_read_stands_out(ink: str, ground: str, least: float, scheme: int) -> None:
    reached = contrast(TOKENS[ink].split(", ")[scheme], TOKENS[ground].split(", ")[scheme])

    assert reached >= least, f"--{ink} on --{ground}: {reached:.2f}"


def test_colours_come_from_tokens_alone() -> None:
    after_tokens = STYLES.partition("@layer base {")[2]

    assert re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s,)])", after_tokens) == []
