"""The probes: open to everybody, quick to say what is away, and cheap however long the backlog."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from moderation.models import Message, OutboxEvent, clock
from moderation.queries import health as queries
from moderation.views import health
from tests import making

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(settings: Any) -> Any:
    """A process that has asked for nothing yet."""
    health._redis_client.cache_clear()
    yield settings
    health._redis_client.cache_clear()


@pytest.fixture
def database_away(transactional_db: None) -> Any:
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "not_there"
    connection.close()
    yield
    connection.settings_dict["NAME"] = name
    connection.close()


def test_alive_without_asking_anybody(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


@pytest.mark.usefixtures("database_away")
def test_alive_while_the_database_is_away() -> None:
    assert Client().get("/healthz").status_code == 200


@pytest.mark.usefixtures("database_away")
def test_not_ready_while_the_database_is_away() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "database": "away", "migrations": "unknown", "redis": "ok"}


def test_not_ready_while_redis_is_away(fresh: Any) -> None:
    fresh.REDIS_URL = "unix:///nowhere/redis.sock?password=secret"
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["redis"], response.json()["database"]) == (503, "away", "ok")
    assert "secret" not in response.content.decode()


def test_not_ready_until_migrations_are_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health._Applied, "yes", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'moderation'")
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "pending")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_probes_do_not_write(address: str) -> None:
    assert Client().post(address).status_code == 405


def test_ready_with_nothing_to_do() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "database": "ok",
        "migrations": "ok",
        "redis": "ok",
        "screening": {"backlog": 0, "oldest_s": 0},
        "outbox": {"backlog": 0, "oldest_s": 0, "dead": 0},
    }


def test_the_backlog_is_counted_and_timed() -> None:
    ann = making.account()
    where = making.conversation(ann)
    edited, _, screened = (making.message(ann, "hello", within=where) for _ in range(3))
    Message.objects.update(received_at=timezone.now() - timedelta(seconds=90))
    Message.objects.filter(pk=edited.pk).update(received_at=timezone.now())
    Message.objects.filter(pk=screened.pk).update(screened_at=timezone.now())
    making.decided(making.case(), "suspension:7")
    body = Client().get("/readyz").json()
    assert body["screening"]["backlog"] == 2
    assert 90 <= body["screening"]["oldest_s"] < 120
    assert body["outbox"]["backlog"] == 0  # the undo window is still open


def test_events_are_late_only_where_there_is_somebody_to_tell(settings: Any) -> None:
    making.sanction()
    OutboxEvent.objects.update(not_before=timezone.now() - timedelta(seconds=90))
    settings.WEBHOOK_URL = ""
    assert Client().get("/readyz").json()["outbox"] == {"backlog": 0, "oldest_s": 0, "dead": 0}
    settings.WEBHOOK_URL = "https://chat.example.org/haven"
    late = Client().get("/readyz").json()["outbox"]
    assert late["backlog"] == OutboxEvent.objects.count() > 0
    assert 90 <= late["oldest_s"] < 120


def test_the_backlog_is_counted_in_the_index_of_unscreened_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = making.account()
    where = making.conversation(ann)
    Message.objects.bulk_create(
        Message(ext_id=f"m{n}", conversation=where, sender=ann, sent_at=making.NOON, text="x" * 100,
                screened_at=making.NOON if n % 100 else None)
        for n in range(5_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE moderation_message")
    assert "message_unscreened" in Message.objects.unscreened().order_by()[: queries.MOST_COUNTED].explain()
    assert queries.work_waiting().screening.backlog == 50
    monkeypatch.setattr(queries, "MOST_COUNTED", 10)
    assert queries.work_waiting().screening.backlog == 10


def test_a_probe_waits_two_seconds_at_most() -> None:
    queries.work_waiting()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("2s",)  # within this test's transaction, as within the probe's
    assert clock.now()
