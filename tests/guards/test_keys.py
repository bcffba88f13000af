"""Every key comes from one table and can be changed by everybody: no page, script or style may know one by itself."""

import re
from pathlib import Path

from django.conf import settings

from accounts.keys import ACTIONS, BY_CODE, wrong_keys

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
TAG = re.compile(r"{%\s*(?:key|kbd)\s+\"([a-z_]+)\"")
BUILT = ("choose_", "reason_")  # the rest of the name is the choice, or the place of the reason


def found_in(paths: list[Path], wanted: str, allowed: frozenset[str] = frozenset()) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {found}"
        for path in paths
        for found in re.findall(wanted, path.read_text())
        if found not in allowed
    ]


def test_no_template_knows_a_key_by_itself() -> None:
    """Write {% key %} and {% kbd %} with a name from accounts.keys; a few keys are the browser's own."""
    assert found_in(TEMPLATES, r"aria-keyshortcuts=|accesskey=") == []
    assert found_in(TEMPLATES, r"<kbd[^>]*>(.*?)</kbd>", frozenset({"Enter", "Esc", "Space"})) == []


def test_templates_name_actions_that_there_are() -> None:
    assert found_in(TEMPLATES, TAG.pattern, frozenset(BY_CODE)) == []


def test_no_script_gives_an_element_a_key_of_its_own() -> None:
    assert found_in(SCRIPTS, r"aria-keyshortcuts\"?,\s*[\"'`]") == []


def test_every_action_has_a_button_somewhere() -> None:
    used = {code for path in TEMPLATES for code in TAG.findall(path.read_text())}

    assert {action.code for action in ACTIONS if not action.code.startswith(BUILT)} == used - set(BUILT)


def test_the_table_itself_has_no_key_twice() -> None:
    assert wrong_keys({action.code: action.key for action in ACTIONS}) == {}
    assert len(BY_CODE) == len(ACTIONS)
