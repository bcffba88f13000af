"""The example platform as a process: what it keeps, what it refuses to start with, how it stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.integrations.example_platform import running, suspension
from tests.integrations.receiver import SECRET


def test_events_survive_a_restart_and_a_torn_line_does_not(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    first, second = suspension(), suspension("bob", sanction="8")
    with running(file=file) as platform:
        platform.send(first)
    with file.open("a") as lines:
        lines.write('{"id": "msg_torn", "rec')
    with running(file=file) as platform:
        assert platform.account("ann")["suspended"]
        platform.send(second)
        platform.send(first)
    with running(file=file) as platform:
        assert [event["data"]["account"] for event in platform.events] == ["bob", "ann"]


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("WEBHOOK_", "PLATFORM_"))}
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "examples.platform", *arguments],
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        ([], {}, "Set WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE) to the secret that Haven signs with."),
        ([], {"WEBHOOK_SECRET": "whsec_"}, "WEBHOOK_SECRET must be whsec_ and base64"),
        ([], {"WEBHOOK_SECRET_FILE": "/nowhere"}, "WEBHOOK_SECRET_FILE names a file that cannot be read"),
        ([], {"WEBHOOK_SECRET": SECRET, "PLATFORM_STATE": __file__}, "holds no events: move it away"),
        (["--port", "eighty"], {}, "'eighty' is no port"),
        (["--fail-rate", "2"], {}, "'2' is no share"),
    ],
)
def test_what_it_cannot_start_with_is_said_in_a_sentence(
    arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    with start(*(arguments or ["--port", "0"]), **environment) as process:
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 2
    assert sentence in errors
    assert "Traceback" not in errors


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with start("--port", port, WEBHOOK_SECRET=SECRET) as process:
            _, errors = process.communicate(timeout=20)

    assert process.returncode == 2
    assert errors == f"Port {port} cannot be used (Address already in use): choose another with --port.\n"


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_without_a_word(tmp_path: Path, signal_number: int) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    with start("--port", "0", WEBHOOK_SECRET_FILE=str(secret)) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}accounts.json") as answer:
            assert json.load(answer) == {"accounts": []}
        process.send_signal(signal_number)
        _, errors = process.communicate(timeout=20)

    assert (process.returncode, errors) == (0, "")
