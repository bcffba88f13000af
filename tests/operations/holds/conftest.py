"""What every test of an interim hold gets."""

import pytest

from accounts.models import User
from moderation.models import Hold
from tests import making


@pytest.fixture
def hold() -> Hold:
    return making.held_badge()


@pytest.fixture
def me() -> User:
    return making.moderator(name="Robin")
