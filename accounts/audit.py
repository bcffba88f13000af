"""Writing the audit trail. Reading it is in queries; that it cannot be changed is the database's affair."""

from contextvars import ContextVar
from typing import Protocol

from structlog.contextvars import get_contextvars

from accounts.actors import Actor
from accounts.models import AuditEntry

Detail = str | int | float | bool | None
Details = Detail | list[Detail] | list[int] | list[str] | dict[str, Detail]


# From where the present request came; the middleware says so, and nobody else.
caller_address: ContextVar[str | None] = ContextVar("caller_address", default=None)


class Target(Protocol):
    pk: int


def record(
    verb: str,
    *,
    actor: Actor,
    target: Target,
    policy_version: int | None = None,
    on_behalf_of: str = "",
    **details: Details,
) -> AuditEntry:
    """Write one row in the caller's transaction, as its last statement.

    Last, because a row lock taken after this one can deadlock with another operation. `details` are ids, codes and
    numbers: never the text of a message, a contact or a secret. A task seals the row seconds later (accounts.sealing).
    """
    return AuditEntry.objects.create(
        verb=verb,
        actor_kind=actor.actor_kind,
        actor_id=actor.actor_id,
        actor_name=actor.actor_name,
        on_behalf_of=on_behalf_of,
        address=caller_address.get(),
        target_type=target.__class__.__name__.lower(),  # whoever is signed in is a stand-in, as far as type() knows
        target_id=str(target.pk),
        request_id=get_contextvars().get("request_id", ""),
        policy_version=policy_version,
        details=details,
    )
