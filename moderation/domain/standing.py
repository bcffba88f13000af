"""What an account may do right now, computed from all its sanctions in force and from nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from moderation.domain.vocabulary import TEEN_BADGE, SanctionKind


@dataclass(frozen=True, slots=True)
class InForce:
    kind: SanctionKind
    ends_at: datetime | None  # None: until further notice


@dataclass(frozen=True, slots=True)
class Standing:
    suspended: bool = False
    suspended_until: datetime | None = None  # None while suspended: no end is known
    badges_held: tuple[str, ...] = ()
    badges_removed: tuple[str, ...] = ()


def standing_of(sanctions: Iterable[InForce]) -> Standing:
    """Add up sanctions in force. Of several suspensions the longest counts; one without an end outlasts all others."""
    in_force = list(sanctions)
    suspensions = [s.ends_at for s in in_force if s.kind is SanctionKind.SUSPENSION]
    kinds = {s.kind for s in in_force}
    removed = SanctionKind.TEEN_BADGE_REMOVAL in kinds
    held = SanctionKind.TEEN_BADGE_HOLD in kinds and not removed
    return Standing(
        suspended=bool(suspensions),
        suspended_until=_latest(suspensions),
        badges_held=(TEEN_BADGE,) if held else (),
        badges_removed=(TEEN_BADGE,) if removed else (),
    )


def _latest(ends: list[datetime | None]) -> datetime | None:
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
