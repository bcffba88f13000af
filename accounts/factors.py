"""Changes to what a person signs in with: second factors and password. Must not know sessions' contents or pages."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from accounts import audit
from accounts.access import require, require_fresh
from accounts.database import whole
from accounts.models import User
from accounts.refusals import Missing, Refused
from accounts.roles import Capability
from accounts.sessions import end


@whole
def note_added(*, actor: User, kind: str, current: str | None) -> None:
    """A second factor was added: sessions that began without it end, and it stands on record."""
    require(actor, Capability.SET_PREFERENCES)

    end(UserSession.objects.filter(user=actor).exclude(session_key=current or ""))

    audit.record("second_factor.added", actor=actor, target=actor, kind=kind)


@whole
def remove_factor(factor_id: int, *, actor: User) -> None:
    """Raises Missing for another's, Refused for the last one of somebody whose role needs one, StepUp."""
    known = list(Authenticator.objects.select_for_update().filter(user=actor).order_by("pk"))
    found = next((one for one in known if one.pk == factor_id), None)
    if found is None or found.type == Authenticator.Type.RECOVERY_CODES:
        raise Missing("There is no such second factor: it may have been removed already.")

    require(actor, Capability.SET_PREFERENCES)
    require_fresh(actor)

    others = [one for one in known if one.type != Authenticator.Type.RECOVERY_CODES and one.pk != found.pk]
    if not others and actor.needs_second_factor:
        raise Refused("This is your only second factor, and your role needs one: add another first.")

    found.delete()
    if not others:
        Authenticator.objects.filter(user=actor).delete()

    audit.record("second_factor.removed", actor=actor, target=actor, kind=found.type)


@whole
def change_password(password: str, *, actor: User, current: str | None) -> User:
    """One's own; the password is the caller's to judge. All other sessions end. Raises StepUp, and Refused for whoever
    comes from the directory."""
    person = User.objects.select_for_update().get(pk=actor.pk)

    require(actor, Capability.SET_PREFERENCES)
    require_fresh(actor)

    if person.is_of_directory:
        raise Refused("You sign in by single sign-on: your password is kept there.")
    person.set_password(password)
    person.save(update_fields=["password"])
    end(UserSession.objects.filter(user=person).exclude(session_key=current or ""))

    audit.record("password.changed", actor=actor, target=person)
    return person
