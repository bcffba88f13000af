"""Who acts: a person on staff, a machine with a key, or Haven itself. Knows no Django, so that anyone may import it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from accounts.roles import Capability, Scope


class ActorKind(StrEnum):
    STAFF = "staff"
    MACHINE = "machine"
    SYSTEM = "system"


class Actor(Protocol):
    """What every operation asks of whoever calls it."""

    @property
    def actor_kind(self) -> ActorKind: ...

    @property
    def actor_id(self) -> int | None: ...

    @property
    def actor_name(self) -> str: ...

    @property
    def is_fresh(self) -> bool: ...

    def can(self, wanted: Capability | Scope) -> bool: ...


@dataclass(frozen=True, slots=True)
class System:
    """Haven's own workers: they may do everything, and the record names them as what they are."""

    actor_kind: ActorKind = ActorKind.SYSTEM
    actor_id: int | None = None
    actor_name: str = "Haven"
    is_fresh: bool = True  # there is nobody to ask

    def can(self, wanted: Capability | Scope) -> bool:
        return True


SYSTEM = System()
