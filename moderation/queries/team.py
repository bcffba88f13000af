"""Who is on staff, as the page of the team shows it. Must not know HTTP."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet

from accounts import Actor
from accounts.models import CustomRole, Invitation, User
from accounts.roles import ALWAYS, CAPABILITIES, Age, Capability, Role
from accounts.sessions import SessionShown, open_sessions
from accounts.team import grantable
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import Ground
from moderation.models import clock
from moderation.permissions import require

MOST_INVITATIONS = 50


@dataclass(frozen=True, slots=True)
class MemberShown:
    id: int
    name: str
    username: str
    role: str
    reach: str  # whose cases; empty: all
    is_active: bool
    has_factor: bool
    last_seen: datetime | None
    is_self: bool


@dataclass(frozen=True, slots=True)
class InvitationShown:
    id: int
    name: str
    role: str
    is_way_back: bool
    invited_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role to choose: `code` is what a form sends, «senior» or «custom:3»."""

    code: str
    label: str
    may_give: bool


@dataclass(frozen=True, slots=True)
class TeamPage:
    members: tuple[MemberShown, ...]
    invitations: tuple[InvitationShown, ...]
    roles: tuple[RoleChoice, ...]


@dataclass(frozen=True, slots=True)
class MemberPage:
    member: MemberShown
    roles: tuple[RoleChoice, ...]
    role_code: str
    rules: tuple[str, ...]
    ages: tuple[str, ...]
    sessions: tuple[SessionShown, ...]


@dataclass(frozen=True, slots=True)
class RoleShown:
    id: int | None  # of a role that an admin made
    name: str
    goes_by: str
    capabilities: frozenset[Capability]
    second_factor: bool
    people: int


def team_page(*, viewer: Actor) -> TeamPage:
    """Everybody, those who are active first; the invitations that can still be used. Four queries."""
    require(viewer, Capability.MANAGE_TEAM)
    now = clock.now()
    open_ones = Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=now)
    invitations = open_ones.select_related("invited_by", "custom_role").order_by("-pk")[:MOST_INVITATIONS]
    members = _people().order_by("-is_active", "name", "pk")
    return TeamPage(
        members=tuple(_member(person, viewer) for person in members),
        invitations=tuple(
            InvitationShown(
                one.pk,
                one.name,
                one.role_name,
                one.person_id is not None,
                one.invited_by.name if one.invited_by else "Haven",
                one.expires_at,
            )
            for one in invitations
        ),
        roles=role_choices(viewer),
    )


def member_page(person_id: int, *, viewer: Actor) -> MemberPage:
    """Raises Missing, NotPermitted."""
    require(viewer, Capability.MANAGE_TEAM)
    person = _people().filter(pk=person_id).first() if person_id < 2**63 else None
    if person is None:
        raise Missing("There is nobody of that number on staff.")
    return MemberPage(
        member=_member(person, viewer),
        roles=role_choices(viewer),
        role_code=f"custom:{person.custom_role_id}" if person.custom_role_id else person.role,
        rules=tuple(person.rules),
        ages=tuple(person.ages),
        sessions=tuple(open_sessions(person)),
    )


def roles_page(*, viewer: Actor) -> tuple[RoleShown, ...]:
    """The built-in roles as the table says, then those that admins made."""
    require(viewer, Capability.MANAGE_TEAM)
    people: list[tuple[str, int | None]] = list(
        User.objects.filter(is_active=True).values_list("role", "custom_role_id")
    )
    built_in = [
        RoleShown(None, role.label, "", CAPABILITIES[role] - ALWAYS, True, people.count((role.value, None)))
        for role in Role
    ]
    made = [
        RoleShown(
            role.pk,
            role.name,
            Role(role.goes_by).label,
            role.held - ALWAYS,
            role.needs_second_factor,
            sum(custom == role.pk for _, custom in people),
        )
        for role in CustomRole.objects.order_by("name")
    ]
    return (*built_in, *made)


def role_choices(viewer: Actor) -> tuple[RoleChoice, ...]:
    may = grantable(viewer)
    built_in = [RoleChoice(role.value, role.label, CAPABILITIES[role] <= may) for role in Role]
    made = [RoleChoice(f"custom:{one.pk}", one.name, one.held <= may) for one in CustomRole.objects.order_by("name")]
    return (*built_in, *made)


def _people() -> "QuerySet[User]":
    factor = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return User.objects.select_related("custom_role").annotate(has_factor=Exists(factor))


def _member(person: User, viewer: Actor) -> MemberShown:
    rules = [Ground(rule).label for rule in person.rules if rule in set(Ground)]
    ages = [Age(age).label for age in person.ages]
    return MemberShown(
        id=person.pk,
        name=person.name,
        username=person.username,
        role=person.role_name,
        reach=" · ".join((*rules, *ages)),
        is_active=person.is_active,
        has_factor=person.has_factor,  # type: ignore[attr-defined]
        last_seen=person.last_login,
        is_self=person.pk == viewer.actor_id,
    )
