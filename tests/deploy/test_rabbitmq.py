"""Haven with RabbitMQ as its broker: hints travel, and losing it delays without losing anything."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from moderation.models import Case, Message
from tests import making
from tests.journeys import processes
from tests.waiting import eventually

PROGRAM = shutil.which("rabbitmq-server", path=f"/usr/lib/rabbitmq/bin{os.pathsep}{os.environ['PATH']}")

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PROGRAM is None, reason="rabbitmq-server is not installed on this machine"),
]


@contextmanager
def rabbitmq(folder: Path, port: int) -> Iterator[None]:
    """A broker of this test alone, with files and ports of its own."""
    plugins = folder / "plugins"
    plugins.write_text("[].")
    environment = os.environ | {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"haven{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(processes.free_port()),
        "ERL_EPMD_PORT": str(processes.free_port()),
        "ERL_EPMD_RELAXED_COMMAND_CHECK": "true",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
    }
    with processes.process(str(PROGRAM), environment=environment, log=folder / "rabbitmq.out"):
        eventually(lambda: _listens(port), within=240, what=f"RabbitMQ answers; see {folder / 'rabbitmq.out'}")
        yield


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _message(name: str) -> dict[str, object]:
    return {
        "id": name,
        "conversation": {"id": name, "room": "one_to_one"},
        "sender": f"sender of {name}",
        "sent_at": "2026-03-01T12:00:00Z",
        "text": f"text me on {making.PHONE}",
    }


def test_a_hint_over_rabbitmq_wakes_the_worker_and_intake_outlives_it(
    process_environment: dict[str, str], tmp_path: Path
) -> None:
    """Without beat: only the hint that intake sends can have woken the worker."""
    port = processes.free_port()
    broker = {"CELERY_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{port}//"}
    environment = process_environment | broker | {"HAVEN_LOCAL": "1"}
    headers = {"Authorization": f"Bearer {making.api_key()[1]}"}
    with (
        processes.web(environment, tmp_path) as address,
        httpx.Client(base_url=f"{address}/api/v1/", headers=headers, timeout=30) as platform,
    ):
        with rabbitmq(tmp_path, port), processes.worker(environment, tmp_path):
            assert platform.post("messages", json={"messages": [_message("m1")]}).status_code == 202
            eventually(Case.objects.exists, within=60, what="the message becomes a case")
        assert platform.post("messages", json={"messages": [_message("m2")]}).status_code == 202
    assert list(Message.objects.unscreened().values_list("ext_id", flat=True)) == ["m2"]
