"""How a person on staff likes to work, read from what stands in their row. Must not know where it is used."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Preferences:
    quick_dismiss: bool = False  # a key on the case page that dismisses after one question

    @classmethod
    def from_json(cls, stored: object) -> "Preferences":
        """What is stored under known names; whatever else stands there counts as never said."""
        said = stored if isinstance(stored, dict) else {}
        return cls(quick_dismiss=said.get("quick_dismiss") is True)


def preference(user: User, name: str) -> Any:
    """One preference of a person. Raises AttributeError for a name that there is not."""
    return getattr(Preferences.from_json(user.preferences), name)
