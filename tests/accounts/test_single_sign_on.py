"""Single sign-on with a real provider beside the test: who comes in, in which role, and who does not."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.factors import change_password
from accounts.invitations import invite_back
from accounts.models import AuditEntry, User
from accounts.refusals import Refused
from accounts.roles import Role
from tests import making
from tests.accounts.oidc_provider import Provider

pytestmark = pytest.mark.django_db
NAMES = {"haven-moderators": "moderator", "haven-seniors": "senior", "haven-admins": "admin"}


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with Provider() as running:
        settings.OIDC_ISSUER, settings.OIDC_NAME = running.address, "Directory"
        settings.OIDC_ROLES, settings.OIDC_ROLES_CLAIM = NAMES, "groups"
        settings.OIDC_SECOND_FACTORS = ["otp", "hwk"]
        settings.SOCIALACCOUNT_PROVIDERS = running.settings()
        yield running


def person(name: str, *groups: str, **said: Any) -> dict[str, Any]:
    return {"sub": f"id of {name}", "preferred_username": name, "name": name.title(), "groups": list(groups)} | said


def come_in(client: Client, next_page: str = "/") -> Any:
    """The whole round: to the provider, and back with what it gives."""
    to = client.get("/account/login/sso/sso/", {"next": next_page})
    back = httpx.get(to["Location"])
    assert back.status_code == 302
    return client.get(back.headers["Location"].removeprefix("http://testserver"))


@pytest.mark.parametrize("groups", [(), ("somebody-else",)])
def test_whoever_is_in_no_known_group_stays_outside(client: Client, provider: Provider, groups: Any) -> None:
    provider.person = person("ines", *groups)

    answer = come_in(client)

    assert answer.status_code == 403
    assert "in no group that Haven knows" in answer.text
    assert not User.objects.exists()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("wrong", [{"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1}])
def test_a_token_for_others_is_refused(client: Client, provider: Provider, wrong: Any) -> None:
    provider.person, provider.token = person("ines", "haven-admins"), wrong

    assert come_in(client).status_code == 403
    assert not User.objects.exists()


def test_an_answer_that_nobody_asked_for_is_refused(client: Client, provider: Provider) -> None:
    provider.person = person("ines", "haven-admins")

    answer = client.get("/account/login/sso/sso/back/?code=code0&state=forged")

    assert answer.status_code == 403
    assert not User.objects.exists()


def test_nobody_becomes_somebody_else_by_their_name(client: Client, provider: Provider) -> None:
    known = making.admin()
    provider.person = person(known.username.upper(), "haven-admins")

    assert "signs in with a password here" in come_in(client).text
    assert "_auth_user_id" not in client.session


def test_whoever_was_deactivated_here_stays_outside(client: Client, provider: Provider) -> None:
    provider.person = person("ines", "haven-moderators", amr=["otp"])
    come_in(client)
    User.objects.update(is_active=False)

    assert come_in(Client())["Location"] == "/account/inactive/"
    assert client.get("/").status_code == 302


def test_the_heaviest_group_decides_the_role(client: Client, provider: Provider) -> None:
    provider.person = person("ines", "haven-moderators", "haven-seniors", amr=["pwd", "otp"])

    answer = come_in(client, next_page="/approvals/")

    assert answer["Location"] == "/approvals/"
    assert client.get("/approvals/").status_code == 200
    made = User.objects.get()
    assert (made.username, made.name, made.role, made.has_usable_password()) == ("ines", "Ines", Role.SENIOR, False)
    assert AuditEntry.objects.get(verb="staff.enrolled").details == {"role": "senior"}
    assert SocialAccount.objects.get().extra_data == {}


def test_without_a_factor_there_one_is_set_up_here(client: Client, provider: Provider) -> None:
    provider.person = person("ines", "haven-moderators", amr=["pwd"])
    come_in(client)

    assert client.get("/")["Location"] == "/me/security/"


def test_a_factor_that_was_shown_long_ago_is_not_fresh(client: Client, provider: Provider) -> None:
    making.admin()
    provider.person = person("ines", "haven-admins", amr=["hwk"], auth_time=int(time.time()) - 3600)
    come_in(client)
    assert client.get("/sanctions/export.csv").status_code == 303

    provider.person["auth_time"] = int(time.time())
    come_in(client)
    assert client.get("/sanctions/export.csv").status_code == 200


def test_the_role_follows_the_directory(client: Client, provider: Provider) -> None:
    making.admin()
    for group, role in (("haven-admins", Role.ADMIN), ("haven-moderators", Role.MODERATOR)):
        provider.person = person("ines", group, amr=["otp"])
        come_in(Client())
        assert User.objects.get(username="ines").role == role
    assert AuditEntry.objects.filter(verb="staff.role_changed").count() == 1

    provider.person = person("ines", amr=["otp"])
    assert come_in(Client()).status_code == 403


def test_whoever_comes_from_the_directory_comes_in_by_it_alone(client: Client, provider: Provider) -> None:
    provider.person = person("ines", "haven-moderators", amr=["otp"])
    come_in(client)
    ines = User.objects.get()
    by = making.admin()

    with pytest.raises(Refused, match="single sign-on"):
        change_password("a long walk over the hills", actor=fresh(ines), current=None)
    with pytest.raises(Refused, match="single sign-on"):
        invite_back(ines.pk, actor=by)
    ines.set_password("a long walk over the hills")
    ines.save()
    answer = Client().post("/account/login/", {"login": "ines", "password": "a long walk over the hills"})
    assert (answer.status_code, "Use single sign-on" in answer.text) == (403, True)


def fresh(who: User) -> User:
    who.is_fresh = True
    return who


def test_the_page_offers_it_only_where_it_is_set_up(client: Client, provider: Provider, settings: Any) -> None:
    assert "/account/login/sso/sso/" in client.get("/account/login/").text
    settings.OIDC_ISSUER = ""
    assert "/account/login/sso/" not in client.get("/account/login/").text
