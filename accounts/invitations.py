"""Invitations: the only way for a person to join staff, and the way back for one who has lost password or factors."""

from datetime import timedelta
from typing import NamedTuple

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor
from accounts.database import whole
from accounts.models import Invitation, User
from accounts.refusals import Missing, NotPermitted, Refused
from accounts.roles import CAPABILITIES, Role
from accounts.sessions import end_all_of
from accounts.team import custom_role, require_grant, require_reach, require_team

GOOD_FOR = timedelta(days=3)
WAY_BACK_GOOD_FOR = timedelta(hours=24)
_SALT = "accounts.invitations"
_LONGEST = 200


class Invited(NamedTuple):
    invitation: Invitation
    link: str  # shown once, stored nowhere


@whole
def invite(name: str, *, actor: Actor, role: Role, custom_role_id: int | None = None) -> Invited:
    """Invite somebody new. Raises Refused without a name, NotPermitted for a role that is more than one may give."""
    require_team(actor)
    custom = custom_role(custom_role_id)
    require_grant(actor, custom.held if custom else CAPABILITIES[role])

    called = name.strip()
    if not 1 <= len(called) <= 150:
        raise Refused("A name has 1 to 150 characters.")

    made = Invitation.objects.create(
        name=called,
        role=custom.goes_by if custom else role,
        custom_role=custom,
        invited_by_id=actor.actor_id,
        expires_at=timezone.now() + GOOD_FOR,
    )

    audit.record("invitation.made", actor=actor, target=made, role=made.role_name)
    return Invited(made, _link(made))


@whole
def invite_back(person_id: int, *, actor: Actor) -> Invited:
    """A link by which somebody sets a new password and new second factors. Their sessions end when it is used."""
    person = User.objects.select_for_update(of=("self",), no_key=True).filter(pk=person_id).first()
    if person is None:
        raise Missing("There is nobody of that number on staff.")

    require_team(actor)
    if isinstance(actor, User) and actor.pk == person.pk:
        raise NotPermitted("You are signed in: change your password and your second factors yourself.")
    require_grant(actor, person.custom_role.held if person.custom_role else CAPABILITIES[Role(person.role)])
    require_reach(actor, person.rules, person.ages)  # whoever has the link is taken for that person
    if not person.is_active:
        raise Refused(f"{person.name} has been deactivated: activate them first.")
    if person.is_of_directory:
        raise Refused(f"{person.name} signs in by single sign-on: the way back is there.")

    now = timezone.now()
    person.ways_back.filter(used_at__isnull=True, withdrawn_at__isnull=True).update(withdrawn_at=now)
    made = Invitation.objects.create(
        name=person.name,
        role=person.role,
        custom_role=person.custom_role,
        person=person,
        invited_by_id=actor.actor_id,
        expires_at=now + WAY_BACK_GOOD_FOR,
    )

    audit.record("invitation.made", actor=actor, target=made, way_back_for=person.pk)
    return Invited(made, _link(made))


@whole
def withdraw(invitation_id: int, *, actor: Actor) -> Invitation:
    """Raises Missing, and Refused once it is used, withdrawn or over."""
    found = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation_id).first()
    if found is None:
        raise Missing("There is no such invitation.")

    require_team(actor)
    if not found.is_open(timezone.now()):
        raise Refused("This invitation cannot be used any more: there is nothing to withdraw.")

    found.withdrawn_at = timezone.now()
    found.save(update_fields=["withdrawn_at"])

    audit.record("invitation.withdrawn", actor=actor, target=found)
    return found


def invitation_of(token: str) -> Invitation:
    """The invitation that a link is about. Raises Missing for a forged one, and for one that is used or over."""
    return _open(_id_in(token), lock=False)


@whole
def accept(token: str, *, username: str, password: str) -> User:
    """Join staff, or come back in; the password is the caller's to judge.

    Raises Missing as `invitation_of`, and Refused for a name that is taken. On record stands the person themselves.
    """
    found = _open(_id_in(token), lock=True)

    if found.person:
        person, verb = _back(found.person, password), "staff.came_back"
    else:
        person, verb = _new(found, username, password), "staff.joined"

    found.used_at = timezone.now()
    found.save(update_fields=["used_at"])

    audit.record(verb, actor=person, target=person, invitation=found.pk, role=person.role_name)
    return person


def _new(invitation: Invitation, username: str, password: str) -> User:
    """Whose cases they see is what whoever invited them sees."""
    taken = Refused(f"The user name “{username}” is taken; choose another.")
    if User.objects.filter(username__iexact=username).exists():
        raise taken
    person = User(username=username, name=invitation.name, role=invitation.role, custom_role=invitation.custom_role)
    if by := invitation.invited_by:
        person.rules, person.ages = by.rules, by.ages
    person.set_password(password)
    try:
        with transaction.atomic():  # a savepoint: somebody else may take the name just now
            person.save()
    except IntegrityError:
        raise taken from None
    return person


def _back(person: User, password: str) -> User:
    person.set_password(password)
    person.save(update_fields=["password"])
    Authenticator.objects.filter(user=person).delete()
    end_all_of(person, actor=person)
    return person


def _open(invitation_id: int, *, lock: bool) -> Invitation:
    rows = Invitation.objects.select_related("person", "custom_role", "invited_by")
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=invitation_id).first()
    is_good = found is not None and found.is_open(timezone.now()) and (not found.person or found.person.is_active)
    if found is None or not is_good:
        raise Missing("This link is not valid any more, or it is not whole. Ask an admin for a new one.")
    return found


def _link(invitation: Invitation) -> str:
    token = signing.dumps(invitation.pk, salt=_SALT)
    return f"{settings.PUBLIC_URL}{reverse('join_link', args=[token])}"


def _id_in(token: str) -> int:
    try:
        said = signing.loads(token, salt=_SALT) if len(token) <= _LONGEST else 0
    except signing.BadSignature:
        return 0
    return said if isinstance(said, int) else 0
