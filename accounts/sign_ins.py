"""Who signed in, who signed out, and which tries failed, put on record: the one place for it. django-allauth does the
rest."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from accounts import audit
from accounts.actors import SYSTEM
from accounts.models import User


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


def directory_refused() -> None:
    """Single sign-on let nobody in; what the directory said of them stays there."""
    audit.record("staff.sign_in_failed", actor=SYSTEM, target=Stranger(), by="directory")
