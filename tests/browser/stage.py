"""Playwright in a thread of its own, used as if it were in this one.

Its synchronous interface keeps an event loop running in its thread, and beside a running loop Django gives out other
database connections than the tests' own. So everything of Playwright stays in one thread, and a test holds stand-ins.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from playwright.sync_api import expect as _expect

Answer = TypeVar("Answer")

# A decision and the page after it took longer than Playwright's own five seconds on a machine that was busy.
PATIENCE_MS = 15_000
_expect.set_options(timeout=PATIENCE_MS)

_NAME = "playwright"
_thread = ThreadPoolExecutor(1, thread_name_prefix=_NAME)


def there(call: Callable[..., Answer], *args: Any, **kwargs: Any) -> Answer:
    """Call in Playwright's thread; what comes back of Playwright's own is a stand-in.

    A handler that Playwright calls is there already, and would wait for itself.
    """
    if threading.current_thread().name.startswith(_NAME):
        return call(*args, **kwargs)
    near = [_unwrapped(arg) for arg in args], {name: _unwrapped(value) for name, value in kwargs.items()}
    return cast("Answer", _wrapped(_thread.submit(call, *near[0], **near[1]).result()))


class _StandIn:
    """Every attribute and call of it happens in Playwright's thread."""

    def __init__(self, near: Any) -> None:
        self._near = near

    def __getattr__(self, name: str) -> Any:
        return there(getattr, self._near, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return there(self._near, *args, **kwargs)

    def __enter__(self) -> Any:
        return there(self._near.__enter__)

    def __exit__(self, *raised: Any) -> Any:
        return there(self._near.__exit__, *raised)


def expect(actual: Any) -> Any:
    """Playwright's `expect`, for stand-ins."""
    return there(_expect, actual)


def _wrapped(value: Any) -> Any:
    is_own = type(value).__module__.startswith("playwright.")
    is_method = callable(value) and getattr(value, "__self__", None) is not None
    return _StandIn(value) if is_own or is_method else value


def _unwrapped(value: Any) -> Any:
    return value._near if isinstance(value, _StandIn) else value
