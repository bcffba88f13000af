"""What changed about accounts when the platform described them anew. Not an operation: intake calls it with the rows
it has locked."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moderation.domain.persons import Fact
from moderation.domain.vocabulary import AccountRole
from moderation.models import Account, AccountChange

_UNKNOWN = ("", "unknown")


def keep_changes(told: Iterable[tuple[Account, Mapping[str, Any]]]) -> None:
    """Write down what differs between each account as it stands and what is told of it now, by column."""
    AccountChange.objects.bulk_create([change for account, columns in told for change in _changes(account, columns)])


def _changes(account: Account, columns: Mapping[str, Any]) -> Iterator[AccountChange]:
    """What nobody knew before is no change; of an account that nobody has described, only that it is on a break."""
    is_first = account.role == AccountRole.UNKNOWN and not account.username
    for fact in Fact:
        old, new = _values(getattr(account, fact)), _values(columns[fact])
        if old != new and (fact is Fact.STATUS if is_first else old or fact is Fact.BADGES):
            yield AccountChange(account=account, fact=fact, before=old, after=new)


def _values(value: Any) -> list[str]:
    if isinstance(value, list):
        return sorted(value)
    return [] if value in _UNKNOWN else [str(value)]
