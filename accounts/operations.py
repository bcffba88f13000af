"""Every change to staff, to how they like to work, and to machine keys."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import require, require_fresh
from accounts.actors import Actor
from accounts.database import whole
from accounts.keys import all_keys, wrong_keys
from accounts.models import ApiKey, User, digest_of
from accounts.preferences import Preferences, changes, preferences_of
from accounts.refusals import NotPermitted, Refused
from accounts.roles import CAPABILITIES, Capability, Role, Scope
from accounts.team import require_grant

PREFIX_LENGTH = 12
NOTE_USE_EVERY = timedelta(minutes=1)


class NewKey(NamedTuple):
    key: ApiKey
    secret: str  # shown once, stored nowhere


@whole
def create_staff(username: str, *, actor: Actor, role: Role, password: str, name: str = "") -> User:
    """Add a person to staff. Raises Refused when the user name is empty, too long or taken.

    The password is the caller's to judge; it is stored as a hash.
    """
    require(actor, Capability.MANAGE_TEAM)
    require_grant(actor, CAPABILITIES[role])

    if not 1 <= len(username) <= 150:
        raise Refused("A user name has 1 to 150 characters.")
    if User.objects.filter(username=username).exists():
        raise Refused(f"The user name “{username}” is taken; choose another.")

    user = User.objects.create_user(username, role=role, password=password, name=name)

    audit.record("staff.created", actor=actor, target=user, role=role)
    return user


@whole
def save_preferences(user_id: int, *, actor: Actor, wanted: Preferences) -> User:
    """How a person works is their own affair: only they may change it. Raises Refused for keys that cannot be used.

    On record stands what was changed and never to what: whether somebody needs blurred text is nobody's business.
    """
    user = User.objects.select_for_update().get(pk=user_id)

    require(actor, Capability.SET_PREFERENCES)
    if not isinstance(actor, User) or actor.pk != user.pk:
        raise NotPermitted(f"Only {user.name} may change how {user.name} works.")

    wrong = wrong_keys(all_keys({}) | dict(wanted.keys))
    if wrong:
        raise Refused(" ".join(wrong.values()))

    changed = changes(preferences_of(user), wanted)
    user.preferences = wanted.to_json()
    user.save(update_fields=["preferences"])

    if changed:
        audit.record("preferences.changed", actor=actor, target=user, changed=changed)
    return user


@whole
def create_api_key(name: str, *, actor: Actor, scopes: list[Scope], expires_at: datetime | None = None) -> NewKey:
    """Make a key for a machine. The secret is in the answer and nowhere else: whoever loses it makes a new key."""
    require(actor, Capability.MANAGE_INTEGRATIONS)
    require_fresh(actor)

    if not scopes:
        raise Refused("A key without a scope can do nothing: choose at least one.")

    secret = f"hvn_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        scopes=[scope.value for scope in scopes],
        created_by_id=actor.actor_id,
        expires_at=expires_at,
    )

    audit.record("api_key.created", actor=actor, target=key, scopes=key.scopes)
    return NewKey(key, secret)


@whole
def revoke_api_key(key_id: int, *, actor: Actor) -> ApiKey:
    """End a key at once. Revoking one that is already revoked is refused, so that the record names who did it."""
    key = ApiKey.objects.select_for_update().get(pk=key_id)

    require(actor, Capability.MANAGE_INTEGRATIONS)

    if key.revoked_at is not None:
        raise Refused(f"The key “{key.name}” has been revoked already.")

    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])

    audit.record("api_key.revoked", actor=actor, target=key)
    return key


@whole
def record_audit_export(*, actor: Actor, narrowed: Mapping[str, str]) -> None:
    """That somebody takes the trail, or a part of it, out of Haven. Raises NotPermitted, StepUp."""
    require(actor, Capability.READ_AUDIT)
    require_fresh(actor)
    if not isinstance(actor, User):
        raise NotPermitted("Only a person on staff takes the audit trail out.")

    audit.record("audit.exported", actor=actor, target=actor, narrowed=dict(narrowed))


@transaction.atomic
def note_key_use(key: ApiKey, *, now: datetime) -> None:
    """Remember that a key is in use, to the minute: not a write a call. That it is used at all is on record once."""
    if key.last_used_at is not None and now - key.last_used_at < NOTE_USE_EVERY:
        return
    if key.last_used_at is None and ApiKey.objects.filter(pk=key.pk, last_used_at=None).update(last_used_at=now):
        audit.record("api_key.first_used", actor=key, target=key)
        return
    ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
