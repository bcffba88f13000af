"""What accounts may do right now, with the sanctions that say so; one account, or all that changed."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from moderation.domain.refusals import Missing
from moderation.domain.standing import Standing, standing_of
from moderation.models import Account, Sanction, StandingChange, clock

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class AccountStanding:
    account: str
    standing: Standing
    sanctions: list[Sanction]


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    account: AccountStanding


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of the feed. `last`: the position after which the next page begins; `more`: whether there is one now."""

    changes: list[Change]
    last: int
    more: bool


def account_standing(ext_id: str) -> AccountStanding:
    """Computed from the sanctions, not from the copy on the account: one whose end has come no longer counts, even
    before a worker has ended it; but one that waits for a check-in does. Raises Missing."""
    if "\x00" in ext_id or not (account := Account.objects.filter(ext_id=ext_id).only("pk", "ext_id").first()):
        raise Missing("There is no account with this id.")
    return _standings([account])[account.pk]


def standing_changes(after: int) -> Changes:
    """The accounts whose standing changed after a position, each once, with the standing as it is at this moment.

    Loses nothing, because positions are given to committed rows by one at a time (operations/standing_feed.py).
    """
    rows = StandingChange.objects.filter(position__gt=after).order_by("position").select_related("account")
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    latest = {row.account_id: row for row in shown}
    standings = _standings([row.account for row in latest.values()])
    return Changes(
        changes=[Change(row.at, standings[pk]) for pk, row in sorted(latest.items(), key=lambda kept: _place(kept[1]))],
        last=_place(shown[-1]) if shown else after,
        more=len(found) > PAGE_SIZE,
    )


def _place(row: StandingChange) -> int:
    assert row.position is not None  # only such are found
    return row.position


def _standings(accounts: Collection[Account]) -> dict[int, AccountStanding]:
    sanctions = defaultdict(list)
    for sanction in Sanction.objects.still_running(clock.now()).filter(account__in=accounts).order_by("-id"):
        sanctions[sanction.account_id].append(sanction)
    return {
        account.pk: AccountStanding(
            account.ext_id, standing_of(s.as_in_force() for s in sanctions[account.pk]), sanctions[account.pk]
        )
        for account in accounts
    }
