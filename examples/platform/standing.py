"""What the events say about each account: may it write, which badges does it hold, what was it told.

Worked out anew from all events in the order in which Haven told them, so that one which arrives late, or again,
changes nothing that was said after it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from examples.platform.memory import Event

_BEGINS = {"sanction.applied": "suspension", "badge.held": "held", "badge.removed": "removed"}
_ENDS = frozenset({"sanction.lifted", "badge.restored"})


@dataclass(frozen=True)
class Sanction:
    id: str
    kind: str  # suspension, held, removed
    badge: str
    ends_at: str  # empty: without end
    reason: str

    def is_in_force(self, now: datetime) -> bool:
        """A sanction with an end ends by itself, even if the event that says so is late."""
        return not self.ends_at or now < _moment(self.ends_at)


@dataclass(frozen=True)
class Notice:
    at: str
    text: str


@dataclass
class Account:
    id: str
    sanctions: dict[str, Sanction] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    check_in_due: str = ""

    @property
    def suspensions(self) -> list[Sanction]:
        return [sanction for sanction in self.sanctions.values() if sanction.kind == "suspension"]

    @property
    def suspended_until(self) -> str:
        """The last end of several suspensions; empty when one of them has none."""
        ends = [sanction.ends_at for sanction in self.suspensions]
        return "" if "" in ends else max(ends, key=_moment, default="")

    def badges(self, how: str) -> list[str]:
        return sorted({sanction.badge for sanction in self.sanctions.values() if sanction.kind == how})

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "suspended": bool(self.suspensions),
            "suspended_until": self.suspended_until or None,
            "badges_held": self.badges("held"),
            "badges_removed": self.badges("removed"),
            "sanctions": [asdict(sanction) for sanction in self.sanctions.values()],
            "notices": [asdict(notice) for notice in self.notices],
            "check_in_due": self.check_in_due or None,
        }


def accounts(events: Iterable[Event], now: datetime) -> list[Account]:
    """Every account that an event was about, in the order of their names."""
    known: dict[str, Account] = {}
    told = sorted(events, key=lambda event: event.told_at)
    owners = {event.says("sanction"): account_of(event) for event in told if account_of(event)}
    for event in told:
        name = account_of(event) or owners.get(event.says("sanction"), "")
        if name:
            _apply(event, known.setdefault(name, Account(name)))
    for account in known.values():
        account.sanctions = {key: each for key, each in account.sanctions.items() if each.is_in_force(now)}
    return [known[name] for name in sorted(known)]


def account_of(event: Event) -> str:
    """Whom the event is for: a closed report concerns the one who reported."""
    return event.says("account") or event.says("reporter")


def _apply(event: Event, account: Account) -> None:
    sanction = event.says("sanction")
    kind = _BEGINS.get(event.type)
    if kind and event.says("kind") != "education_notice":  # which is a text and takes nothing away
        account.sanctions[sanction] = Sanction(
            sanction, kind, event.says("badge"), event.says("ends_at"), event.says("reason")
        )
    elif event.type in _ENDS:
        account.sanctions.pop(sanction, None)
    elif event.type == "check_in.due":
        account.check_in_due = event.says("due_at")
    if text := _text_for_the_user(event):
        account.notices.append(Notice(event.timestamp, text))


def _text_for_the_user(event: Event) -> str:
    if event.type in _ENDS:
        return ""  # it repeats the notice of the sanction that it ends
    if event.type == "report.closed":
        return event.says("outcome")
    return event.says("notice") or event.says("text")


def _moment(text: str) -> datetime:
    """An end that cannot be read is none: better suspended too long than not at all."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
