"""The demo for one's own machine: how a database is known to hold it, and how to sign in to it."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import AuditEntry, User

SEEDED = "demo.seeded"  # the audit entry that seeding writes
PASSWORD = "haven-demo-2026"  # noqa: S105 - for invented people on one's own machine, never for a server


@dataclass(frozen=True, slots=True)
class DemoSignIns:
    usernames: tuple[str, ...]
    own_password: bool  # chosen by whoever seeded; otherwise it is PASSWORD


def demo_sign_ins() -> DemoSignIns | None:
    """The sign-ins to show to whoever tries Haven; None unless this database was filled by the demo."""
    seeded = AuditEntry.objects.filter(verb=SEEDED).order_by("id").first()
    if seeded is None:
        return None
    return DemoSignIns(tuple(seeded.details["usernames"]), own_password=seeded.details["own_password"])


def is_demo(person: User) -> bool:
    """Whether somebody is one of the demo's invented people, on the machine that the demo was made on."""
    if not settings.LOCAL:
        return False
    known = demo_sign_ins()
    return known is not None and person.username in known.usernames
