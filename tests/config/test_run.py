"""`make run` from the outside: refusals in one sentence, a clean stop, no process left over."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from config import run
from config.embedded import Servers
from config.run import CannotRunError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """An installation that was never started, with its own var/."""
    var = Path(tempfile.mkdtemp(prefix="haven-run-"))
    var.chmod(0o711)
    unset = {"DATABASE_URL", "REDIS_URL", "WEBHOOK_URL", "HAVEN_LOCAL", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    yield kept | {"HAVEN_VAR_DIR": str(var), "LOG_LEVEL": "INFO"}
    shutil.rmtree(var)


@pytest.fixture
def two_free_ports() -> int:
    """The lower of two neighbours that were free a moment ago."""
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("this machine has no two neighbouring free ports")


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.run", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def test_port_in_use_is_one_sentence(environment: dict[str, str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        result = _run(environment, "--port", str(port))

    assert result.returncode == 2
    assert result.stderr == (
        f"Port {port}, meant for Haven's pages, is in use by another program:"
        " choose another one with `make run PORT=8123`.\n"
    )


@pytest.mark.parametrize("port", ["0", "65535", "http", "-1", "8000.5"])
def test_nonsense_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run.main([f"--port={port}"])

    assert stop.value.code == 2
    assert "choose a number from 1024 to 65534" in capsys.readouterr().err


def test_links_lead_to_the_port_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_URL", "https://chat.example.org/haven")
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    assert run._environment(8123)["PUBLIC_URL"] == "http://localhost:8123"

    monkeypatch.setenv("PUBLIC_URL", "https://haven.example.org")
    assert run._environment(8123)["PUBLIC_URL"] == "https://haven.example.org"


def test_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=7 * 1024**2))

    with pytest.raises(CannotRunError, match=r"has 7 MB left, and Haven's database needs 300 MB: make room"):
        run._check_disk(tmp_path / "not" / "yet")


def test_second_run_from_the_same_folder_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HAVEN_VAR_DIR", str(tmp_path))

    with (
        run._only_run(),
        pytest.raises(CannotRunError, match=f"already runs from this folder \\(process {os.getpid()}"),
    ):
        run._only_run().__enter__()


PARENT = """
import signal, subprocess, sys
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
def stop(*_):
    child.stdin.close()
    sys.exit(f"the child ended with {child.wait()}")
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
signal.pause()
"""


def test_stopping_leaves_children_to_their_parent() -> None:
    """A worker's children are in the middle of tasks."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        run._MainProcesses().terminate(parent.pid)
        assert parent.communicate()[1] == "the child ended with 0\n"
    run._MainProcesses().terminate(parent.pid)
    assert parent.returncode == 1


def test_run_serves_and_stops_without_a_trace_and_finds_its_data_again(
    environment: dict[str, str], two_free_ports: int
) -> None:
    database = Servers(Path(environment["HAVEN_VAR_DIR"])).postgres.url("haven_owner")

    with _running(environment, two_free_ports, until=signal.SIGINT) as output:
        assert f"Haven is ready at http://127.0.0.1:{two_free_ports}/" in output
        with psycopg.connect(database) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")

    with _running(environment, two_free_ports, until=signal.SIGHUP), psycopg.connect(database) as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("still here",)]


@contextmanager
def _running(environment: dict[str, str], port: int, *, until: signal.Signals) -> Iterator[str]:
    """Yields what was said until Haven was ready; then stops it by the signal and looks for what is left."""
    command = [sys.executable, "-m", "config.run", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as haven:
        assert haven.stdout is not None
        lines: list[str] = []
        while not lines or not lines[-1].startswith("Ctrl-C stops everything"):
            lines.append(haven.stdout.readline())
            assert lines[-1], "".join(lines)
        started = psutil.Process(haven.pid).children(recursive=True)
        try:
            yield "".join(lines)
        finally:
            haven.send_signal(until)
            lines += haven.stdout.readlines()

    output = "".join(lines)
    assert haven.returncode == 0, output
    assert "Traceback" not in output
    assert len(started) >= 4
    assert not [process for process in started if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert not _processes_that_mention(environment["HAVEN_VAR_DIR"])


def _processes_that_mention(text: str) -> list[list[str]]:
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(
            text in word for word in process.info["cmdline"] or ()
        ):
            found.append(process.info["cmdline"])
    return found
