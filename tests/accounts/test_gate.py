"""What a session must be before any page is answered: its second factor, its age, and whether anybody is there."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction
from django.test import Client

from accounts import SYSTEM, audit, gate
from accounts.demo import SEEDED
from accounts.models import AuditEntry, CustomRole, User
from accounts.roles import Capability, Role
from tests import making, signing_in
from tests.views.test_transparency import year_of_figures

pytestmark = pytest.mark.django_db
SECURITY = "/me/security/"
SET_UP = ("/me/security/", "/me/security/app/", "/me/security/passkey/", "/me/security/confirm/")


def with_app(person: User) -> str:
    """The key of an authenticator app that the person has added."""
    secret: str = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("page", ["/", "/audit/", "/me/", "/me/security/password/", "/cases/1/"])
def test_without_the_second_factor_every_page_leads_to_setting_it_up(client: Client, role: Role, page: str) -> None:
    signing_in.with_password(client, making.staff(role))

    answer = client.get(page)

    assert (answer.status_code, answer["Location"]) == (302, SECURITY)


def test_a_fragment_leads_the_whole_page_there(client: Client) -> None:
    signing_in.with_password(client, making.moderator())

    assert client.get("/queue/news/", headers={"HX-Request": "true"})["HX-Redirect"] == SECURITY


@pytest.mark.parametrize("page", SET_UP)
def test_setting_it_up_is_open(client: Client, page: str) -> None:
    signing_in.with_password(client, making.moderator())

    assert client.get(page).status_code == 200


def test_a_session_of_before_the_factor_ends_when_it_is_added(client: Client) -> None:
    person = making.moderator()
    older, newer = Client(), Client()
    for one in (older, newer):
        one.post("/account/login/", {"login": person.username, "password": "correct horse"})
    secret = newer.get("/me/security/app/").context["form"].secret

    added = newer.post("/me/security/app/", {"code": signing_in.code_of(secret)})

    assert added["Location"] == "/me/security/codes/"
    assert newer.get("/").status_code == 200
    assert older.get(SECURITY)["Location"].startswith("/account/login/")


def test_whoever_knows_the_password_alone_cannot_add_a_second_app(client: Client) -> None:
    person = making.moderator()
    signing_in.with_password(client, person)
    with_app(person)

    assert client.get("/me/security/passkey/")["Location"].startswith("/me/security/confirm/")


def test_a_custom_role_may_go_without_only_when_it_may_little(client: Client) -> None:
    little = CustomRole.objects.create(
        name="Reporter", goes_by=Role.AUDITOR, capabilities=[Capability.READ_TRANSPARENCY], second_factor=False
    )
    much = CustomRole.objects.create(
        name="Reader", goes_by=Role.AUDITOR, capabilities=[Capability.READ_CASES], second_factor=False
    )

    assert not making.auditor(custom_role=little).needs_second_factor
    assert making.auditor(custom_role=much).needs_second_factor


@transaction.atomic
def seeded(person: User) -> None:
    audit.record(SEEDED, actor=SYSTEM, target=person, usernames=[person.username], own_password=False)


def test_the_demo_goes_without_on_ones_own_machine(client: Client, settings: Any) -> None:
    person, other = making.admin(), making.admin()
    seeded(person)
    signing_in.with_password(client, person)

    assert client.get("/").status_code == 200

    settings.LOCAL = False
    assert client.get("/")["Location"] == SECURITY
    settings.LOCAL = True
    signing_in.with_password(client, other)
    assert client.get("/")["Location"] == SECURITY


def test_a_session_ends_when_it_is_old(client: Client, settings: Any) -> None:
    person = making.moderator()
    signing_in.with_password(client, person)
    signing_in.vouch(client, person, "mfa")
    assert client.get("/").status_code == 200

    settings.SESSION_COOKIE_AGE = 0

    assert client.get("/")["Location"] == "/account/login/?next=/"


def test_a_session_ends_when_nothing_is_done_in_it(client: Client, settings: Any) -> None:
    person = making.moderator()
    client.force_login(person)
    assert client.get("/").status_code == 200
    session = client.session
    session[gate.SEEN] -= settings.SESSION_IDLE_S
    session["account_authentication_methods"][0]["at"] -= settings.SESSION_IDLE_S
    session.save()

    assert client.get("/")["Location"] == "/account/login/?next=/"
    assert "_auth_user_id" not in client.session


def test_what_a_page_asks_by_itself_is_no_work(client: Client, settings: Any) -> None:
    client.force_login(making.moderator())
    session = client.session
    session[gate.SEEN] = seen = int(session["account_authentication_methods"][0]["at"]) - 600
    session.save()

    client.get("/queue/news/", headers={"HX-Request": "true"})
    assert client.session[gate.SEEN] == seen

    client.get("/")
    assert client.session[gate.SEEN] > seen


def test_a_session_that_nobody_signed_in_to_is_none(client: Client) -> None:
    client.force_login(making.moderator())
    session = client.session
    del session["account_authentication_methods"]
    session.save()

    assert client.get("/").status_code == 302


def test_signing_in_takes_the_code(client: Client) -> None:
    person = making.moderator()
    secret = with_app(person)

    first = client.post("/account/login/", {"login": person.username, "password": "correct horse"})
    assert first["Location"] == "/account/login/factor/"
    assert client.get("/").status_code == 302
    assert "wrong" in client.post("/account/login/factor/", {"code": "000000"}).text
    assert client.get("/").status_code == 302

    done = client.post("/account/login/factor/", {"code": signing_in.code_of(secret)})
    assert done["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_code_and_a_recovery_code_work_once(client: Client) -> None:
    person = making.moderator()
    secret = with_app(person)
    spare = RecoveryCodes.activate(person).get_unused_codes()[0]
    for code in (signing_in.code_of(secret), spare):
        for worked in (True, False):
            one = Client()
            one.post("/account/login/", {"login": person.username, "password": "correct horse"})
            answer = one.post("/account/login/factor/", {"code": code})
            assert (answer.status_code == 302) is worked, code


def test_secrets_are_sealed_in_the_table() -> None:
    person = making.moderator()
    secret = with_app(person)

    assert secret not in str(Authenticator.objects.get(user=person).data)


def test_what_needs_it_fresh_asks_once_more(client: Client) -> None:
    person = making.admin()
    secret = with_app(person)
    signing_in.with_password(client, person)
    signing_in.vouch(client, person, "mfa", ago=900)
    here = "http://testserver/sanctions/?tab=all"

    asked = client.get("/sanctions/export.csv", headers={"Referer": here})
    assert asked["Location"] == "/me/security/confirm/?next=%2Fsanctions%2F%3Ftab%3Dall"
    assert client.post(asked["Location"], {"code": "000000"}).status_code == 422
    assert client.get("/sanctions/export.csv").status_code == 303

    done = client.post(asked["Location"], {"code": signing_in.code_of(secret)})
    assert done["Location"] == "/sanctions/?tab=all"
    assert client.get("/sanctions/export.csv").status_code == 200


FILES = ["/sanctions/export.csv", "/check-ins/export/", "/transparency/2025/figures.csv"]


@pytest.mark.parametrize("path", FILES)
def test_no_file_leaves_without_a_fresh_factor(client: Client, path: str) -> None:
    year_of_figures()
    person = making.admin()
    with_app(person)
    signing_in.with_password(client, person)
    signing_in.vouch(client, person, "mfa", ago=900)

    answer = client.get(path)

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (303, "/me/security/confirm/")
    assert not AuditEntry.objects.filter(verb__endswith=".exported").exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_confirming_leads_nowhere_else(client: Client, elsewhere: str) -> None:
    person = making.admin()
    signing_in.with_password(client, person)

    done = client.post("/me/security/confirm/", {"password": "correct horse", "next": elsewhere})

    assert done["Location"] == SECURITY
