"""That somebody takes a whole list out of Haven stands on the record before the first line leaves."""

from collections.abc import Mapping

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.permissions import require, require_fresh, staff_of

_NEEDS = {"sanctions": Capability.MANAGE_SANCTIONS, "transparency": Capability.READ_TRANSPARENCY}


@whole
def record_export(what: str, *, actor: Actor, narrowed: Mapping[str, str]) -> None:
    """`what`: the list or the figures; `narrowed`: by what, in codes. Raises NotPermitted, StepUp."""
    require(actor, _NEEDS[what])
    require_fresh(actor)

    audit.record(f"{what}.exported", actor=actor, target=staff_of(actor), narrowed=dict(narrowed))
