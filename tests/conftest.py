"""What every test gets. The servers themselves come from tests/servers.py."""

import os
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests import signing_in

# Everybody whom a test signs in has shown a second factor: tests of the gate itself say otherwise.
Client.force_login = signing_in.force_login  # type: ignore[method-assign, assignment]


@pytest.fixture(autouse=True)
def nothing_left_over() -> Iterator[None]:
    """Limits counted in Redis, tasks waiting there and log context belong to one test."""
    yield
    cache.clear()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def process_environment(transactional_db: None) -> dict[str, str]:
    """The environment for a real worker or web server beside the test: same database, same Redis."""
    database = connection.settings_dict
    address = f"postgresql://{database['USER']}@{quote(database['HOST'], safe='')}:5432/{database['NAME']}"
    return os.environ | {
        "DATABASE_URL": address,
        "REDIS_URL": settings.REDIS_URL,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
