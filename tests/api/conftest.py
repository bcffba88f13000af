"""A database that takes no writes, and a backlog that is asked for anew."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import connection

from moderation.queries import backlog


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    backlog.forget()


@pytest.fixture
def read_only() -> Callable[[], AbstractContextManager[None]]:
    """As a replica answers, or a primary whose disk is in danger. For tests with real transactions."""

    @contextmanager
    def refusing_writes() -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET default_transaction_read_only = off")

    return refusing_writes
