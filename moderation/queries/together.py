"""The open cases of one person, as the page that offers to decide them together shows them. Must not know HTTP."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import Ground, Severity
from moderation.models import Account, Case, CaseParty, clock
from moderation.models.cases import CaseQuerySet
from moderation.permissions import may_see, require

MOST_TOGETHER = 10  # nobody can keep more than that in mind, and others are kept from them meanwhile


@dataclass(frozen=True, slots=True)
class Row:
    case_id: int
    severity: Severity
    headline: str
    snippet: str
    ground: str
    opened_at: datetime
    due_at: datetime
    holder: str  # empty: nobody; «You»
    is_mine: bool
    is_this: bool  # the case from which one came


@dataclass(frozen=True, slots=True)
class TogetherPage:
    case_id: int
    account_id: int
    name: str
    rows: tuple[Row, ...]  # the most urgent first
    has_more: bool
    with_linked: bool  # cases of the person's other accounts are among them
    now: datetime
    can_work: bool

    @property
    def free(self) -> int:
        """How many of them one would get."""
        return sum(not row.holder or row.is_mine for row in self.rows)


def together_page(case_id: int, account_id: int, *, viewer: Actor) -> TogetherPage:
    """The open cases of an account that has a part in a case. Raises Missing for any other; NotPermitted.

    Three queries: the account, its cases, the time.
    """
    require(viewer, Capability.READ_CASES)
    party = CaseParty.objects.filter(case=case_id, account=account_id).select_related("account", "case").first()
    if party is None or not may_see(viewer, party.case):
        raise Missing("There is no such account in this case.")
    now = clock.now()
    found = list(open_cases_of([party.account], viewer=viewer).select_related("holder")[: MOST_TOGETHER + 1])
    return TogetherPage(
        case_id=case_id,
        account_id=party.account_id,
        name=party.account.display_name,
        rows=tuple(_row(case, viewer, now, is_this=case.pk == case_id) for case in found[:MOST_TOGETHER]),
        has_more=len(found) > MOST_TOGETHER,
        with_linked=bool(party.account.person) and viewer.can(Capability.MANAGE_SANCTIONS),
        now=now,
        can_work=viewer.can(Capability.WORK_CASES),
    )


def open_cases_of(accounts: Iterable[Account], *, viewer: Actor) -> CaseQuerySet:
    """Open cases in which these accounts did something, the most urgent first; for whoever may know which accounts
    are one person's, those of their other accounts too."""
    known = list(accounts)
    parts = CaseParty.objects.filter(account__in=known)
    persons = {account.person for account in known} - {""}
    if persons and viewer.can(Capability.MANAGE_SANCTIONS):
        linked = Account.objects.filter(person__in=persons)
        parts = CaseParty.objects.filter(account__in=linked.values("pk"))
    return (
        Case.objects.visible_to(viewer)
        .open()
        .filter(pk__in=parts.filter(is_actor=True).values("case"))
        .most_urgent_first()
    )


def _row(case: Case, viewer: Actor, now: datetime, *, is_this: bool) -> Row:
    is_mine = case.is_held_by(viewer.actor_id, now)
    holder = case.holder.name if case.is_held(now) and case.holder else ""
    return Row(
        case_id=case.pk,
        severity=Severity(case.severity),
        headline=case.headline,
        snippet=case.snippet,
        ground=Ground(case.ground).label,
        opened_at=case.opened_at,
        due_at=case.due_at,
        holder="You" if is_mine else holder,
        is_mine=is_mine,
        is_this=is_this,
    )
