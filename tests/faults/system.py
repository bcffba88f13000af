"""A whole Haven of honest processes over servers of its own, each of which can be killed and started again."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from config.embedded import Servers
from config.embedded_postgres import APP, OWNER, SUPERUSER
from tests.faults.receiver import SECRET
from tests.journeys.processes import ROOT, free_port
from tests.waiting import eventually

PASSWORD = "correct horse battery"
PYTHON = sys.executable


class System:
    def __init__(self, folder: Path, webhook_url: str, *, logs: Path) -> None:
        self.servers = Servers(folder / "var", durable=True)
        self._logs = logs
        self._webhook_url = webhook_url
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ports: dict[str, int] = {}
        self.key = ""

    def __enter__(self) -> "System":
        self.servers.start()
        self.manage("migrate", "--no-input", "--verbosity", "0", HAVEN_DATABASE_ROLE="owner")
        self.manage("grant_app_role", HAVEN_DATABASE_ROLE="owner")
        scopes = [f"--scope={scope}" for scope in ("messages:write", "reports:write", "accounts:write")]
        self.key = self.manage("create_api_key", "platform", *scopes)
        for name in ("web", "worker", "beat"):
            self.start(name)
        eventually(lambda: self.is_answering("web"), within=60, what="the web server answers")
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._processes):
            self.kill(name)
        self.servers.stop()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._ports['web']}"

    def address_of(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "HAVEN_VAR_DIR": str(self.servers.var),
            "HAVEN_LOCAL": "1",
            "DATABASE_URL": self.servers.postgres.url(APP),
            "DATABASE_OWNER_URL": self.servers.postgres.url(OWNER),
            "REDIS_URL": self.servers.redis.url(),
            "SECRET_KEY": (self.servers.var / "secret-key").read_text(),
            "WEBHOOK_URL": self._webhook_url,
            "WEBHOOK_SECRET": SECRET,
            "WEBHOOK_ALLOW_PRIVATE": "1",
            "API_CALLS_PER_MINUTE": "100000",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "WARNING",
        }

    def manage(self, *arguments: str, stdin: str = "", **more: str) -> str:
        command = [PYTHON, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment | more, input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def hire(self, username: str, role: str) -> None:
        self.manage("create_staff", username, f"--role={role}", "--password-stdin", stdin=f"{PASSWORD}\n")

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        """What stands in the database, past all of Haven's code."""
        with psycopg.connect(self.servers.postgres.url(SUPERUSER), autocommit=True) as connection:
            cursor = connection.execute(question, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    # Processes

    def start(self, name: str) -> None:
        """`web` and its likes (`web2`) each get a port and keep it."""
        kind = name.rstrip("0123456789")
        if kind == "web":
            self._ports.setdefault(name, free_port())
        log = (self._logs / f"{name}.log").open("ab")
        with log:
            self._processes[name] = subprocess.Popen(
                self._command(kind, name),
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _command(self, kind: str, name: str) -> list[str]:
        if kind == "web":
            granian = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self._ports[name])]
            granian += ["--workers", "2", "--blocking-threads", "2", "--no-ws", "--respawn-failed-workers"]
            granian += ["--workers-kill-timeout", "40"]
            return [PYTHON, "-m", *granian, "--log-level", "warning", "config.wsgi:application"]
        celery = [PYTHON, "-m", "celery", "-A", "config", "--quiet"]
        if kind == "beat":
            return [*celery, "beat", "--schedule", str(self._logs / "schedule")]
        queues = ["--queues", "screening,delivery,background", "--concurrency", "2"]
        return [*celery, "worker", *queues, "--without-gossip", "--without-mingle", "--hostname", f"{name}@%h"]

    def is_answering(self, name: str) -> bool:
        try:
            return httpx.get(f"{self.address_of(name)}/healthz", timeout=2).is_success
        except httpx.TransportError:
            return False

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def kill(self, name: str) -> None:
        """The process and all its children, at once."""
        process = self._processes[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_child(self, name: str, choose: Any) -> None:
        """One child of the process, which has to notice and go on."""
        with suppress(psutil.NoSuchProcess, IndexError):
            children = psutil.Process(self.pid(name)).children()
            children = [child for child in children if "resource_tracker" not in " ".join(child.cmdline())]
            choose(sorted(children, key=lambda child: child.pid)).kill()

    def tell_to_end(self, name: str) -> None:
        """The main process alone, as a supervisor does."""
        self._processes[name].send_signal(signal.SIGTERM)

    def terminate(self, name: str, *, within: float = 60) -> int:
        """The same, and wait until it has ended; answers its exit code."""
        self.tell_to_end(name)
        return self.wait_for(name, within=within)

    def wait_for(self, name: str, *, within: float = 60) -> int:
        return self._processes[name].wait(timeout=within)

    # Servers

    def kill_redis(self) -> None:
        """It keeps nothing on disk, so with its life it loses its memory."""
        _end(self.servers.redis.home / "redis.pid", signal.SIGKILL)

    def kill_postgres(self) -> None:
        """Immediate shutdown: no goodbye to anybody, recovery at the next start."""
        _end(self.servers.postgres.data / "postmaster.pid", signal.SIGQUIT)


def _end(pid_file: Path, by: signal.Signals) -> None:
    """End the process whose number stands in the file's first line, and wait until it is gone."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(int(pid_file.read_text().splitlines()[0]))
        process.send_signal(by)
        _, alive = psutil.wait_procs([process], timeout=30)
        assert not alive, f"{process} does not end"
