"""The command line says what is wrong in sentences, and uses the owner's role only where tables change."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY = {"SECRET_KEY": "Zk3q9xT7vB1mWc5hR8nL2pYdF6gJ4sKuQeXaVoIzMtHbNrCw" * 2}


def _manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "HAVEN_LOCAL"}}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=kept | KEY | environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DATABASE_URL": "mysql://user:hidden@host/haven"}, "DATABASE_URL must start with postgresql://"),
        ({"REDIS_URL": "localhost"}, "REDIS_URL must be an address such as"),
        ({"HAVEN_LOCAL": "perhaps"}, "HAVEN_LOCAL must be one of"),
        ({"DATABASE_CONN_MAX_AGE": "long"}, "DATABASE_CONN_MAX_AGE must be a whole number"),
    ],
)
def test_bad_setting_is_one_sentence(environment: dict[str, str], sentence: str) -> None:
    result = _manage("check", **environment)

    assert result.returncode == 1
    assert result.stderr.startswith(sentence)
    assert len(result.stderr.splitlines()) == 1
    assert "hidden" not in result.stderr


def test_database_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    result = _manage("migrate", HAVEN_VAR_DIR=str(tmp_path))

    assert result.returncode == 1
    assert result.stderr.startswith("The database does not answer: ")
    assert "Start the embedded one with `make run` in another terminal, or set DATABASE_URL." in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("command", "role"), [("migrate", "owner"), ("showmigrations", "app")])
def test_owner_is_used_only_where_tables_change(command: str, role: str) -> None:
    """Neither server exists: the refusal names the one that was asked."""
    result = _manage(
        command,
        DATABASE_URL="postgresql:///app?host=/nowhere/app",
        DATABASE_OWNER_URL="postgresql:///owner?host=/nowhere/owner",
    )

    assert f"/nowhere/{role}/" in result.stderr
