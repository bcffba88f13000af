"""Real processes beside a test: a Celery worker with beat, and the example platform. All of them end with the test."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from tests.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def process(*command: str, environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield running
    finally:
        stop(running)


def stop(running: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM) -> None:
    """End a process and its children, politely first."""
    if running.poll() is None:
        os.killpg(running.pid, by)
        try:
            running.wait(timeout=40)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def platform(environment: dict[str, str], folder: Path) -> Iterator[str]:
    """The example receiver; gives its address once it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "examples.platform", "--port", str(port))
    with process(*command, environment=environment, log=folder / "platform.log"):
        eventually(lambda: _answers(f"{address}/accounts.json"), what="the example platform answers")
        yield address


@contextmanager
def workers(environment: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of every queue and beat, each a process of its own; gives the worker."""
    celery = (sys.executable, "-m", "celery", "-A", "config")
    with ExitStack() as stack:
        stack.enter_context(
            process(
                *celery,
                "beat",
                "--schedule",
                str(folder / "schedule"),
                environment=environment,
                log=folder / "beat.log",
            )
        )
        yield stack.enter_context(worker(environment, folder))


@contextmanager
def worker(
    environment: dict[str, str], folder: Path, *, queues: str = "screening,delivery,background"
) -> Iterator[subprocess.Popen[bytes]]:
    command = (sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", queues, "-c", "1", "--without-mingle")
    name = "worker" if "," in queues else queues
    with process(*command, "-n", f"{name}@%h", environment=environment, log=folder / f"{name}.log") as running:
        yield running


@contextmanager
def web(environment: dict[str, str], folder: Path) -> Iterator[str]:
    """The web server as production starts it, on a port of its own; gives its address once it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    with process(*command, "config.wsgi:application", environment=environment, log=folder / "web.log"):
        eventually(lambda: _answers(f"{address}/healthz"), what="the web server answers", within=60)
        yield address


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).is_success
    except httpx.TransportError:
        return False
