"""Workers and beat give a sign of life that a probe can see without starting a program."""

from pathlib import Path
from typing import Any

import pytest

from config.celery import app, show_life
from tests.journeys import processes
from tests.waiting import eventually


def test_without_a_file_nothing_is_written(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings.ALIVE_FILE = ""
    show_life()
    assert app.main == "haven"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_touches_its_file_again_and_again(process_environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "alive"
    environment = process_environment | {"HAVEN_LOCAL": "1", "ALIVE_FILE": str(file)}
    with processes.worker(environment, tmp_path, queues="background"):
        eventually(file.exists, what="the worker lives", within=60)
        first = file.stat().st_mtime
        assert eventually(lambda: file.stat().st_mtime > first, what="it still does")
