"""A Redis cache that is never essential: while Redis is away it behaves like an empty one instead of raising.

Owns only that manner and the JSON spelling of values (no pickles: whoever can write to Redis must not thereby run
code here). Must not know what is cached.
"""

import functools
import json
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class JSONSerializer:
    """Integers stay bare so that Redis can increment them, as in Django's own serializer."""

    def dumps(self, value: Any) -> int | bytes:
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


def _when_away(answer: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def guard(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            try:
                return method(*args, **kwargs)
            except RedisError as error:
                log.warning("cache_unavailable", operation=method.__name__, error=type(error).__name__)
                return answer

        return guarded

    return guard


class OptionalRedisCache(RedisCache):
    add = _when_away(True)(RedisCache.add)
    set = _when_away(None)(RedisCache.set)
    touch = _when_away(False)(RedisCache.touch)
    delete = _when_away(False)(RedisCache.delete)
    has_key = _when_away(False)(RedisCache.has_key)
    set_many = _when_away([])(RedisCache.set_many)
    delete_many = _when_away(None)(RedisCache.delete_many)
    clear = _when_away(False)(RedisCache.clear)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return _when_away(default)(super().get)(key, default, version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        found: dict[Any, Any] = _when_away({})(super().get_many)(keys, version)
        return found

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError for a missing key like every Django cache, hence also while Redis is away."""
        raised: int | None = _when_away(None)(super().incr)(key, delta, version)
        if raised is None:
            raise ValueError(f"Key {key!r} not found.")
        return raised
