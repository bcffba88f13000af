"""A pytest plugin: a real PostgreSQL and a real Redis for the tests, thrown away afterwards.

It must run before Django reads its settings, hence not in conftest.py. With DATABASE_URL and REDIS_URL set, those
servers are used (the role must be a superuser: see tests/postgresql).
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

import pytest

from config.embedded import EmbeddedServerError, Servers
from config.embedded_postgres import SUPERUSER

_PREFIX = "haven-test-"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        _use_own_redis_database(int(worker.removeprefix("gw")))
    else:
        _start(early_config)
    _adapt_settings()
    return (yield)


def _start(config: pytest.Config) -> None:
    _sweep()
    var = Path(tempfile.mkdtemp(prefix=_PREFIX))
    var.chmod(0o711)
    (var / "pid").write_text(str(os.getpid()))
    servers = Servers(var, durable=False)
    config.add_cleanup(lambda: _discard(servers))
    servers.start(postgres="DATABASE_URL" not in os.environ, redis="REDIS_URL" not in os.environ)
    os.environ.setdefault("DATABASE_URL", servers.postgres.url(SUPERUSER))
    os.environ.setdefault("REDIS_URL", servers.redis.url())
    os.environ |= {"HAVEN_VAR_DIR": str(var), "HAVEN_LOCAL": "1", "LOG_LEVEL": "WARNING"}


def _discard(servers: Servers) -> None:
    servers.stop()
    shutil.rmtree(servers.var, ignore_errors=True)


def _sweep() -> None:
    """Ends what an earlier run left that was killed before it could clean up."""
    for var in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            os.kill(int((var / "pid").read_text()), 0)
        except ProcessLookupError:
            with suppress(EmbeddedServerError):  # another run's, busy stopping: it is swept the next time
                _discard(Servers(var))
        except (OSError, ValueError):
            continue  # somebody else's, or just being made


def _use_own_redis_database(number: int) -> None:
    """Redis has 16 numbered databases; the tests of one process must not see those of another."""
    address = os.environ["REDIS_URL"]
    if address.startswith("unix:"):
        os.environ["REDIS_URL"] = f"{address.partition('?')[0]}?db={number % 16}"
    else:
        os.environ["REDIS_URL"] = f"{address.rpartition('/')[0]}/{number % 16}"


def _adapt_settings() -> None:
    from config import settings

    settings.DATABASES["default"] |= {"ENGINE": "tests.postgresql", "CONN_MAX_AGE": 0}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; protects nothing
