"""Guessing is slowed down, and nobody can keep somebody else from signing in by it."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import AuditEntry, User
from tests import making, signing_in
from tests.accounts.test_gate import with_app

pytestmark = pytest.mark.django_db
TOO_MANY = "Too many failed"


def sign_in(client: Client, person: User, password: str, address: str = "127.0.0.1") -> Any:
    return client.post("/account/login/", {"login": person.username, "password": password}, REMOTE_ADDR=address)


def guess(person: User, times: int = 6, address: str = "127.0.0.1", client: Client | None = None) -> Any:
    one = client or Client()
    return [sign_in(one, person, f"guess {number}", address) for number in range(times)][-1]


def test_guesses_from_one_address_are_stopped_even_when_they_become_right() -> None:
    person = making.moderator()

    assert TOO_MANY in guess(person).text
    assert TOO_MANY in sign_in(Client(), person, "correct horse").text


def test_guesses_of_another_address_lock_nobody_out() -> None:
    person = making.moderator()
    guess(person, address="203.0.113.9")

    assert sign_in(Client(), person, "correct horse", "198.51.100.7").status_code == 302


def test_guesses_of_the_same_address_lock_no_known_browser_out() -> None:
    person = making.moderator()
    known = Client()
    assert sign_in(known, person, "correct horse").status_code == 302
    known.post("/account/logout/")
    guess(person)

    assert TOO_MANY in sign_in(Client(), person, "correct horse").text
    assert sign_in(known, person, "correct horse").status_code == 302


def test_a_known_browser_may_not_guess_for_ever_either() -> None:
    person = making.moderator()
    known = Client()
    sign_in(known, person, "correct horse")
    known.post("/account/logout/")

    assert TOO_MANY in guess(person, times=11, client=known).text


@pytest.mark.parametrize("cookie", ["", "forged", "x" * 5000])
def test_a_forged_cookie_makes_no_browser_known(cookie: str) -> None:
    person = making.moderator()
    client = Client()
    client.cookies[settings.DEVICE_COOKIE_NAME] = cookie

    assert TOO_MANY in guess(person, client=client).text


def test_a_browser_is_known_for_its_own_person_only() -> None:
    mine, theirs = making.moderator(), making.moderator()
    client = Client()
    sign_in(client, mine, "correct horse")
    client.post("/account/logout/")
    guess(theirs)

    assert TOO_MANY in sign_in(client, theirs, "correct horse").text


def test_many_names_from_one_address_are_stopped_too() -> None:
    people = [making.moderator() for _ in range(31)]
    answers = [sign_in(Client(), person, "a guess", "203.0.113.9") for person in people]

    assert TOO_MANY not in answers[0].text
    assert TOO_MANY in answers[-1].text


def test_codes_cannot_be_guessed_from_many_addresses() -> None:
    person = making.moderator()
    secret = with_app(person)
    for number in range(5):
        one, address = Client(), f"203.0.113.{number}"
        sign_in(one, person, "correct horse", address)
        one.post("/account/login/factor/", {"code": "000000"}, REMOTE_ADDR=address)
    last = Client()
    sign_in(last, person, "correct horse", "198.51.100.7")

    answer = last.post("/account/login/factor/", {"code": signing_in.code_of(secret)}, REMOTE_ADDR="198.51.100.7")

    assert "Too many wrong attempts" in answer.text


def test_whoever_guesses_codes_locks_no_known_browser_out() -> None:
    person = making.moderator()
    known = Client()
    sign_in(known, person, "correct horse")
    known.post("/account/logout/")
    secret = with_app(person)
    for _ in range(6):
        one = Client()
        sign_in(one, person, "correct horse", "203.0.113.9")
        one.post("/account/login/factor/", {"code": "000000"}, REMOTE_ADDR="203.0.113.9")

    sign_in(known, person, "correct horse")
    assert known.post("/account/login/factor/", {"code": signing_in.code_of(secret)}).status_code == 302


def held_up() -> list[tuple[str, str, str]]:
    found = AuditEntry.objects.filter(verb="sign_in.held_up").order_by("pk")
    return [(entry.target_type, entry.target_id, entry.details["kind"]) for entry in found]


def test_that_guessing_was_stopped_is_on_record_once_and_without_what_was_typed() -> None:
    person = making.moderator()
    guess(person, times=5)
    assert held_up() == []

    guess(person, times=5)
    assert held_up() == [("user", str(person.pk), "password")]
    guess(person, times=6, address="203.0.113.9")
    assert len(held_up()) == 2

    [first, second] = AuditEntry.objects.filter(verb="sign_in.held_up").order_by("pk")
    assert (first.actor_kind, first.address, second.address) == ("system", "127.0.0.1", "203.0.113.9")
    assert "guess" not in f"{first.details}{second.details}"


def test_whatever_strangers_type_makes_one_row() -> None:
    for number in range(40):
        Client().post("/account/login/", {"login": f"my-secret{number}", "password": "x"}, REMOTE_ADDR="203.0.113.9")

    assert held_up() == [("stranger", "0", "password")]
    assert not AuditEntry.objects.filter(details__icontains="my-secret").exists()


def test_codes_that_were_stopped_are_on_record() -> None:
    person = making.moderator()
    with_app(person)
    client = Client()
    sign_in(client, person, "correct horse")
    for _ in range(7):
        client.post("/account/login/factor/", {"code": "000000"})

    assert held_up() == [("user", str(person.pk), "code")]


@pytest.mark.parametrize("weak", ["short", "111111111111111", "aaaabbbbaaaabbbb", "password1234", "abcabcabcabcabc"])
def test_weak_passwords_are_told(client: Client, weak: str) -> None:
    client.force_login(making.moderator())

    answer = client.post("/me/security/password/", {"password": weak, "again": weak})

    assert answer.status_code == 422
    assert answer.context["form"].errors["password"]
