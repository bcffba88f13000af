"""Signing in and out: who gets in, what is said to who does not, and where one lands."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts import SYSTEM, audit
from accounts.demo import PASSWORD, SEEDED
from tests import making

LOGIN = "/account/login/"


def sign_in(client: Client, username: str, password: str = "correct horse", **given: str) -> Any:
    return client.post(LOGIN, {"login": username, "password": password} | given)


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["wrong horse", "", " correct horse "])
def test_a_wrong_password_is_told_without_saying_what_was_wrong(client: Client, password: str) -> None:
    person = making.moderator()

    answer = sign_in(client, person.username, password)
    nobody = sign_in(client, "nobody-of-that-name", password)

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    assert answer.context["form"].errors == nobody.context["form"].errors
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.django_db
def test_a_person_who_was_switched_off_stays_outside(client: Client) -> None:
    person = making.moderator()
    person.is_active = False
    person.save()

    answer = client.get(sign_in(client, person.username)["Location"])

    assert "This account is inactive" in answer.text
    assert client.get("/").status_code == 302


@pytest.mark.django_db
def test_guessing_is_slowed_down(client: Client) -> None:
    person = making.moderator()
    answers = [sign_in(client, person.username, f"guess {number}") for number in range(6)]

    assert "Too many failed" in answers[-1].text
    assert "_auth_user_id" not in client.session
    assert "Too many failed" in sign_in(client, person.username).text


@pytest.mark.django_db
def test_one_lands_where_one_wanted_to_go(client: Client) -> None:
    person = making.auditor()

    assert sign_in(client, person.username, next="/audit/")["Location"] == "/audit/"


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_away_from_the_site(client: Client, elsewhere: str) -> None:
    assert sign_in(client, making.moderator().username, next=elsewhere)["Location"] == "/"


@pytest.mark.django_db
def test_signing_out_is_asked_for_and_ends_the_session(client: Client) -> None:
    client.force_login(making.moderator())

    assert "Sign out?" in client.get("/account/logout/").text
    assert client.get("/").status_code == 200

    assert client.post("/account/logout/").status_code == 302
    assert client.get("/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password"])
def test_nobody_signs_up_or_changes_an_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@transaction.atomic
def seeded(*, own_password: bool) -> None:
    audit.record(SEEDED, actor=SYSTEM, target=making.admin(), usernames=["mia", "sol"], own_password=own_password)


@pytest.mark.django_db
def test_only_the_demo_names_its_sign_ins(client: Client) -> None:
    assert "This is the demo" not in client.get(LOGIN).text

    seeded(own_password=False)

    text = client.get(LOGIN).text
    assert "<b>mia</b> or <b>sol</b>" in text
    assert PASSWORD in text


@pytest.mark.django_db
def test_a_password_that_somebody_chose_is_not_shown(client: Client) -> None:
    seeded(own_password=True)

    text = client.get(LOGIN).text
    assert "<b>mia</b>" in text
    assert PASSWORD not in text


@pytest.mark.django_db
def test_a_server_never_names_sign_ins(client: Client, settings: Any) -> None:
    seeded(own_password=False)
    settings.LOCAL = False

    assert "mia" not in client.get(LOGIN).text
