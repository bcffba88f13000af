"""Who signed in, who signed out, and which tries failed, put on record: the one place for it. django-allauth does the
rest."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.cache import cache
from django.dispatch import receiver

from accounts import audit
from accounts.actors import SYSTEM
from accounts.models import User

NOTE_HELD_UP_EVERY_S = 300  # as long as the longest of the limits counts
_HELD_UP = "sign-in-held-up"


@dataclass(slots=True)
class Stranger:
    """Whom a failed try was about when there is no such person. What was typed as a name may be a password."""

    pk: int = 0


@receiver(user_logged_in, dispatch_uid="audit_signed_in")
def signed_in(user: User, **_: Any) -> None:
    audit.record("staff.signed_in", actor=user, target=user)


@receiver(user_logged_out, dispatch_uid="audit_signed_out")
def signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record("staff.signed_out", actor=user, target=user)


@receiver(user_login_failed, dispatch_uid="audit_sign_in_failed")
def sign_in_failed(credentials: dict[str, Any], **_: Any) -> None:
    """The actor is Haven: nobody knows who it was."""
    tried = User.objects.filter(username=str(credentials.get("username") or "")[:150]).first()
    audit.record("staff.sign_in_failed", actor=SYSTEM, target=tried or Stranger())


def factor_failed(person: User, kind: str) -> None:
    """A wrong code or passkey, in signing in or in confirming: whoever tried may not be the person."""
    audit.record("second_factor.failed", actor=SYSTEM, target=person, kind=kind)


def held_up(person: User | None, address: str, kind: str) -> None:
    """Tries are not even looked at any more, because there were too many: on record once in a while for a person and
    an address, however many there are. Whoever tries does not fill the record."""
    target = person or Stranger()
    seen = hashlib.sha256(f"{kind}:{target.pk}:{address}".encode()).hexdigest()
    if cache.add(f"{_HELD_UP}:{seen}", "noted", NOTE_HELD_UP_EVERY_S):
        audit.record("sign_in.held_up", actor=SYSTEM, target=target, kind=kind)


def held_up_under(username: str, address: str) -> None:
    """The same, for what was typed as a name: it may be a password, and is kept nowhere."""
    held_up(User.objects.filter(username=username[:150]).first(), address, "password")


def directory_refused() -> None:
    """Single sign-on let nobody in; what the directory said of them stays there."""
    audit.record("staff.sign_in_failed", actor=SYSTEM, target=Stranger(), by="directory")
