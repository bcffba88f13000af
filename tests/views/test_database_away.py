"""A database that is gone, full or read-only: 503 with a time to come back, on pages and to machines; then all is well.

The server itself gives the errors.
"""

from collections.abc import Iterator

import pytest
from django.db import connection

from accounts.models import User
from moderation.models import Message
from tests import making
from tests.api.platform import Answer, Platform
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def read_only() -> Iterator[None]:
    _execute("SET default_transaction_read_only = on")
    yield
    _execute("SET default_transaction_read_only = off")


@pytest.fixture
def full() -> Iterator[None]:
    """Every new message is answered as by a disk without room."""
    _execute(
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
    )
    _execute("CREATE TRIGGER no_room BEFORE INSERT ON moderation_message EXECUTE FUNCTION no_room()")
    yield
    _execute("DROP FUNCTION IF EXISTS no_room CASCADE")


@pytest.fixture
def moderator() -> User:
    return making.moderator(password="correct horse")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def tell(platform: Platform) -> Answer:
    room = {"id": "c1", "room": "one_to_one"}
    told = {"id": "m1", "conversation": room, "sender": "a1", "sent_at": "2026-03-01T12:00:00Z", "text": "hello"}
    return platform.post("messages", {"messages": [told]})


def test_a_machine_hears_503_from_a_read_only_database(platform: Platform, read_only: None) -> None:
    answer = tell(platform)
    assert (answer.status, answer.headers["Retry-After"], answer.problem) == (503, "5", "away")

    _execute("SET default_transaction_read_only = off")
    assert tell(platform).status == 202


def test_a_machine_hears_503_from_a_full_one_and_nothing_is_stored(platform: Platform, full: None) -> None:
    answer = tell(platform)
    assert (answer.status, answer.headers["Retry-After"], answer.problem) == (503, "5", "away")
    assert not Message.objects.exists()

    _execute("DROP FUNCTION no_room CASCADE")
    assert tell(platform).status == 202
    assert Message.objects.count() == 1


def test_a_page_that_writes_says_503_while_the_database_is_read_only(moderator: User) -> None:
    case, browser = making.case(), signed_in(moderator)
    browser.raise_request_exception = False
    _execute("SET default_transaction_read_only = on")
    answer = browser.post(f"/cases/{case.pk}/open/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The database is away" in answer.content.decode()

    _execute("SET default_transaction_read_only = off")
    assert browser.post(f"/cases/{case.pk}/open/").status_code < 400


def test_pages_can_be_read_while_nothing_can_be_written(moderator: User) -> None:
    browser = signed_in(moderator)
    browser.get("/")
    _execute("SET default_transaction_read_only = on")
    try:
        assert browser.get("/").status_code == 200
    finally:
        _execute("SET default_transaction_read_only = off")


def test_a_database_that_is_gone_is_503_for_whoever_is_signed_in(moderator: User) -> None:
    browser = signed_in(moderator)
    browser.raise_request_exception = False
    name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], "not_there"
    connection.close()
    try:
        answer = browser.get("/")
    finally:
        connection.settings_dict["NAME"] = name
        connection.close()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The database is away" in answer.content.decode()
