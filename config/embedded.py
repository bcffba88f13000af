"""The two servers that Haven brings along when DATABASE_URL or REDIS_URL is unset, under var/.

Their addresses follow from the place of var/ alone, so that every process finds servers that another one started.
Must not know Django; config.settings asks here for addresses, config.run and the tests start and stop.
"""

import fcntl
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.embedded_postgres import EmbeddedServerError, Postgres
from config.embedded_redis import Redis, write_secret

__all__ = ["EmbeddedServerError", "Servers", "database_url", "redis_url", "secret_key", "var_dir"]

_SOCKET_PATH_LIMIT = 100  # Unix allows 104 to 108 bytes, file name included
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


def var_dir() -> Path:
    """Where this installation keeps what it makes itself; HAVEN_VAR_DIR moves it."""
    chosen = os.environ.get("HAVEN_VAR_DIR", "").strip()
    return Path(chosen).resolve() if chosen else Path(__file__).resolve().parent.parent / "var"


def database_url(role: str) -> str:
    return Servers(var_dir()).postgres.url(role)


def redis_url() -> str:
    return Servers(var_dir()).redis.url()


def secret_key() -> str:
    """This installation's own random key, made with its servers; empty before."""
    try:
        return (var_dir() / "secret-key").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


@dataclass(frozen=True)
class Servers:
    """Both servers of one var/ directory. `durable=False` trades safety of the data for speed: for tests only."""

    var: Path
    durable: bool = True

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.var / "postgres", self._sockets("postgres"), durable=self.durable)

    @property
    def redis(self) -> Redis:
        return Redis(self.var / "redis", self._sockets("redis"))

    def start(self, *, postgres: bool = True, redis: bool = True) -> None:
        """Idempotent, also across processes; raises EmbeddedServerError with a sentence."""
        with self._alone():
            if not (self.var / "secret-key").exists():
                write_secret(self.var / "secret-key", secrets.token_urlsafe(64))
            if postgres:
                self.postgres.start()
            if redis:
                self.redis.start()

    def stop(self) -> None:
        if not self.var.exists():
            return
        with self._alone():
            self.redis.stop()
            self.postgres.stop()

    def _sockets(self, name: str) -> Path:
        """Inside var/ unless its path is too long or too odd for a socket's address."""
        inside = self.var / name / "socket"
        if len(os.fsencode(inside)) + len("/.s.PGSQL.5432") <= _SOCKET_PATH_LIMIT and _PLAIN_PATH.fullmatch(
            str(inside)
        ):
            return inside
        digest = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"haven-{os.geteuid()}-{digest}-{name}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time starts or stops."""
        try:
            self.var.mkdir(parents=True, exist_ok=True)
            with (self.var / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except PermissionError as error:
            raise EmbeddedServerError(
                f"{error.filename or self.var} may not be used by this user; did another user or root start Haven"
                " here before?"
            ) from error
        except OSError as error:
            raise EmbeddedServerError(f"The embedded servers cannot be started: {error}.") from error
