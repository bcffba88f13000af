"""What an account may do right now, with the sanctions that say so."""

from dataclasses import dataclass

from moderation.domain.refusals import Missing
from moderation.domain.standing import Standing, standing_of
from moderation.models import Account, Sanction, clock


@dataclass(frozen=True, slots=True)
class AccountStanding:
    account: str
    standing: Standing
    sanctions: list[Sanction]


def account_standing(ext_id: str) -> AccountStanding:
    """Computed from the sanctions, not from the copy on the account: one whose end has come no longer counts, even
    before a worker has ended it; but one that waits for a check-in does. Raises Missing."""
    if "\x00" in ext_id or not (account := Account.objects.filter(ext_id=ext_id).only("pk", "ext_id").first()):
        raise Missing("There is no account with this id.")
    sanctions = list(Sanction.objects.still_running(clock.now()).filter(account=account).order_by("-id"))
    return AccountStanding(account.ext_id, standing_of(s.as_in_force() for s in sanctions), sanctions)
