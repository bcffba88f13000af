"""`make run`: the whole of Haven on one machine, under one supervisor, until Ctrl-C.

Owns the order of starting and stopping and what is said to the person in front; must not know any page or model.
Production starts the same processes by its own means (docs/runbook).
"""

import argparse
import base64
import fcntl
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from honcho import manager as honcho
from honcho.compat import ProcessManager
from honcho.printer import Printer

from config.embedded import EmbeddedServerError, Servers, var_dir
from config.embedded_redis import write_secret

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
_LEAST_FREE_BYTES = 300 * 1024 * 1024
_READY_SECONDS = 60.0
_STOP_SECONDS = 60  # as docs/production.md gives them, and longer than granian waits for its own workers


class CannotRunError(Exception):
    """Something on this machine stands in the way; the message says what and how to mend it."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _arguments(arguments)
    try:
        _check_machine(options.port)
        with _only_run(), _servers():
            return _supervise(options.port)
    except (CannotRunError, EmbeddedServerError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except KeyboardInterrupt:
        return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m config.run", description="Run all of Haven on this machine.")
    parser.add_argument(
        "--port", type=_port, default=8000, help="of the web pages; the example platform takes the next"
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65534:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; choose a number from 1024 to 65534")
    return int(text)


# What could stand in the way


def _check_machine(port: int) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 — said in a sentence, whatever started us
        raise CannotRunError(f"Haven needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    _check_disk(var_dir())
    _check_port(port, "pages")
    if _with_example_platform():
        _check_port(port + 1, "example platform")


def _check_disk(var: Path) -> None:
    existing = next(path for path in (var, *var.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < _LEAST_FREE_BYTES:
        raise CannotRunError(
            f"The disk of {existing} has {free // 1024**2} MB left, and Haven's database needs"
            f" {_LEAST_FREE_BYTES // 1024**2} MB: make room, or set HAVEN_VAR_DIR to a folder elsewhere."
        )


def _check_port(port: int, what: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            reason = f"Port {port} may only be used by root"
        except OSError:
            reason = f"Port {port}, meant for Haven's {what}, is in use by another program"
        else:
            return
    raise CannotRunError(f"{reason}: choose another one with `make run PORT=8123`.")


@contextmanager
def _only_run() -> Iterator[None]:
    """Two runs would share the embedded servers, and the first to end would stop them for both."""
    var_dir().mkdir(parents=True, exist_ok=True)
    with (var_dir() / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotRunError(
                f"Haven already runs from this folder (process {lock.read().strip() or 'unknown'}): stop it first,"
                " or set HAVEN_VAR_DIR to another folder for a second one."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


# Servers and database


@contextmanager
def _servers() -> Iterator[None]:
    """Starts what no address was given for, and stops it whatever happens."""
    servers = Servers(var_dir())
    wanted = {"postgres": not os.environ.get("DATABASE_URL"), "redis": not os.environ.get("REDIS_URL")}
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        servers.start(**wanted)
        yield
    finally:
        for impatient in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(impatient, signal.SIG_IGN)
        servers.stop()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _prepare_database(environment: dict[str, str]) -> str:
    """Migrates, gives the app role its rights, offers the demo; returns what the demo says about signing in."""
    print("Preparing the database …", flush=True)  # noqa: T201
    _manage(environment, "migrate", "--no-input", "--verbosity", "0")
    _manage(environment, "grant_app_role")
    return _manage(environment, "seed_demo")


def _manage(environment: dict[str, str], command: str, *arguments: str) -> str:
    result = subprocess.run(  # noqa: S603
        [sys.executable, ROOT / "manage.py", command, *arguments],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode:
        raise CannotRunError(f"{result.stdout}Preparing the database failed at `manage.py {command}`.")
    return result.stdout.strip()


# Processes


def _with_example_platform() -> bool:
    return not os.environ.get("WEBHOOK_URL")


def _environment(port: int) -> dict[str, str]:
    environment = os.environ | {"HAVEN_LOCAL": "1", "PYTHONUNBUFFERED": "1"}
    # Celery warns root at length; on one's own machine root is as good as anybody.
    environment.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    environment.setdefault("PUBLIC_URL", f"http://localhost:{port}")  # passkeys know names, not numbers
    if _with_example_platform():
        secret = var_dir() / "webhook-secret"
        if not secret.exists():
            write_secret(secret, f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
        environment |= {
            "WEBHOOK_URL": f"http://{HOST}:{port + 1}/webhooks",
            "WEBHOOK_SECRET_FILE": str(secret),
            "WEBHOOK_ALLOW_PRIVATE": "1",
            "PLATFORM_STATE": str(var_dir() / "platform-events.jsonl"),
        }
        environment.pop("WEBHOOK_SECRET", None)
    return environment


def _commands(port: int) -> dict[str, list[str]]:
    web = ["granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "2"]
    web += ["--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    web += ["--respawn-failed-workers", "--workers-kill-timeout", "40", "config.wsgi:application"]
    worker = ["celery", "-A", "config", "--quiet", "worker", "--queues", "screening,delivery,background"]
    worker += ["--concurrency", "2", "--without-gossip", "--without-mingle", "--hostname", "haven@%h"]
    beat = ["celery", "-A", "config", "--quiet", "beat", "--schedule", str(var_dir() / "beat-schedule")]
    commands = {"web": web, "worker": worker, "beat": beat}
    if _with_example_platform():
        commands["platform"] = ["examples.platform", "--port", str(port + 1)]
    return commands


def _supervise(port: int) -> int:
    environment = _environment(port)
    welcome = _welcome(port, _prepare_database(environment))
    honcho.KILL_WAIT = _STOP_SECONDS
    manager = honcho.Manager(printer=_Announcer(port, welcome))
    manager._procmgr = _MainProcesses()
    for name, command in _commands(port).items():
        line = shlex.join([sys.executable, "-m", *command])
        manager.add_process(name, f"exec {line}", env=environment, cwd=str(ROOT))
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    stopped_by_a_person = manager.returncode in {128 + signal.SIGINT, 128 + signal.SIGTERM}
    return 0 if stopped_by_a_person else manager.returncode or 1


def _welcome(port: int, sign_ins: str) -> str:
    lines = ["", f"Haven is ready at http://{HOST}:{port}/"]
    if _with_example_platform():
        lines.append(f"The example chat platform is at http://{HOST}:{port + 1}/")
    lines += [*sign_ins.splitlines(), "Ctrl-C stops everything; the data stays.", ""]
    return "\n".join(lines)


class _MainProcesses(ProcessManager):  # type: ignore[misc]  # honcho has no types
    """Asks each process alone to stop: it ends its children once their work is done. Only killing is for all."""

    def terminate(self, pid: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


class _Announcer(Printer):  # type: ignore[misc]  # honcho has no types
    """Prints the processes' lines, and the welcome once the web server answers."""

    def __init__(self, port: int, welcome: str) -> None:
        super().__init__()
        self._url = f"http://{HOST}:{port}/healthz"
        self._welcome = welcome
        self._waiting: threading.Thread | None = None

    def write(self, message: Any) -> None:
        if self._waiting is None:  # the first line: all processes are forked, a thread is safe now
            self._waiting = threading.Thread(target=self._welcome_when_ready, daemon=True)
            self._waiting.start()
        try:
            super().write(message)
        except OSError:  # the terminal was closed; stopping in good order matters more than its lines
            self.output = Path(os.devnull).open("w")  # noqa: SIM115

    def _welcome_when_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            if self._answers():
                print(self._welcome, file=self.output, flush=True)
                return
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._url, timeout=2):  # noqa: S310 — our own address
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False


if __name__ == "__main__":
    sys.exit(main())
