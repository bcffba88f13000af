"""The demo: only into an empty database, and what is then there."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.demo import PASSWORD
from accounts.models import ApiKey, User
from accounts.roles import Role
from moderation.domain.vocabulary import CaseState, Ground
from moderation.models import Account, Case, Message, Report, Sanction, clock
from moderation.operations.screening import screen_batch
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)


def seed(**options: Any) -> tuple[str, str]:
    said, complained = StringIO(), StringIO()
    call_command("seed_demo", stdout=said, stderr=complained, **options)
    return said.getvalue(), complained.getvalue()


def test_a_database_that_holds_anything_is_left_as_it_is() -> None:
    making.account()

    said, complained = seed()

    assert (said, "holds data already" in complained) == ("", True)
    assert (User.objects.count(), Message.objects.count(), Account.objects.count()) == (0, 0, 1)


def test_a_server_needs_a_password_of_its_own(settings: Any) -> None:
    settings.LOCAL = False

    with pytest.raises(CommandError, match="needs a password of your own"):
        seed()

    assert not User.objects.exists()


def test_the_second_time_it_only_says_how_to_sign_in() -> None:
    first, _ = seed()
    people, keys = User.objects.count(), ApiKey.objects.count()

    second, complained = seed()

    assert first.startswith(second)
    assert (complained, User.objects.count(), ApiKey.objects.count()) == ("", people, keys)
    assert "hvn_" in first.removeprefix(second)


def test_one_of_each_role_can_sign_in(client: Client) -> None:
    said, _ = seed()

    for role in Role:
        assert role in said
        answer = client.post("/account/login/", {"login": role.value, "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        client.logout()


def test_a_chosen_password_is_taken_and_not_repeated(client: Client) -> None:
    said, _ = seed(password="a horse of my own")

    assert "a horse of my own" not in said
    assert client.post("/account/login/", {"login": "admin", "password": "a horse of my own"}).status_code == 302


def test_the_evening_ends_now_and_waits_for_the_worker() -> None:
    seed()

    now = clock.now()
    waiting = Message.objects.unscreened()
    assert waiting.values("conversation").distinct().count() == 40
    assert now - timedelta(minutes=10) < waiting.latest("sent_at").sent_at <= now
    assert Report.objects.count() == 8
    assert Case.objects.filter(state=CaseState.CLOSED).count() == 4
    assert Sanction.objects.count() == 4
    assert not Account.objects.filter(suspended=True).exists()


def test_screening_finds_the_worst_of_it_first() -> None:
    seed()
    while screen_batch():
        pass

    most_urgent = Case.objects.open().most_urgent_first().first()
    assert most_urgent is not None
    assert most_urgent.headline == "Phone number shared with a teen"
    assert "1 earlier sanction in the past year" in most_urgent.reasons
    assert set(Case.objects.open().values_list("ground", flat=True)) == set(Ground)


def test_screening_leaves_the_harmless_conversations_alone(settings: Any) -> None:
    lines = (settings.BASE_DIR / "examples/demo/conversations.jsonl").read_text().splitlines()
    harmless = {told["id"] for told in map(json.loads, lines) if not told["violations"]}
    seed()
    while screen_batch():
        pass

    found = set(
        Case.objects.filter(screened=True, conversation__isnull=False).values_list("conversation__ext_id", flat=True)
    )
    assert len(harmless) == 18
    assert found & harmless == set()
