"""Queues of their own: whatever holds up background work, a live message becomes a case."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from moderation import hints
from moderation.models import Case, Conversation, Message
from moderation.prescreen import ENGINE_VERSION
from tests import making
from tests.journeys import processes
from tests.journeys.conftest import Haven
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("transactional_db")


@contextmanager
def held(conversation: Conversation, environment: dict[str, str]) -> Iterator[None]:
    """The conversation is locked by somebody else for as long as this lasts."""
    with psycopg.connect(environment["DATABASE_URL"]) as other:
        other.execute("SELECT FROM moderation_conversation WHERE id = %s FOR UPDATE", [conversation.pk])
        yield


def _somebody_waits() -> bool:
    """Whether a worker's statement waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


def test_a_rescreen_that_hangs_delays_no_live_case(
    haven: Haven, process_environment: dict[str, str], tmp_path: Path
) -> None:
    environment = process_environment | {"HAVEN_LOCAL": "1"}
    ann = making.account()
    where = making.conversation(ann)
    old = making.message(ann, f"text me on {making.PHONE}", within=where, screened_at=making.NOON, engine="old")
    live = {
        "id": "live",
        "conversation": {"id": "live", "room": "one_to_one"},
        "sender": "u1",
        "sent_at": "2026-03-01T12:00:00Z",
        "text": f"text me on {making.PHONE}",
    }
    with (
        processes.worker(environment, tmp_path, queues="screening"),
        processes.worker(environment, tmp_path, queues="background"),
    ):
        with held(where, environment):
            hints.send(hints.RESCREEN)
            eventually(_somebody_waits, what="the rescreen hangs")

            assert haven.tell("messages", {"messages": [live]}).status_code == 202
            eventually(Case.objects.exists, what="the live message becomes a case")

            assert _somebody_waits()
            assert Message.objects.get(pk=old.pk).engine == "old"
        eventually(
            lambda: Message.objects.get(pk=old.pk).engine == ENGINE_VERSION, what="the rescreen goes on afterwards"
        )
