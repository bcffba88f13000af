"""Every change to what a person on staff may do: role, whose cases they see, and whether they are let in at all.

Nobody changes their own, nobody grants what they may not, and somebody always stays who can manage the team.
"""

from collections.abc import Iterable

from django.db.models import Q

from accounts import audit
from accounts.access import require, require_fresh
from accounts.actors import Actor
from accounts.database import whole
from accounts.models import CustomRole, User
from accounts.refusals import Missing, NotPermitted, Refused
from accounts.roles import CAPABILITIES, Age, Capability, Role
from accounts.sessions import end_all_of

MANAGERS = Q(custom_role__isnull=True, role=Role.ADMIN) | Q(
    custom_role__capabilities__contains=[Capability.MANAGE_TEAM]
)


@whole
def change_role(person_id: int, *, actor: Actor, role: Role, custom_role_id: int | None = None) -> User:
    """Give a built-in role or a custom one. Raises Missing, NotPermitted, StepUp, Refused for the last manager."""
    managers = locked_managers()
    person = _locked(person_id)

    require_team(actor)
    _require_over(actor, person)
    custom = custom_role(custom_role_id)
    require_grant(actor, custom.held if custom else CAPABILITIES[role])

    before, person.role, person.custom_role = person.role_name, custom.goes_by if custom else role, custom
    if person.role_name == before:
        raise Refused(f"{person.name} has this role already.")
    _keep_a_manager(managers, person)

    person.save(update_fields=["role", "custom_role"])

    audit.record("staff.role_changed", actor=actor, target=person, before=before, after=person.role_name)
    return person


@whole
def change_reach(person_id: int, *, actor: Actor, rules: Iterable[str], ages: Iterable[Age]) -> User:
    """Narrow whose cases a person sees, by rule and by age; none means all. Raises as `change_role`.

    Codes of rules are the caller's to judge: accounts does not know them.
    """
    person = _locked(person_id)

    require_team(actor)
    _require_over(actor, person)
    wanted_rules, wanted_ages = sorted(set(rules)), sorted({Age(age).value for age in ages})
    if len(wanted_ages) == len(Age):
        wanted_ages = []
    require_reach(actor, wanted_rules, wanted_ages)

    before = _reach(person)
    person.rules, person.ages = wanted_rules, wanted_ages
    person.save(update_fields=["rules", "ages"])

    audit.record("staff.reach_changed", actor=actor, target=person, before=before, after=_reach(person))
    return person


@whole
def deactivate(person_id: int, *, actor: Actor) -> User:
    """Let somebody in no more: from their next request on they are a stranger. Raises as `change_role`."""
    managers = locked_managers()
    person = _locked(person_id)

    require_team(actor)
    _require_over(actor, person)

    if not person.is_active:
        raise Refused(f"{person.name} has been deactivated already.")
    person.is_active = False
    _keep_a_manager(managers, person)

    person.save(update_fields=["is_active"])
    ended = end_all_of(person, actor=actor)

    audit.record("staff.deactivated", actor=actor, target=person, sessions=ended)
    return person


@whole
def activate(person_id: int, *, actor: Actor) -> User:
    """Let somebody in again, with the role that they had. Raises as `change_role`."""
    person = _locked(person_id)

    require_team(actor)
    _require_over(actor, person)
    require_grant(actor, person.custom_role.held if person.custom_role else CAPABILITIES[Role(person.role)])

    if person.is_active:
        raise Refused(f"{person.name} is active.")
    person.is_active = True
    person.save(update_fields=["is_active"])

    audit.record("staff.activated", actor=actor, target=person)
    return person


@whole
def sign_out(person_id: int, *, actor: Actor) -> int:
    """End all sessions of somebody; how many there were. Raises as `change_role`."""
    person = _locked(person_id)

    require_team(actor)
    _require_over(actor, person)

    ended = end_all_of(person, actor=actor)

    audit.record("staff.signed_out", actor=actor, target=person, sessions=ended)
    return ended


def require_team(actor: Actor) -> None:
    require(actor, Capability.MANAGE_TEAM)
    require_fresh(actor)


def require_grant(actor: Actor, wanted: frozenset[Capability]) -> None:
    """Raise NotPermitted for more than the actor may give to others."""
    if lacks := wanted - grantable(actor):
        named = ", ".join(sorted(each.replace("_", " ") for each in lacks))
        raise NotPermitted(f"You cannot give what you may not do yourself: {named}.")


def require_reach(actor: Actor, rules: list[str], ages: list[str]) -> None:
    """Raise NotPermitted when the cases are more than the actor sees; none named are all."""
    if isinstance(actor, User) and not (_within(rules, actor.rules) and _within(ages, actor.ages)):
        raise NotPermitted("You see fewer cases than that yourself, so you cannot give them to others.")


def grantable(actor: Actor) -> frozenset[Capability]:
    return actor.grantable if isinstance(actor, User) else frozenset(Capability)


def custom_role(role_id: int | None) -> CustomRole | None:
    if role_id is None:
        return None
    found = CustomRole.objects.select_for_update().filter(pk=role_id).first()
    if found is None:
        raise Missing("There is no such role: it may have been removed.")
    return found


def locked_managers() -> set[int]:
    """Those who can manage the team now; two of them who take it from each other wait here."""
    found = User.objects.select_for_update(of=("self",), no_key=True).filter(MANAGERS, is_active=True).order_by("pk")
    return {person.pk for person in found}


def _locked(person_id: int) -> User:
    found = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=person_id).first()
    if found is None:
        raise Missing("There is nobody of that number on staff.")
    return found


def _require_over(actor: Actor, person: User) -> None:
    if isinstance(actor, User) and actor.pk == person.pk:
        raise NotPermitted("Nobody changes what they themselves may do: ask a colleague.")
    held = person.custom_role.held if person.custom_role else CAPABILITIES[Role(person.role)]
    if held - grantable(actor):
        raise NotPermitted(f"{person.name} may do more than you can give: somebody else has to change this.")


def _keep_a_manager(managers: set[int], person: User) -> None:
    if person.pk in managers and not person.can(Capability.MANAGE_TEAM) and managers == {person.pk}:
        raise Refused(f"{person.name} is the last one who can manage the team: appoint another first.")


def _reach(person: User) -> list[str]:
    return [*person.rules, *person.ages] or ["all"]


def _within(wanted: list[str], own: list[str]) -> bool:
    return not own or (bool(wanted) and set(wanted) <= set(own))
