"""When somebody should be reminded of a break: by the time since their last one, and by the critical cases since then.

Plain values; knows neither sessions nor pages. Nothing here is about speed, and nothing here is for anybody else.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

PAUSE = timedelta(minutes=20)  # away for so long is a break: everything is counted anew
NOTED_EVERY = timedelta(minutes=1)  # how exactly it is known when somebody was last there


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of work without a break. What was last reminded of is not told again until as much has come on top."""

    began_at: datetime
    active_at: datetime
    severe: tuple[int, ...] = ()  # the critical cases that were opened, each once
    reminded_at: datetime | None = None
    reminded_severe: int = 0

    @classmethod
    def begin(cls, now: datetime) -> "Shift":
        return cls(began_at=now, active_at=now)

    def at(self, now: datetime) -> "Shift":
        """The same stretch a moment later, or a new one if there was a break between."""
        if now - self.active_at >= PAUSE:
            return Shift.begin(now)
        return self if now - self.active_at < NOTED_EVERY else replace(self, active_at=now)

    def with_severe(self, case_id: int) -> "Shift":
        return self if case_id in self.severe else replace(self, severe=(*self.severe, case_id))

    def is_due(self, now: datetime, *, after_minutes: int, after_severe: int) -> bool:
        """Whether it is time for a word; 0 means never."""
        since = self.reminded_at or self.began_at
        is_long = after_minutes > 0 and now - since >= timedelta(minutes=after_minutes)
        is_heavy = after_severe > 0 and len(self.severe) - self.reminded_severe >= after_severe
        return is_long or is_heavy

    def reminded(self, now: datetime) -> "Shift":
        return replace(self, reminded_at=now, reminded_severe=len(self.severe))

    def words(self, now: datetime) -> str:
        """«You have been here for 95 minutes and have opened 5 critical cases.»"""
        minutes = max(1, int((now - self.began_at) / timedelta(minutes=1)))
        said = f"You have been here for {minutes} minute{'' if minutes == 1 else 's'}"
        if self.severe:
            said += f" and have opened {len(self.severe)} critical case{'' if len(self.severe) == 1 else 's'}"
        return f"{said}."

    def to_json(self) -> dict[str, Any]:
        return {
            "began_at": self.began_at.isoformat(),
            "active_at": self.active_at.isoformat(),
            "severe": list(self.severe),
            "reminded_at": self.reminded_at and self.reminded_at.isoformat(),
            "reminded_severe": self.reminded_severe,
        }

    @classmethod
    def from_json(cls, stored: Any, now: datetime) -> "Shift":
        """What another version of Haven left behind may not be readable: then the stretch begins now."""
        try:
            return cls(
                began_at=datetime.fromisoformat(stored["began_at"]),
                active_at=datetime.fromisoformat(stored["active_at"]),
                severe=tuple(map(int, stored["severe"])),
                reminded_at=datetime.fromisoformat(stored["reminded_at"]) if stored["reminded_at"] else None,
                reminded_severe=int(stored["reminded_severe"]),
            ).at(now)
        except (KeyError, TypeError, ValueError):
            return cls.begin(now)
