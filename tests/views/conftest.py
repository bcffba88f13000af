"""What every test of a page gets."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from moderation.models import Case
from moderation.operations.leases import claim_case
from moderation.queries import tally
from tests import making
from tests.signing_in import signed_in


@pytest.fixture(autouse=True)
def counts_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many queries a page makes must not depend on how long a test takes."""
    monkeypatch.setattr(tally, "KEEP_FOR", timedelta(hours=1))
    monkeypatch.setattr(tally, "COUNT_AGAIN_AFTER", timedelta(hours=1))


@pytest.fixture
def moderator() -> User:
    return making.moderator(name="Moderator 3")


@pytest.fixture
def browser(moderator: User) -> Client:
    return signed_in(moderator)


@pytest.fixture
def held(moderator: User) -> Case:
    """A case on which the moderator works."""
    return claim_case(making.case().pk, actor=moderator)
