"""That somebody takes a whole list out of Haven stands on the record before the first line leaves."""

from collections.abc import Mapping

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.permissions import require, staff_of


@whole
def record_export(what: str, *, actor: Actor, narrowed: Mapping[str, str]) -> None:
    """`what`: the list; `narrowed`: by what, in codes. Raises NotPermitted."""
    require(actor, Capability.MANAGE_SANCTIONS)

    audit.record(f"{what}.exported", actor=actor, target=staff_of(actor), narrowed=dict(narrowed))
