"""Taking what the platform tells: messages in batches, and descriptions of accounts. Knows no transport.

How the rows are written stands in intake_rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Scope
from moderation import hints
from moderation.domain.refusals import Refused
from moderation.domain.told import (
    END_OF_TIME,
    Fault,
    FaultKind,
    ToldAccount,
    ToldMessage,
    account_fault,
    message_fault,
)
from moderation.models import Account, clock
from moderation.operations import intake_rows as rows
from moderation.permissions import require


@dataclass(frozen=True, slots=True)
class Batch:
    """What is told at once. Told live, a future time is a wrong clock and refused; what a file says of its times is
    taken as it is."""

    messages: Sequence[ToldMessage]
    accounts: Sequence[ToldAccount] = ()
    live: bool = True


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item that was not taken: its place in `Batch.messages` or `Batch.accounts`, and why."""

    index: int
    fault: Fault
    among: str = "messages"


@dataclass(frozen=True, slots=True)
class Taken:
    accepted: int  # messages that are new
    duplicates: int  # messages that were here already, word for word
    edited: int  # messages that were here with another text
    rejected: tuple[Rejected, ...]


@dataclass(slots=True)
class Intake:
    """What the record of a batch points at: the first of its new messages, 0 when none is new."""

    pk: int


@whole
def take_messages(batch: Batch, *, actor: Actor, along: Callable[[Taken], None] | None = None) -> Taken:
    """Store a batch in about a dozen statements, whatever its size. Sending any of it again is harmless.

    An item that cannot be taken is answered in `rejected` and keeps nothing else out. Senders whom nobody has
    described become accounts of unknown role and age. The same id with another text is an edit: the earlier text is
    kept as evidence and the new one waits for screening. The same id from another sender or in another conversation
    is a conflict, because overwriting somebody else's words would be worse than refusing.

    Concurrent batches may overlap in any way: new rows are written in the order of their keys, rows that stand are
    locked in the order of their ids, messages before conversations before accounts, as everywhere.

    `along` is called at the end of the transaction with what became of the batch: what it writes is kept or lost
    together with the batch, and what it raises undoes it.
    """
    require(actor, Scope.MESSAGES_WRITE)

    now = clock.now() if batch.live else END_OF_TIME
    messages, bad_messages = _sift(batch.messages, now)
    accounts, bad_accounts = _sift_accounts(batch.accounts, now)

    result = rows.store(list(messages.values()), accounts)
    conflicts = [_conflict(index) for place, index in enumerate(messages) if place in result.conflicts]
    rejected = (*sorted([*bad_messages, *conflicts], key=lambda r: r.index), *bad_accounts)
    duplicates = len(messages) - len(conflicts) - result.accepted - result.edited
    taken = Taken(result.accepted, duplicates, result.edited, rejected)
    if along is not None:
        along(taken)

    audit.record(
        "messages.taken",
        actor=actor,
        target=Intake(result.first_id),
        accepted=taken.accepted,
        duplicates=taken.duplicates,
        edited=taken.edited,
        rejected=len(rejected),
        accounts=result.described,
    )
    if taken.accepted or taken.edited:
        hints.after_commit(hints.SCREEN)
    return taken


@dataclass(frozen=True, slots=True)
class Described:
    account: Account
    created: bool


class BadDescription(Refused):
    """What is said of the account cannot be stored; `fault` names the field."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.field}: {fault.detail}")
        self.fault = fault


@whole
def describe_account(told: ToldAccount, *, actor: Actor) -> Described:
    """Replace what is known of an account by what is told now; what is left out becomes unknown.

    Raises BadDescription. Telling the same again changes nothing and leaves no entry in the record.
    """
    require(actor, Scope.ACCOUNTS_WRITE)

    if fault := account_fault(told, clock.now()):
        raise BadDescription(fault)

    created = rows.ensure_accounts([told.id]).created > 0
    changed = rows.describe([told])
    account = Account.objects.get(ext_id=told.id)

    if created or changed:
        audit.record("account.described", actor=actor, target=account, created=created)
    return Described(account, created)


def _sift(messages: Sequence[ToldMessage], now: datetime) -> tuple[dict[int, ToldMessage], list[Rejected]]:
    good, bad = {}, []
    for index, told in enumerate(messages):
        if fault := message_fault(told, now):
            bad.append(Rejected(index, fault))
        else:
            good[index] = told
    return good, bad


def _sift_accounts(accounts: Sequence[ToldAccount], now: datetime) -> tuple[list[ToldAccount], list[Rejected]]:
    """The last description of an account in a batch is the one that counts."""
    good, bad = {}, []
    for index, told in enumerate(accounts):
        if fault := account_fault(told, now):
            bad.append(Rejected(index, fault, among="accounts"))
        else:
            good[told.id] = told
    return list(good.values()), bad


def _conflict(index: int) -> Rejected:
    detail = "Another message has this id, from another sender or in another conversation: give each message its own."
    return Rejected(index, Fault(FaultKind.CONFLICT, "id", detail))
