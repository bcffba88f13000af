"""/metrics: for whoever brings the token, right over processes, and quiet about what it counts."""

import multiprocessing
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from moderation import meters
from moderation.models import Message
from moderation.operations.screening import screen_batch
from moderation.queries.gauges import GAUGES
from tests import making
from tests.api import telling
from tests.api.platform import Platform

pytestmark = pytest.mark.django_db
TOKEN = "a token of these tests, not used anywhere"


@pytest.fixture(autouse=True)
def with_token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def redis_away(settings: Any) -> Any:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    meters._redis.cache_clear()
    yield
    meters._redis.cache_clear()


def scraped() -> dict[str, float]:
    """Every line of the exposition, by name and labels."""
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    lines = [line for line in response.content.decode().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_without_a_token_in_the_settings_there_is_no_such_page(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("offered", ["", "Bearer", "Bearer wrong", TOKEN, f"Bearer {TOKEN}x", "Bearer é"])
def test_whoever_brings_no_token_learns_nothing(offered: str) -> None:
    response = Client().get("/metrics", headers={"Authorization": offered})
    assert (response.status_code, b"haven_" in response.content) == (401, False)


def test_metrics_are_read_only() -> None:
    assert Client().post("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 405


@pytest.mark.parametrize("call", [meters.count, meters.mark, lambda name: meters.observe(name, 1)])
def test_a_meter_nobody_named_is_refused(call: Any) -> None:
    with pytest.raises(KeyError):
        call("haven_invented_total")


@pytest.mark.usefixtures("redis_away")
def test_redis_away_leaves_what_the_database_says_and_loses_no_count() -> None:
    meters.count("haven_findings_total", rule="harm")
    found = scraped()
    assert (found["haven_redis_up"], found["haven_database_up"]) == (0, 1)
    assert any("harm" in field for field in meters._pending.sums)
    meters._pending.sums.clear()


def test_database_away_leaves_what_redis_says(transactional_db: None) -> None:
    meters.count("haven_findings_total", rule="harm")
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "not_there"
    connection.close()
    try:
        found = scraped()
    finally:
        connection.settings_dict["NAME"] = name
        connection.close()
    assert (found["haven_database_up"], found['haven_findings_total{rule="harm"}']) == (0, 1)


def test_the_exposition_is_well_formed() -> None:
    meters.observe("haven_task_seconds", 0.02, task='odd "name"\n\\')
    making.case()
    Client().get("/healthz")
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    label = r'[a-z_]+="(?:[^"\\\n]|\\["\\n])*"'
    line = re.compile(rf"(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+({{{label}(,{label})*}})? [-+0-9.e]+)")
    lines = response.content.decode().splitlines()
    assert [found for found in lines if not line.fullmatch(found)] == []
    named = [found.split()[2] for found in lines if found.startswith("# TYPE")]
    assert len(named) == len(set(named))


def test_buckets_add_up() -> None:
    for seconds in (0.001, 0.02, 0.02, 99.0):
        meters.observe("haven_http_seconds", seconds, view="queue")
    found = scraped()
    steps = [
        found[f'haven_http_seconds_bucket{{view="queue",le="{step}"}}'] for step in ("0.005", "0.025", "30", "+Inf")
    ]
    assert steps == [1, 3, 3, 4]
    assert found['haven_http_seconds_count{view="queue"}'] == 4
    assert found['haven_http_seconds_sum{view="queue"}'] == pytest.approx(99.041)


def _count_a_hundred() -> None:
    for _ in range(100):
        meters.count("haven_findings_total", rule="harm")
    meters.flush()


def test_processes_add_up_and_a_fork_counts_nothing_twice() -> None:
    meters.count("haven_findings_total", rule="harm")
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_count_a_hundred) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert scraped()['haven_findings_total{rule="harm"}'] == 301


def test_what_stands_in_the_database_is_gauged() -> None:
    ann = making.account()
    where = making.conversation(ann)
    making.message(ann, "hello", within=where)
    Message.objects.update(received_at=timezone.now() - timedelta(seconds=90))
    making.case()
    found = scraped()
    assert found["haven_screening_backlog"] == 1
    assert 90 <= found["haven_screening_oldest_seconds"] < 120
    assert found["haven_outbox_due"] == found["haven_outbox_dead"] == found["haven_leases_held"] == 0
    assert sum(value for name, value in found.items() if name.startswith("haven_cases_open")) == 1


def test_every_gauge_is_explained_and_every_explained_gauge_is_there() -> None:
    making.case()
    named = {name.partition("{")[0] for name in scraped()} - meters.COUNTERS.keys() - meters.MARKS.keys()
    assert {name for name in named if not name.startswith("haven_http_seconds")} == GAUGES.keys() | {
        "haven_database_up",
        "haven_redis_up",
    }


@pytest.mark.usefixtures("transactional_db")
def test_messages_are_counted_from_acceptance_to_finding() -> None:
    platform = Platform()
    said = telling.message(text="text me on +44 7700 900142")
    assert platform.post("messages", {"messages": [said, {"id": ""}]}).status == 202
    assert platform.post("messages", {"messages": [said]}).status == 202
    screen_batch()
    found = scraped()
    taken = {
        outcome: found.get(f'haven_messages_taken_total{{outcome="{outcome}"}}')
        for outcome in ("accepted", "duplicates", "edited", "rejected")
    }
    assert taken == {"accepted": 1, "duplicates": 1, "edited": None, "rejected": 1}
    assert found["haven_messages_screened_total"] == 1
    assert found['haven_findings_total{rule="contact_shared"}'] == 1
    requests = [name for name in found if "take_messages" in name and "requests_total" in name]
    assert [(found[name], 'status="202"' in name) for name in requests] == [(2, True)]


def test_an_address_that_was_made_up_is_no_label() -> None:
    Client().get("/queue/my-number-is-5550100")
    Client().generic("BREW", "/5550100")
    assert not [name for name in scraped() if "5550100" in name or "BREW" in name]
