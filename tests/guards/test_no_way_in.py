"""What the source may not hold: ways to run what is data, calls that wait for ever, markup that is not escaped."""

import ast
import re
from collections.abc import Iterator
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


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def given(call: ast.Call, name: str) -> str:
    return next((ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == name), "")


def test_there_is_source_to_look_at() -> None:
    assert len(SOURCES) > 200
    assert len(TEMPLATES) > 50
    assert len(SCRIPTS) > 5


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_reads_a_form_that_can_run(path: Path) -> None:
    tree = ast.parse(path.read_text())
    imported = {
        alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not node.level
    }
    assert imported & RUN_DATA == set()
    for name, call in calls(path):
        assert name not in CALLED, f"line {call.lineno}"
        assert given(call, "shell") in {"", "False"}, f"line {call.lineno}"
        if name.endswith(("np.load", "numpy.load")):
            assert given(call, "allow_pickle") == "False", f"line {call.lineno}: numpy reads pickles unless told not to"


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


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_waits_for_ever(path: Path) -> None:
    """Whoever asks another machine says how long it may take."""
    waits = ("urlopen", "httpx.get", "httpx.post", "httpx.Client", "requests.get", "requests.post")
    for name, call in calls(path):
        if name.endswith(waits):
            assert given(call, "timeout") not in {"", "None"}, f"line {call.lineno}: {name} without a timeout"


def test_the_database_and_redis_wait_for_nobody_for_ever() -> None:
    options = _options(settings.DATABASES)
    assert int(options["connect_timeout"]) <= 10
    assert "statement_timeout" in options["options"]
    assert "idle_in_transaction_session_timeout" in options["options"]
    assert _options(settings.CACHES)["socket_timeout"] <= 5
    assert settings.CELERY_TASK_TIME_LIMIT <= 300


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_text_is_called_safe_but_where_it_is(path: Path) -> None:
    for name, call in calls(path):
        if name.endswith(("mark_safe", "SafeString", "SafeText")):
            assert name_of(path) in SAFE, f"line {call.lineno}: write format_html"
        if name.endswith("format_html"):
            assert not isinstance(call.args[0], ast.JoinedStr), f"line {call.lineno}: the form itself is not escaped"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_lets_markup_or_script_through(path: Path) -> None:
    text = path.read_text()
    found = [
        *re.findall(r"\|\s*(?:safe|safeseq)\b|{%\s*autoescape\s+off", text),
        *re.findall(r"<script(?![^>]*\ssrc=)[^>]*>", text),
        *re.findall(r"<style\b|\sstyle=|\son[a-z]+=|\shx-on|\shx-vars|javascript:", text),
        *re.findall(r"<(?:iframe|object|embed|base|noscript)\b", text),
        *re.findall(r"(?:src|href|action)=\"(?:https?:)?//", text),
    ]
    assert found == []


def test_no_link_saves_whatever_comes_as_a_file() -> None:
    """With `download` on it, the page that asks for the second factor would be kept under the name of the file."""
    assert [name_of(path) for path in TEMPLATES if re.search(r"\sdownload[\s=>]", path.read_text())] == []


@pytest.mark.parametrize("path", [path for path in TEMPLATES if "<form" in path.read_text()], ids=name_of)
def test_every_form_that_changes_something_carries_its_token(path: Path) -> None:
    text = path.read_text()
    for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.DOTALL | re.IGNORECASE):
        assert "{% csrf_token %}" in form or "csrf" in form, form[:120]


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_no_script_makes_code_of_text_nor_keeps_anything(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"\beval\(|new Function|document\.write|insertAdjacentHTML|setTimeout\(\s*[\"'`]", text) == []
    kept = re.findall(r"(localStorage|indexedDB|document\.cookie|caches\.)", text)
    assert kept == []
