"""A backup is worth what a restore of it gives back: every row of every table, the triggers, the sequences."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from config import embedded_postgres
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
RESTORED = "haven_restored"


@pytest.fixture
def environment() -> dict[str, str]:
    """The test database as PostgreSQL's own programs are told of it."""
    programs = embedded_postgres._programs()
    told = connection.settings_dict
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": told["HOST"],
        "PGPORT": str(told["PORT"]),
        "PGUSER": told["USER"],
        "PGPASSWORD": told["PASSWORD"],
        "PGDATABASE": told["NAME"],
    }


@pytest.fixture
def empty_database(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    with psycopg.connect(_address(environment), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {RESTORED}")
        server.execute(f"CREATE DATABASE {RESTORED}")
        yield environment | {"PGDATABASE": RESTORED}
        server.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")


@pytest.fixture
def community() -> None:
    """Something in the tables that matter: evidence, a decision, a sanction, an event, the audit trail."""
    for _ in range(3):
        making.decided(making.case(text=f"call me on {making.PHONE}, “ééé”\t\\N\n"), "suspension:7")
    making.api_key()


def _address(environment: dict[str, str]) -> str:
    return " ".join(
        f"{name}='{environment[variable]}'"
        for name, variable in {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}.items()
    )


def _run(script: str, *arguments: object, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(DEPLOY / script), *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def _contents(environment: dict[str, str]) -> dict[str, tuple[int, str]]:
    """Of every table how many rows, and the checksum of all of them in the order of their text; of sequences, where
    they stand; of triggers, how they read."""
    with psycopg.connect(_address(environment)) as database:
        tables = [name for (name,) in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        whole = sql.SQL("SELECT t::text FROM {} t")
        found = {name: _rows(database, whole.format(sql.Identifier(name))) for name in tables}
        found["sequences"] = _rows(
            database, sql.SQL("SELECT sequencename || ' ' || coalesce(last_value, 0) FROM pg_sequences")
        )
        for what, query in _DEFINITIONS.items():
            found[what] = _rows(database, query, _bare)
    return found


_DEFINITIONS = {
    "triggers": sql.SQL("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"),
    "functions": sql.SQL(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'"
    ),
    "indexes": sql.SQL("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"),
    "constraints": sql.SQL("SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0"),
}
_CAST = re.compile(r"::(character varying|[a-z_]+)(\[\])?|[()]")


def _bare(definition: str) -> str:
    """Without casts and brackets: PostgreSQL places them anew when it reads a list of words back."""
    return _CAST.sub("", definition)


def _rows(
    database: psycopg.Connection[Any], query: sql.SQL | sql.Composed, told: Callable[[str], str] = str
) -> tuple[int, str]:
    rows = sorted(told(row[0]) for row in database.execute(query))
    return len(rows), sha256("\0".join(rows).encode()).hexdigest()


def _backup(environment: dict[str, str], folder: Path) -> Path:
    done = _run("backup.sh", folder, environment=environment)
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.mark.usefixtures("community")
def test_a_restore_gives_back_every_row_trigger_and_sequence(
    environment: dict[str, str], empty_database: dict[str, str], tmp_path: Path
) -> None:
    before = _contents(environment)
    assert before["accounts_auditentry"][0] >= 3
    assert before["moderation_outboxevent"][0] >= 3
    assert before["triggers"][0] >= 3

    done = _run("restore.sh", _backup(environment, tmp_path), environment=empty_database)

    assert done.returncode == 0, done.stderr
    assert _contents(empty_database) == before
    with psycopg.connect(_address(empty_database)) as database, pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.execute("DELETE FROM accounts_auditentry")


def test_a_backup_is_for_its_owner_alone(environment: dict[str, str], tmp_path: Path) -> None:
    backup = _backup(environment, tmp_path / "new folder")
    kept = {path.name: path.stat().st_mode & 0o077 for path in backup.parent.iterdir()}
    assert kept == {backup.name: 0, f"{backup.name}.sha256": 0}


def test_only_the_latest_backups_are_kept(environment: dict[str, str], tmp_path: Path) -> None:
    for day in (1, 2, 3):
        (tmp_path / f"haven-2026010{day}T000000Z.dump").touch()
        (tmp_path / f"haven-2026010{day}T000000Z.dump.sha256").touch()
    (tmp_path / "somebody-elses.dump").touch()
    backup = _backup(environment | {"BACKUPS_KEPT": "2"}, tmp_path)
    dumps = {path.name for path in tmp_path.iterdir() if path.suffix == ".dump"}
    assert dumps == {"somebody-elses.dump", "haven-20260103T000000Z.dump", backup.name}


def test_a_backup_that_fails_leaves_nothing_behind(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "haven-20260101T000000Z.dump").touch()
    done = _run("backup.sh", tmp_path, environment=environment | {"PGDATABASE": "not_there", "BACKUPS_KEPT": "1"})
    assert done.returncode == 2
    assert "nothing was kept of it" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["haven-20260101T000000Z.dump"]


@pytest.mark.parametrize("kept", ["0", "-1", "many"])
def test_nonsense_about_how_many_to_keep_is_refused(environment: dict[str, str], tmp_path: Path, kept: str) -> None:
    done = _run("backup.sh", tmp_path, environment=environment | {"BACKUPS_KEPT": kept})
    assert (done.returncode, "whole number" in done.stderr) == (2, True)


@pytest.mark.parametrize("script", ["backup.sh", "restore.sh"])
def test_without_a_database_or_an_argument_the_scripts_say_how(
    environment: dict[str, str], tmp_path: Path, script: str
) -> None:
    nowhere = {name: value for name, value in environment.items() if name != "PGDATABASE"}
    assert "Set PGDATABASE" in _run(script, tmp_path, environment=nowhere).stderr
    assert f"deploy/{script}" in _run(script, environment=environment).stderr


def test_nothing_is_restored_over_what_is_there(environment: dict[str, str], tmp_path: Path) -> None:
    before = _contents(environment)
    done = _run("restore.sh", _backup(environment, tmp_path), environment=environment)
    assert (done.returncode, "tables already" in done.stderr) == (2, True)
    assert _contents(environment) == before


@pytest.mark.parametrize("damage", ["changed", "cut short", "no checksum"])
def test_a_damaged_backup_is_refused_and_restores_nothing(
    environment: dict[str, str], empty_database: dict[str, str], tmp_path: Path, damage: str
) -> None:
    backup = _backup(environment, tmp_path)
    content = bytearray(backup.read_bytes())
    if damage == "no checksum":
        backup.with_name(f"{backup.name}.sha256").unlink()
    else:
        content[len(content) // 2] ^= 0xFF
        backup.write_bytes(content if damage == "changed" else content[:-100])
    assert _run("restore.sh", backup, environment=empty_database).returncode == 2
    assert not [name for name in _contents(empty_database) if "_" in name]


def test_a_restore_that_breaks_halfway_leaves_the_database_empty(
    environment: dict[str, str], empty_database: dict[str, str], tmp_path: Path
) -> None:
    """Cut short and given a matching checksum: it is the programs that must notice."""
    backup = _backup(environment, tmp_path)
    backup.write_bytes(backup.read_bytes()[:-2000])
    digest = sha256(backup.read_bytes()).hexdigest()
    backup.with_name(f"{backup.name}.sha256").write_text(f"{digest}  {backup.name}\n")
    done = _run("restore.sh", backup, environment=empty_database)
    assert (done.returncode, "as empty as before" in done.stderr) == (2, True)
    assert not [name for name in _contents(empty_database) if "_" in name]


def test_the_scripts_are_plain_sh() -> None:
    assert shutil.which("sh")
    for script in DEPLOY.glob("*.sh"):
        assert subprocess.run(["sh", "-n", script], check=False).returncode == 0, script
        assert os.access(script, os.X_OK), script
