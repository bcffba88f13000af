"""The lists of sanctions, a page at a time, and the changes that wait for a second person. Must not know HTTP."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.endings import until
from moderation.domain.vocabulary import ChangeState, Deed, Ground, SanctionKind
from moderation.models import SanctionChange, clock
from moderation.permissions import about_cases_of, may_sign, require
from moderation.queries.sanction_lists import TOO_MANY, Asked, Tab, found
from moderation.queries.sanction_rows import LINKED, SanctionRow, named_accounts, rows_of

MOST_CHANGES = 50


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change that was proposed and waits."""

    change_id: int
    sanction_id: int
    account: str
    words: str  # of the sanction
    deed: str
    end: str  # «until 3 March 2026, 12:00 UTC», as it is now
    reason: str
    proposer: str
    at: datetime
    is_own: bool
    may_sign: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose in the form that narrows a list."""

    code: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SanctionsPage:
    asked: Asked
    rows: tuple[SanctionRow, ...]
    changes: tuple[ChangeRow, ...]
    following: str  # the query of the next page; empty: there is none
    trouble: str  # why nothing was looked for
    now: datetime
    can_manage: bool

    @property
    def tab(self) -> Tab:
        return self.asked.tab

    @property
    def kinds(self) -> list[Choice]:
        return [Choice(kind.value, kind.label, kind is self.asked.kind) for kind in SanctionKind]

    @property
    def grounds(self) -> list[Choice]:
        return [Choice(ground.value, ground.label, ground is self.asked.ground) for ground in Ground]

    @property
    def orders(self) -> list[Choice]:
        chosen = self.asked.order or self.tab.orders[0][0]
        return [Choice(code, label, code == chosen) for code, label in self.tab.orders]

    @property
    def query(self) -> str:
        return self.asked.query()

    @property
    def deeds(self) -> list[Deed]:
        """What can be done to some of the rows at least."""
        possible = {deed for row in self.rows for deed in row.deeds}
        return [deed for deed in Deed if deed in possible]


def sanctions_page(asked: Asked, *, viewer: Actor) -> SanctionsPage:
    """Five queries, one more where changes wait. Raises NotPermitted."""
    require(viewer, Capability.READ_SANCTIONS)
    now = clock.now()
    page = found(asked, now, viewer)
    rows = rows_of(page.ids, viewer=viewer)
    if asked.search:
        rows = tuple(row for row in rows if row.account != LINKED)  # else the search would tell whose it is
    return SanctionsPage(
        asked=asked,
        rows=rows,
        changes=waiting_changes(viewer) if asked.tab is Tab.WAITING and not asked.after else (),
        following=asked.query(after=str(page.following)) if page.following else "",
        trouble=TOO_MANY if page.too_many_names else "",
        now=now,
        can_manage=viewer.can(Capability.MANAGE_SANCTIONS),
    )


def waiting_changes(viewer: Actor) -> tuple[ChangeRow, ...]:
    """The longest waiting first."""
    seen = about_cases_of(viewer, "sanction__case")
    waiting = SanctionChange.objects.filter(seen, state=ChangeState.PROPOSED).order_by("id")
    return change_rows(waiting.select_related("sanction__account", "proposer")[:MOST_CHANGES], viewer)


def change_rows(changes: Iterable[SanctionChange], viewer: Actor) -> tuple[ChangeRow, ...]:
    listed = list(changes)
    named = named_accounts([change.sanction for change in listed], viewer=viewer)
    return tuple(_change(change, viewer, is_named=change.sanction_id in named) for change in listed)


def _change(change: SanctionChange, viewer: Actor, *, is_named: bool) -> ChangeRow:
    sanction = change.sanction
    return ChangeRow(
        change_id=change.pk,
        sanction_id=sanction.pk,
        account=sanction.account.display_name if is_named else LINKED,
        words=sanction.measure.label,
        deed=Deed(change.deed).label,
        end=until(sanction.ends_at, permanent=sanction.permanent),
        reason=change.reason,
        proposer=change.proposer.name,
        at=change.proposed_at,
        is_own=change.proposer_id == viewer.actor_id,
        may_sign=may_sign(viewer, change),
    )
