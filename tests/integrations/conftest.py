"""The example platform for the tests that call it."""

from collections.abc import Iterator

import pytest

from tests.integrations.example_platform import Platform, running


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running() as platform:
        yield platform
