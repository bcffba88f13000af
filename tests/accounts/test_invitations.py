"""Joining staff by a link: forged, used, late and withdrawn ones, and what somebody gets who comes in by a good one."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.models import AuditEntry, Invitation, User
from accounts.refusals import Missing, NotPermitted, Refused, StepUp
from accounts.roles import Role
from tests import making
from tests.accounts.test_gate import with_app

pytestmark = pytest.mark.django_db
GOOD = "a long walk over the hills"


def invited(**given: Any) -> tuple[Invitation, str]:
    by, role = given.get("actor") or making.admin(), given.get("role", Role.MODERATOR)
    made = invitations.invite("Ines", actor=by, role=role)
    return made.invitation, urlsplit(made.link).path


def join(client: Client, path: str, username: str = "ines", password: str = GOOD) -> Any:
    client.get(path)
    return client.post("/join/", {"username": username, "password": password, "again": password})


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR, Role.AUDITOR])
def test_only_who_manages_the_team_invites(role: Role) -> None:
    with pytest.raises(NotPermitted):
        invited(actor=making.staff(role))


def test_inviting_needs_a_fresh_factor() -> None:
    by = making.admin()
    by.is_fresh = False

    with pytest.raises(StepUp):
        invited(actor=by)


@pytest.mark.parametrize("path", ["/join/forged/", "/join/MQ:1abc:xyz/", f"/join/{'x' * 500}/", "/join/"])
def test_a_forged_link_opens_nothing(client: Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "not valid any more" in answer.text


@pytest.mark.parametrize("how", ["used", "withdrawn", "late"])
def test_a_link_that_is_over_opens_nothing(client: Client, how: str) -> None:
    invitation, path = invited()
    client.get(path)
    if how == "used":
        assert join(Client(), path, "somebody").status_code == 303
    elif how == "withdrawn":
        invitations.withdraw(invitation.pk, actor=making.admin())
    else:
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.get(path).status_code == 404
    assert join(client, path).status_code == 404
    assert not User.objects.filter(username="ines").exists()


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [("", GOOD, "username"), ("a b", GOOD, "username"), ("ines", "short", "password"), ("ines", "1" * 20, "password")],
)
def test_what_cannot_be_used_is_told(client: Client, username: str, password: str, field: str) -> None:
    _, path = invited()

    answer = join(client, path, username, password)

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_name_is_taken_whatever_its_letters(client: Client) -> None:
    known = making.moderator()
    _, path = invited()

    assert "is taken" in join(client, path, known.username.upper()).text


def test_whoever_joins_has_the_role_and_the_reach_of_the_invitation(client: Client) -> None:
    by = making.admin(ages=["adult"])
    invitation, path = invited(actor=by, role=Role.SENIOR)

    assert client.get(path)["Location"] == "/join/"  # without the token
    assert join(client, path)["Location"] == "/account/login/?joined=1"

    person = User.objects.get(username="ines")
    assert (person.name, person.role, person.ages) == ("Ines", "senior", ["adult"])
    entry = AuditEntry.objects.get(verb="staff.joined")
    assert (entry.actor_id, entry.details["invitation"]) == (person.pk, invitation.pk)
    client.post("/account/login/", {"login": "ines", "password": GOOD})
    assert client.get("/")["Location"] == "/me/security/"


def test_a_way_back_ends_password_factors_and_sessions(client: Client) -> None:
    person, old = making.moderator(), Client()
    old.post("/account/login/", {"login": person.username, "password": "correct horse"})
    with_app(person)
    made = invitations.invite_back(person.pk, actor=making.admin())
    path = urlsplit(made.link).path

    client.get(path)
    assert client.post("/join/", {"password": GOOD, "again": GOOD}).status_code == 303

    person.refresh_from_db()
    assert person.check_password(GOOD)
    assert not Authenticator.objects.filter(user=person).exists()
    assert old.get("/me/security/").status_code == 302


def test_a_newer_way_back_ends_the_older() -> None:
    person, by = making.moderator(), making.admin()
    older = invitations.invite_back(person.pk, actor=by)
    invitations.invite_back(person.pk, actor=by)

    with pytest.raises(Missing):
        invitations.invitation_of(older.link.split("/")[-2])


@pytest.mark.parametrize("who", ["oneself", "somebody who may more", "somebody deactivated"])
def test_a_way_back_is_refused(who: str) -> None:
    by = making.admin()
    sort: type[Refused] = Refused
    if who == "oneself":
        person, sort = by, NotPermitted
    elif who == "somebody deactivated":
        person = making.moderator(is_active=False)
    else:
        person, by, sort = making.admin(), making.moderator(), NotPermitted

    with pytest.raises(sort):
        invitations.invite_back(person.pk, actor=by)


def test_nobody_gets_a_way_to_cases_that_they_do_not_see() -> None:
    by, person = making.admin(ages=["adult"]), making.moderator()

    with pytest.raises(NotPermitted, match="fewer cases"):
        invitations.invite_back(person.pk, actor=by)

    near = making.moderator(ages=["adult"])
    assert invitations.invite_back(near.pk, actor=by).invitation.person == near


def test_the_link_is_kept_nowhere(client: Client) -> None:
    client.force_login(making.admin())

    answer = client.post("/staff/invite/", {"name": "Ines", "role": "moderator"})

    link = answer.context["invited"].link
    assert link in answer.text
    token = link.split("/")[-2]
    assert token not in str(list(Invitation.objects.values()))
    assert token not in str(list(AuditEntry.objects.values()))
    assert client.get("/staff/").text.count(token) == 0
