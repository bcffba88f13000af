"""Every key comes from one table and can be changed by everybody: no page, script or style may know one by itself."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from accounts.keys import ACTIONS, BY_CODE, wrong_keys

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
TAG = re.compile(r"{%\s*(?:key|kbd)\s+\"([a-z_]+)\"")
BUILT = ("choose_", "reason_")  # the rest of the name is the choice, or the place of the reason


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_knows_a_key_by_itself(path: Path) -> None:
    text = path.read_text()
    literal = re.findall(r"aria-keyshortcuts=|accesskey=", text)
    printed = [
        key for key in re.findall(r"<kbd[^>]*>(.*?)</kbd>", text) if key not in {"Enter", "Esc", "Space"}
    ]  # the browser's own

    assert literal + printed == [], f"{name_of(path)}: write {{% key %}} and {{% kbd %}} with a name from accounts.keys"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_templates_name_actions_that_there_are(path: Path) -> None:
    assert set(TAG.findall(path.read_text())) <= set(BY_CODE)


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_gives_an_element_a_key_of_its_own(path: Path) -> None:
    assert re.findall(r"aria-keyshortcuts\"?,\s*[\"'`]", path.read_text()) == []


def test_every_action_has_a_button_somewhere() -> None:
    used = {code for path in TEMPLATES for code in TAG.findall(path.read_text())}

    assert {action.code for action in ACTIONS if not action.code.startswith(BUILT)} == used - set(BUILT)


def test_the_table_itself_has_no_key_twice() -> None:
    assert wrong_keys({action.code: action.key for action in ACTIONS}) == {}
    assert len(BY_CODE) == len(ACTIONS)
