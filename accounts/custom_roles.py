"""Roles that admins make. What a role may be made of is what its maker may give to others."""

from collections.abc import Iterable

from accounts import audit
from accounts.actors import Actor
from accounts.database import whole
from accounts.models import CustomRole, Invitation, User
from accounts.refusals import NotPermitted, Refused
from accounts.roles import Capability, Role
from accounts.team import custom_role, locked_managers, require_grant, require_team


@whole
def make_role(
    name: str, *, actor: Actor, goes_by: Role, capabilities: Iterable[Capability], second_factor: bool = True
) -> CustomRole:
    """Raises Refused for a name that is empty or taken or a role that may nothing, NotPermitted for too much."""
    locked_managers()  # one role of a name, also when two are made at once
    require_team(actor)
    wanted = frozenset(capabilities)
    require_grant(actor, wanted)

    called = _free_name(name)
    if not wanted:
        raise Refused("A role without a capability can do nothing: choose at least one.")
    made = CustomRole.objects.create(
        name=called,
        goes_by=goes_by,
        capabilities=[each.value for each in sorted(wanted)],
        second_factor=second_factor,
        made_by_id=actor.actor_id,
    )

    audit.record("role.made", actor=actor, target=made, name=called, capabilities=made.capabilities)
    return made


@whole
def change_custom_role(
    role_id: int, *, actor: Actor, capabilities: Iterable[Capability], second_factor: bool
) -> CustomRole:
    """For everybody who has it, at once. Nobody changes their own role, or one that holds more than they may give."""
    managers = locked_managers()
    found = _found(role_id)

    require_team(actor)
    if isinstance(actor, User) and actor.custom_role_id == found.pk:
        raise NotPermitted("This is your own role: somebody else has to change it.")
    wanted = frozenset(capabilities)
    require_grant(actor, wanted | found.held)

    if not wanted:
        raise Refused("A role without a capability can do nothing: choose at least one.")
    before = _as_words(found)
    found.capabilities, found.second_factor = [each.value for each in sorted(wanted)], second_factor
    left = User.objects.filter(pk__in=managers).exclude(custom_role=found)
    if Capability.MANAGE_TEAM not in wanted and not left.exists():
        raise Refused("Nobody would be left who can manage the team: appoint another first.")
    found.save(update_fields=["capabilities", "second_factor"])

    audit.record("role.changed", actor=actor, target=found, before=before, after=_as_words(found))
    return found


@whole
def remove_role(role_id: int, *, actor: Actor) -> None:
    """Raises Missing, and Refused while anybody has it or is invited to it."""
    found = _found(role_id)

    require_team(actor)
    require_grant(actor, found.held)
    if found.people.exists():
        raise Refused("Somebody still has this role: give them another first.")
    if Invitation.objects.filter(custom_role=found).exists():
        raise Refused("Somebody was invited to this role, and that stays on record: it cannot be removed.")

    gone = CustomRole(pk=found.pk, name=found.name)
    found.delete()

    audit.record("role.removed", actor=actor, target=gone, name=gone.name)


def _as_words(role: CustomRole) -> list[str]:
    return [*role.capabilities, "with second factor" if role.second_factor else "without second factor"]


def _found(role_id: int) -> CustomRole:
    found = custom_role(role_id)
    assert found is not None
    return found


def _free_name(name: str) -> str:
    called = name.strip()
    if not 1 <= len(called) <= 60:
        raise Refused("The name of a role has 1 to 60 characters.")
    if (
        called.lower() in {role.label.lower() for role in Role}
        or CustomRole.objects.filter(name__iexact=called).exists()
    ):
        raise Refused(f"There is a role “{called}” already; choose another name.")
    return called
