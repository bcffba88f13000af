"""Changing what others may do: nobody their own, nobody more than they have, and somebody always stays."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts import SYSTEM, custom_roles, team
from accounts.models import AuditEntry, CustomRole, User
from accounts.refusals import Missing, NotPermitted, Refused, StepUp
from accounts.roles import CAPABILITIES, Age, Capability, Role
from tests import making

pytestmark = pytest.mark.django_db

CHANGES: dict[str, Callable[[int, User], Any]] = {
    "role": lambda pk, by: team.change_role(pk, actor=by, role=Role.AUDITOR),
    "reach": lambda pk, by: team.change_reach(pk, actor=by, rules=["contact_shared"], ages=[]),
    "deactivate": lambda pk, by: team.deactivate(pk, actor=by),
    "activate": lambda pk, by: team.activate(pk, actor=by),
    "sign out": lambda pk, by: team.sign_out(pk, actor=by),
}


def leads() -> CustomRole:
    """A role that manages the team and little else."""
    held = [Capability.MANAGE_TEAM, Capability.READ_CASES, Capability.WORK_CASES, Capability.READ_SANCTIONS]
    return custom_roles.make_role("Team lead", actor=SYSTEM, goes_by=Role.MODERATOR, capabilities=held)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SENIOR, Role.AUDITOR])
def test_only_who_manages_the_team_may(role: Role, change: Any) -> None:
    with pytest.raises(NotPermitted):
        change(making.moderator().pk, making.staff(role))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_needs_a_fresh_factor(change: Any) -> None:
    by = making.admin()
    by.is_fresh = False

    with pytest.raises(StepUp):
        change(making.moderator().pk, by)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nobody_changes_their_own(change: Any) -> None:
    making.admin()
    by = making.admin()

    with pytest.raises(NotPermitted, match="Nobody changes"):
        change(by.pk, by)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nobody_changes_whoever_may_do_more(change: Any) -> None:
    by = making.moderator(custom_role=leads())

    with pytest.raises(NotPermitted, match="may do more than you"):
        change(making.admin().pk, by)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nobody_at_all_is_not_there(change: Any) -> None:
    with pytest.raises(Missing):
        change(making.NOBODYS_ID, making.admin())


@pytest.mark.parametrize("role", [Role.SENIOR, Role.ADMIN, Role.AUDITOR])
def test_nobody_gives_what_they_lack(role: Role) -> None:
    by = making.moderator(custom_role=leads())

    with pytest.raises(NotPermitted, match="cannot give what you may not do"):
        team.change_role(making.moderator().pk, actor=by, role=role)


def test_nobody_makes_a_role_of_what_they_lack() -> None:
    by = making.moderator(custom_role=leads())

    with pytest.raises(NotPermitted, match="manage policy"):
        custom_roles.make_role("Mine", actor=by, goes_by=Role.MODERATOR, capabilities=[Capability.MANAGE_POLICY])


def test_nobody_widens_the_role_they_have() -> None:
    role = leads()
    by = making.moderator(custom_role=role)

    with pytest.raises(NotPermitted, match="your own role"):
        custom_roles.change_custom_role(role.pk, actor=by, capabilities=list(Capability), second_factor=True)


def test_admins_appoint_seniors_and_hear_no_appeals() -> None:
    by, person = making.admin(), making.moderator()

    team.change_role(person.pk, actor=by, role=Role.SENIOR)

    assert User.objects.get(pk=person.pk).capabilities == CAPABILITIES[Role.SENIOR]
    assert not by.can(Capability.HEAR_APPEALS)
    entry = AuditEntry.objects.get(verb="staff.role_changed")
    assert entry.details == {"before": "Moderator", "after": "Senior moderator"}


@pytest.mark.parametrize("change", ["role", "deactivate"])
def test_the_last_manager_stays(change: str) -> None:
    last = making.admin()

    with pytest.raises(Refused, match="last one who can manage"):
        team.deactivate(last.pk, actor=SYSTEM) if change == "deactivate" else team.change_role(
            last.pk, actor=SYSTEM, role=Role.MODERATOR
        )
    assert User.objects.get(pk=last.pk).can(Capability.MANAGE_TEAM)


def test_a_custom_role_grants_what_it_says_and_no_more() -> None:
    held = [Capability.READ_CASES]
    role = custom_roles.make_role("Reader", actor=making.admin(), goes_by=Role.AUDITOR, capabilities=held)
    person = making.moderator()

    team.change_role(person.pk, actor=making.admin(), role=Role.MODERATOR, custom_role_id=role.pk)

    person = User.objects.get(pk=person.pk)
    assert person.capabilities == {Capability.READ_CASES, Capability.SET_PREFERENCES}
    assert (person.role, person.role_name) == ("auditor", "Reader")


def test_what_a_role_held_and_holds_is_on_record() -> None:
    made = custom_roles.make_role(
        "Reader", actor=SYSTEM, goes_by=Role.AUDITOR, capabilities=[Capability.READ_TRANSPARENCY]
    )
    custom_roles.change_custom_role(
        made.pk, actor=making.admin(), capabilities=[Capability.READ_APPEAL_FIGURES], second_factor=False
    )

    details = AuditEntry.objects.get(verb="role.changed").details
    assert details["before"] == ["read_transparency", "with second factor"]
    assert details["after"] == ["read_appeal_figures", "without second factor"]


def test_a_role_that_somebody_has_is_not_removed() -> None:
    role = leads()
    making.moderator(custom_role=role)

    with pytest.raises(Refused, match="still has this role"):
        custom_roles.remove_role(role.pk, actor=SYSTEM)


def test_whoever_is_deactivated_is_a_stranger_at_once(client: Client) -> None:
    person = making.moderator()
    client.post("/account/login/", {"login": person.username, "password": "correct horse"})
    assert UserSession.objects.filter(user=person).exists()

    team.deactivate(person.pk, actor=making.admin())

    assert client.get("/me/security/")["Location"].startswith("/account/login/")
    assert not UserSession.objects.filter(user=person).exists()


def test_nobody_gives_a_wider_reach_than_they_have() -> None:
    by = making.admin(rules=["contact_shared"], ages=["adult"])
    person = making.moderator()

    for rules, ages in (([], [Age.ADULT]), (["offsite_harm"], [Age.ADULT]), (["contact_shared"], [])):
        with pytest.raises(NotPermitted, match="fewer cases"):
            team.change_reach(person.pk, actor=by, rules=rules, ages=ages)

    team.change_reach(person.pk, actor=by, rules=["contact_shared"], ages=[Age.ADULT])
    assert User.objects.get(pk=person.pk).ages == ["adult"]
