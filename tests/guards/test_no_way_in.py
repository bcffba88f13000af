"""What the source may not hold: ways to run what is data, calls that wait for ever, markup that is not escaped."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SOURCES = sorted(
    path
    for folder in ("accounts", "config", "moderation", "examples", "deploy")
    for path in (ROOT / folder).rglob("*.py")
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
RUN_DATA = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "jsonpickle", "yaml"}
CALLED = {"eval", "exec", "compile", "__import__"}
# Where a text may be called safe, and why.
SAFE = {
    "accounts/templatetags/keys.py": "attributes made of the table of keys, each escaped",
    "moderation/templatetags/navigation.py": "a constant",
    "moderation/templatetags/speech.py": "a constant",
    "moderation/templatetags/words.py": "constants, and parts that are each escaped above",
}


def _options(servers: Any) -> Any:
    return servers["default"]["OPTIONS"]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


@cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    return [(ast.unparse(node.func), node) for node in nodes(path) if isinstance(node, ast.Call)]


def every_call() -> Iterator[tuple[str, str, ast.Call]]:
    """Where it stands, what is called, and the call."""
    for path in SOURCES:
        for name, call in calls(path):
            yield f"{name_of(path)}:{call.lineno}: {name}", name, call


def given(call: ast.Call, name: str) -> str:
    return next((ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == name), "")


def test_there_is_source_to_look_at() -> None:
    assert len(SOURCES) > 200
    assert len(TEMPLATES) > 50
    assert len(SCRIPTS) > 5


def imported(path: Path) -> set[str]:
    whole = {alias.name for node in nodes(path) if isinstance(node, ast.Import) for alias in node.names}
    parts = {node.module or "" for node in nodes(path) if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in whole | parts}


def test_nothing_reads_a_form_that_can_run() -> None:
    found = [f"{name_of(path)}: {name}" for path in SOURCES for name in imported(path) & RUN_DATA]
    for where, name, call in every_call():
        if name in CALLED or given(call, "shell") not in {"", "False"}:
            found.append(where)
        # numpy reads pickles unless told not to
        if name.endswith(("np.load", "numpy.load")) and given(call, "allow_pickle") != "False":
            found.append(where)

    assert found == []


def test_tasks_and_the_cache_speak_json_alone() -> None:
    assert settings.CELERY_TASK_SERIALIZER == settings.CELERY_RESULT_SERIALIZER == "json"
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert _options(settings.CACHES)["serializer"] == "config.cache.JSONSerializer"
    assert "Pickle" not in getattr(settings, "SESSION_SERIALIZER", "JSON")


def test_a_worker_takes_no_pickle() -> None:
    from kombu.exceptions import ContentDisallowed
    from kombu.serialization import loads

    from config.celery import app

    with pytest.raises(ContentDisallowed):
        loads(b"\x80\x04N.", "application/x-python-serialize", "binary", accept=app.conf.accept_content)


def test_nothing_waits_for_ever() -> None:
    """Whoever asks another machine says how long it may take."""
    waits = ("urlopen", "httpx.get", "httpx.post", "httpx.Client", "requests.get", "requests.post")

    asked = [(where, given(call, "timeout")) for where, name, call in every_call() if name.endswith(waits)]

    assert asked
    assert [where for where, timeout in asked if timeout in {"", "None"}] == []


def test_the_database_and_redis_wait_for_nobody_for_ever() -> None:
    options = _options(settings.DATABASES)
    assert int(options["connect_timeout"]) <= 10
    assert "statement_timeout" in options["options"]
    assert "idle_in_transaction_session_timeout" in options["options"]
    assert _options(settings.CACHES)["socket_timeout"] <= 5
    assert settings.CELERY_TASK_TIME_LIMIT <= 300


def test_no_text_is_called_safe_but_where_it_is() -> None:
    found = []
    for where, name, call in every_call():
        if name.endswith(("mark_safe", "SafeString", "SafeText")) and where.partition(":")[0] not in SAFE:
            found.append(f"{where}: write format_html")
        if name.endswith("format_html") and isinstance(call.args[0], ast.JoinedStr):
            found.append(f"{where}: the form itself is not escaped")

    assert found == []


def test_no_link_saves_whatever_comes_as_a_file() -> None:
    """With `download` on it, the page that asks for the second factor would be kept under the name of the file."""
    assert [name_of(path) for path in TEMPLATES if re.search(r"\sdownload[\s=>]", path.read_text())] == []


LETS_THROUGH = (
    r"\|\s*(?:safe|safeseq)\b|{%\s*autoescape\s+off",
    r"<script(?![^>]*\ssrc=)[^>]*>",
    r"<style\b|\sstyle=|\son[a-z]+=|\shx-on|\shx-vars|javascript:",
    r"<(?:iframe|object|embed|base|noscript)\b",
    r"(?:src|href|action)=\"(?:https?:)?//",
)


def found_in(paths: list[Path], *wanted: str) -> list[str]:
    """What stands in which file and should not."""
    return [
        f"{name_of(path)}: {found}"
        for path in paths
        for text in [path.read_text()]
        for one in wanted
        for found in re.findall(one, text)
    ]


def test_no_template_lets_markup_or_script_through() -> None:
    assert found_in(TEMPLATES, *LETS_THROUGH) == []


@pytest.mark.parametrize(
    "text",
    ["{{ x|safe }}", "<script>1", "<p style=x", "<p onclick=x", "<iframe src=x>", '<a href="//elsewhere.invalid">'],
)
def test_such_a_template_would_be_found(text: str) -> None:
    assert any(re.search(one, text) for one in LETS_THROUGH)


def test_every_form_that_changes_something_carries_its_token() -> None:
    forms = [
        (path, form)
        for path in TEMPLATES
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL | re.IGNORECASE)
    ]

    assert len(forms) > 60
    assert [f"{name_of(path)}: {form[:120]}" for path, form in forms if "csrf" not in form] == []


def test_no_script_makes_code_of_text_nor_keeps_anything() -> None:
    makes = r"\beval\(|new Function|document\.write|insertAdjacentHTML|setTimeout\(\s*[\"'`]"
    keeps = r"localStorage|indexedDB|document\.cookie|caches\."

    assert found_in(SCRIPTS, makes, keeps) == []
