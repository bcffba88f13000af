"""Workers and Redis die in the middle of the work; afterwards every message is screened and no case is doubled."""

import signal
from pathlib import Path

import pytest
import redis
from django.conf import settings

from moderation.models import Case, Finding, Message
from tests.journeys import processes
from tests.journeys.conftest import Haven
from tests.waiting import eventually

CONVERSATIONS = 40
BATCHES = 15


def _batch(number: int) -> dict[str, object]:
    """One message a conversation; every third of them gives a phone number away."""
    return {
        "messages": [
            {
                "id": f"m{number}-{where}",
                "conversation": {"id": f"c{where}", "room": "one_to_one"},
                "sender": f"u{where}-{number % 2}",
                "sent_at": f"2026-03-01T{number:02}:00:00Z",
                "text": f"text me on +44 7700 9001{where:02}" if number % 3 == 0 else "how was your day?",
            }
            for where in range(CONVERSATIONS)
        ]
    }


@pytest.mark.usefixtures("transactional_db")
def test_killed_workers_and_an_emptied_redis_lose_nothing_and_double_nothing(
    haven: Haven, process_environment: dict[str, str], tmp_path: Path
) -> None:
    environment = process_environment | {"HAVEN_LOCAL": "1"}
    broker = redis.Redis.from_url(settings.REDIS_URL)
    for number in range(BATCHES):
        if number % 5 == 0:
            with processes.worker(environment, tmp_path) as worker:
                for more in range(number, number + 5):
                    assert haven.tell("messages", _batch(more)).status_code == 202
                eventually(Message.objects.filter(screened_at__isnull=False).exists, what="the worker is at work")
                processes.stop(worker, signal.SIGKILL)
            broker.flushdb()

    with processes.workers(environment, tmp_path):
        eventually(lambda: haven.backlog() == 0, what="beat finds what the lost hints left behind")

    assert Message.objects.count() == BATCHES * CONVERSATIONS
    assert not Message.objects.filter(screened_at__isnull=True).exists()
    assert Case.objects.count() == CONVERSATIONS
    assert Finding.objects.values("case", "key").distinct().count() == Finding.objects.count()
