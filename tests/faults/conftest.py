"""Tests that kill processes. Not part of `make test`: `make test-faults` runs them, with a seed that it prints."""

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.receiver import Receiver
from tests.faults.system import System


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=None, help="of every random choice; a new one is made and printed")
    parser.addoption("--messages", type=int, default=20_000, help="that stream in")
    parser.addoption("--reports", type=int, default=200, help="that stream in")
    parser.addoption("--minutes", type=float, default=3.0, help="for how long there are faults")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.seed is None:
        config.option.seed = random.SystemRandom().randrange(10**9)


def pytest_report_header(config: pytest.Config) -> str:
    return f"faults: --seed {config.option.seed} makes the same choices again"


@pytest.fixture
def dice(pytestconfig: pytest.Config) -> random.Random:
    return random.Random(pytestconfig.option.seed)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as platform:
        yield platform


@pytest.fixture
def system(tmp_path: Path, receiver: Receiver) -> Iterator[System]:
    """A Haven of its own: durable servers, web, worker and beat, each a process that can be killed.

    Its servers live outside pytest's own folder, which every run that begins closes to other users, and they run as
    one; its logs stay in there.
    """
    with (
        TemporaryDirectory(prefix="haven-faults-") as folder,
        System(Path(folder), receiver.url, logs=tmp_path) as running,
    ):
        yield running
