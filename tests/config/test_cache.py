"""The cache works with Redis and is merely empty without it."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from structlog.testing import capture_logs

from config.cache import OptionalRedisCache


@pytest.fixture
def away(settings: Any, tmp_path: Path) -> OptionalRedisCache:
    return OptionalRedisCache([f"unix://{tmp_path}/redis.sock"], settings.CACHES["default"])


def test_cache_without_redis_is_empty_and_quick(away: OptionalRedisCache) -> None:
    started = time.monotonic()

    with capture_logs() as lines:
        away.set("a", 1)
        assert away.get("a") is None
        assert away.get("a", "instead") == "instead"
        assert away.add("a", 1) is True
        assert away.get_many(["a"]) == {}
        assert away.set_many({"a": 1}) == []
        assert ("a" in away, away.touch("a"), away.delete("a"), away.clear()) == (False,) * 4
        away.delete_many(["a"])
        with pytest.raises(ValueError, match="not found"):
            away.incr("a")

    assert time.monotonic() - started < 2
    assert {line["event"] for line in lines} == {"cache_unavailable"}


def test_cache_with_redis_keeps_json() -> None:
    cache.set("list", [1.5, "two", None])
    cache.set("count", 1)

    assert cache.incr("count") == 2
    assert cache.get_many(["list", "count", "nothing"]) == {"list": [1.5, "two", None], "count": 2}


def test_cache_takes_nothing_that_json_cannot_spell() -> None:
    with pytest.raises(TypeError):
        cache.set("object", object())
