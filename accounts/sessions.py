"""The sessions of a person on staff: which there are, and ending them. Must not know how one signs in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.actors import Actor
from accounts.database import whole
from accounts.models import User
from accounts.refusals import Missing

A_WHILE = timedelta(hours=1)  # whoever is just signing in is not taken for gone


@dataclass(frozen=True, slots=True)
class SessionShown:
    id: int
    began: datetime
    seen: datetime
    address: str
    browser: str
    is_current: bool


def open_sessions(person: User, *, current: str | None = None) -> list[SessionShown]:
    """Those that can still be used, the one that was used last first. One query."""
    found = _live(person.pk).order_by("-last_seen_at", "-id")
    return [
        SessionShown(
            one.pk, one.created_at, one.last_seen_at, one.ip, _browser(one.user_agent), one.session_key == current
        )
        for one in found
    ]


@whole
def end_session(session_id: int, *, actor: User) -> None:
    """End one of one's own sessions. Raises Missing for anybody else's: that it exists is not said."""
    found = UserSession.objects.select_for_update().filter(pk=session_id, user=actor).first()
    if found is None:
        raise Missing("There is no such session: it may have ended already.")

    end([found])

    audit.record("session.ended", actor=actor, target=found)


@whole
def end_others(*, actor: User, current: str | None) -> int:
    """End all of one's own sessions but the one that asks; how many there were."""
    found = list(UserSession.objects.select_for_update().filter(user=actor).exclude(session_key=current or ""))

    end(found)

    audit.record("sessions.ended", actor=actor, target=actor, count=len(found))
    return len(found)


def end(sessions: Iterable[UserSession]) -> None:
    """In the caller's transaction: whoever holds such a session is a stranger from the next request on."""
    keys = [one.session_key for one in sessions]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()


def end_all_of(person: User, *, actor: Actor) -> int:
    """In the caller's transaction, which records it."""
    found = list(UserSession.objects.filter(user=person))
    end(found)
    return len(found)


def forget_ended() -> None:
    """In the caller's transaction: from where and with which browser somebody was here, once their session is gone."""
    known = Session.objects.filter(session_key=OuterRef("session_key"))
    UserSession.objects.filter(~Exists(known), created_at__lt=timezone.now() - A_WHILE).delete()


def _live(person_id: int) -> "QuerySet[UserSession]":
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    found: QuerySet[UserSession] = UserSession.objects.filter(Exists(alive), user_id=person_id)
    return found


def _browser(agent: str) -> str:
    """The two words that tell browsers apart, of all that they say of themselves."""
    names = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
    name = next((one for one in names if f"{one}/" in agent), "Another browser")
    system = next((one for one in systems if one in agent), "")
    name = {"Edg": "Edge", "OPR": "Opera"}.get(name, name)
    return f"{name}, {system}" if system else name
