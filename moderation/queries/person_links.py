"""Which accounts are one person's: confidential, so that whoever asks is told no more than they may know.

Every look is put on record first, by `look_at_links`.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import SanctionState
from moderation.models import Account, Sanction

LINKS_SEEN = "person.links_seen"
PERSON_READ = "person.read"
MOST_LINKED = 50

_OVER = (SanctionState.REFUSED, SanctionState.UNDONE)


class Reach(StrEnum):
    """How much of it somebody may know."""

    NOTHING = "nothing"
    EXISTS = "exists"  # that there is another account: a sanction of theirs reaches both
    NAMES = "names"


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    account_id: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Links:
    reach: Reach
    accounts: tuple[LinkedAccount, ...] = ()
    has_more: bool = False


def reach_of(account: Account, *, viewer: Actor) -> Reach:
    """One query at most."""
    if viewer.can(Capability.SEE_LINKS):
        return Reach.NAMES
    if not account.person or not viewer.can(Capability.WORK_CASES):
        return Reach.NOTHING
    other = Account.objects.filter(person=account.person).exclude(pk=account.pk)
    elsewhere = Sanction.objects.filter(decision=OuterRef("decision"), account__in=other.values("pk"))
    both = _own(account, viewer).filter(Exists(elsewhere.exclude(state__in=_OVER)))
    return Reach.EXISTS if both.exists() else Reach.NOTHING


def may_ask(account: Account, *, viewer: Actor) -> bool:
    """Whether the page offers the look. It must not tell by itself whether there is anything to be seen: admins are
    always offered it, moderators where a sanction of theirs stands against this account."""
    if viewer.can(Capability.SEE_LINKS):
        return True
    return viewer.can(Capability.WORK_CASES) and _own(account, viewer).exists()


def links_of(account_id: int, *, viewer: Actor) -> Links:
    """What this person may know, once it is on record. Raises Missing."""
    account = Account.objects.filter(pk=account_id).first()
    reach = reach_of(account, viewer=viewer) if account else Reach.NOTHING
    if account is None or reach is Reach.NOTHING:
        raise Missing("There is nothing at this address.")
    if reach is Reach.EXISTS or not account.person:
        return Links(reach)
    others = Account.objects.filter(person=account.person).exclude(pk=account.pk).order_by("pk")
    found = list(others[: MOST_LINKED + 1])
    return Links(reach, tuple(map(_linked, found[:MOST_LINKED])), has_more=len(found) > MOST_LINKED)


def _own(account: Account, viewer: Actor) -> "QuerySet[Sanction]":
    """Sanctions against the account that this person proposed or signed, and that were not taken back."""
    theirs = (
        Q(proposer_id=viewer.actor_id) | Q(approver_id=viewer.actor_id) | Q(decision__decided_by_id=viewer.actor_id)
    )
    return Sanction.objects.filter(theirs, account=account).exclude(state__in=_OVER)


def _linked(account: Account) -> LinkedAccount:
    words = [word for word in (account.role, account.age_group) if word != "unknown"]
    return LinkedAccount(account.pk, account.display_name, ", ".join(words) or "role and age unknown")
