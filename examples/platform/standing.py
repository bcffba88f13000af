"""What the events say about each account: may it write, which badges does it hold, what was it told.

Worked out anew from all events in the order in which Haven told them, so that one which arrives late, or again,
changes nothing that was said after it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from examples.platform.receiver import Event

_TOLD_TO_REPORTERS = {
    "action_taken": "Thank you for your report. A moderator has looked at it and acted on it.",
    "no_violation": "Thank you for your report. A moderator has looked at it and found nothing against the rules.",
}


@dataclass(frozen=True)
class Suspension:
    id: str
    ends_at: str  # empty: without end
    reason: str

    def is_in_force(self, now: datetime) -> bool:
        """A suspension with an end ends by itself, even if the event that says so is late."""
        return not self.ends_at or now < _moment(self.ends_at)


@dataclass(frozen=True)
class Notice:
    at: str
    text: str


@dataclass
class Account:
    id: str
    suspensions: dict[str, Suspension] = field(default_factory=dict)
    badges: dict[str, str] = field(default_factory=dict)  # those it may not use: held or removed
    notices: list[Notice] = field(default_factory=list)
    check_in_due: str = ""

    @property
    def suspended_until(self) -> str:
        """The last end of several suspensions; empty when one of them has none."""
        ends = [suspension.ends_at for suspension in self.suspensions.values()]
        return "" if "" in ends else max(ends, key=_moment, default="")

    def badges_that_are(self, how: str) -> list[str]:
        return sorted(badge for badge, state in self.badges.items() if state == how)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "suspended": bool(self.suspensions),
            "suspended_until": self.suspended_until or None,
            "badges_held": self.badges_that_are("held"),
            "badges_removed": self.badges_that_are("removed"),
            "suspensions": [asdict(suspension) for suspension in self.suspensions.values()],
            "notices": [asdict(notice) for notice in self.notices],
            "check_in_due": self.check_in_due or None,
        }


def accounts(events: Iterable[Event], now: datetime) -> list[Account]:
    """Every account that an event was about, in the order of their names."""
    known: dict[str, Account] = {}
    told = sorted(events, key=lambda event: event.told_at)
    owners = {event.says("sanction"): event.account for event in told if event.says("account")}
    for event in told:
        name = event.account or (event.says("sanction") and owners.get(event.says("sanction")))
        if name:
            _apply(event, known.setdefault(name, Account(name)))
    for account in known.values():
        account.suspensions = {key: each for key, each in account.suspensions.items() if each.is_in_force(now)}
    return [known[name] for name in sorted(known)]


def _apply(event: Event, account: Account) -> None:
    """Suspensions are counted, because one may end while another lasts; of a badge the latest word holds."""
    sanction = event.says("sanction")
    if event.type == "sanction.applied" and event.says("kind") == "suspension":
        account.suspensions[sanction] = Suspension(sanction, event.says("ends_at"), event.says("reason"))
    elif event.type == "sanction.lifted":
        account.suspensions.pop(sanction, None)
    elif event.type in {"badge.held", "badge.removed"}:
        account.badges[event.says("badge")] = event.type.removeprefix("badge.")
    elif event.type == "badge.restored":
        account.badges.pop(event.says("badge"), None)
    elif event.type == "check_in.due":
        account.check_in_due = event.says("due_at")
    if text := _text_for_the_user(event):
        account.notices.append(Notice(event.timestamp, text))


def _text_for_the_user(event: Event) -> str:
    if event.type == "report.closed":
        return _TOLD_TO_REPORTERS.get(event.says("outcome"), event.says("outcome"))
    return event.says("notice") or event.says("text")


def _moment(text: str) -> datetime:
    """An end that cannot be read is none: better suspended too long than not at all."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
