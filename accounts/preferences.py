"""How a person on staff likes to work: keys, care for oneself, look. Plain values; knows neither pages nor Django.

What keeps people well is on until they say otherwise, what saves a safeguard is off. Snippets are hidden at first:
nobody should meet the worst sentence of forty cases by scrolling, nor show it to whoever walks past, and one press
shows them. The text of a case is not blurred at first: whoever opens a case has decided to read it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Protocol

from accounts.keys import ACTIONS, BY_CODE, OFF, all_keys

NEVER = 0


class Theme(StrEnum):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


# The least and the most of every number; NEVER is possible everywhere.
RANGES: Mapping[str, tuple[int, int]] = {
    "break_after_minutes": (15, 240),
    "break_after_severe": (1, 50),
    "most_critical_in_a_row": (1, 20),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """`keys` holds what differs from accounts.keys: an action's code, and its key or nothing."""

    keys: Mapping[str, str] = field(default_factory=dict)
    shortcuts: bool = True
    quick_dismiss: bool = False
    hide_snippets: bool = True
    blur_text: bool = False
    greyscale: bool = False
    break_after_minutes: int = 90
    break_after_severe: int = 5
    most_critical_in_a_row: int = 3
    theme: Theme = Theme.AUTO

    @classmethod
    def from_json(cls, stored: Any) -> "Preferences":
        """Whatever was stored, by whichever version of Haven: unknown names are ignored, numbers out of range brought
        into it, anything else that makes no sense counts as unset."""
        if not isinstance(stored, dict) or not stored:
            return DEFAULT
        plain = DEFAULT
        read: dict[str, Any] = {name: _number(stored.get(name), getattr(plain, name), *RANGES[name]) for name in RANGES}
        read |= {name: _flag(stored.get(name), getattr(plain, name)) for name in FLAGS}
        theme = stored.get("theme")
        return cls(
            keys=_keys(stored.get("keys")),
            theme=Theme(theme) if theme in list(Theme) else plain.theme,
            **read,
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"keys": dict(self.keys), "theme": self.theme.value}

    def key_of(self, action: str) -> str:
        """The key that does it, or nothing. KeyError: there is no such action."""
        own = BY_CODE[action].key
        return self.keys.get(action, own) if self.shortcuts else OFF


DEFAULT = Preferences()
FLAGS = tuple(each.name for each in fields(Preferences) if isinstance(getattr(DEFAULT, each.name), bool))


class Person(Protocol):
    preferences: Any


def preferences_of(user: Person) -> Preferences:
    return Preferences.from_json(user.preferences)


def chosen_keys(keys: Mapping[str, str]) -> dict[str, str]:
    """Only what differs from what every action has by itself."""
    return {a.code: keys[a.code] for a in ACTIONS if a.code in keys and keys[a.code] != a.key}


def changes(before: Preferences, after: Preferences) -> list[str]:
    """The names of what differs."""
    return [each.name for each in fields(Preferences) if getattr(before, each.name) != getattr(after, each.name)]


def _flag(stored: Any, otherwise: bool) -> bool:
    return stored if isinstance(stored, bool) else otherwise


def _number(stored: Any, otherwise: int, least: int, most: int) -> int:
    if isinstance(stored, bool) or not isinstance(stored, int):
        return otherwise
    return NEVER if stored == NEVER else min(max(stored, least), most)


def _keys(stored: Any) -> dict[str, str]:
    if not isinstance(stored, dict):
        return {}
    known = {code: key for code, key in stored.items() if code in BY_CODE and isinstance(key, str)}
    return chosen_keys(all_keys(known))
