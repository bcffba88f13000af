"""The accounts that a case is about: what they are and what was decided about them before.

Must not know the conversation; what the policy suggests for an account stands in suggestions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.planning import Candidate
from moderation.domain.vocabulary import (
    TEEN_BADGE,
    AccountStatus,
    CaseState,
    Ground,
    SanctionKind,
)
from moderation.domain.wording import day
from moderation.models import Account, CaseParty, Sanction
from moderation.queries.matters import Matter
from moderation.queries.suggestions import candidates

MOST_SANCTIONS = 300  # of all parties together
MOST_CASES = 200


@dataclass(frozen=True, slots=True)
class CaseLine:
    case_id: int
    ground: str
    opened_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class Party:
    account_id: int
    name: str
    is_actor: bool
    is_teen: bool
    words: str  # «Listener, adult, since Feb 2025»
    badges: str
    status: str
    is_on_break: bool
    standing: str  # empty: nothing against it
    record: str  # «1 education notice, 2 suspensions»
    cases: tuple[CaseLine, ...]  # others in which it did something, newest first
    linked: tuple[str, ...]  # names of the same person's other accounts; empty for whoever may not see them

    @property
    def open_cases(self) -> tuple[CaseLine, ...]:
        return tuple(case for case in self.cases if case.is_open)

    @property
    def past_cases(self) -> tuple[CaseLine, ...]:
        return tuple(case for case in self.cases if not case.is_open)


@dataclass(frozen=True, slots=True)
class Involved:
    parties: tuple[Party, ...]  # the actors first
    candidates: tuple[Candidate, ...]  # the parties, then linked accounts where the policy reaches them


def involved(matter: Matter, *, viewer: Actor) -> Involved:
    """Three queries: linked accounts, sanctions, other cases. Raises nothing: who may read is its caller's affair.

    Which accounts are one person's is confidential in itself: only whoever manages sanctions gets their names.
    """
    linked = _linked(matter)
    sanctions = _sanctions(matter, [*matter.accounts, *(account.pk for account in linked)])
    cases = _cases(matter)
    named = viewer.can(Capability.MANAGE_SANCTIONS)
    names = _names(linked) if named else {}
    return Involved(
        parties=tuple(
            _party(party, Past(sanctions[party.account_id], cases[party.account_id]), names) for party in matter.parties
        ),
        candidates=tuple(candidates(matter, linked, sanctions, named=named)),
    )


@dataclass(frozen=True, slots=True)
class Past:
    sanctions: Sequence[Sanction]
    cases: Sequence[CaseLine]


def _linked(matter: Matter) -> Sequence[Account]:
    """Other accounts of the actors' persons."""
    persons = {party.account.person for party in matter.parties if party.is_actor} - {""}
    return list(Account.objects.filter(person__in=persons).exclude(pk__in=list(matter.accounts)).order_by("pk")[:50])


def _names(linked: Iterable[Account]) -> Mapping[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for account in linked:
        names[account.person] = (*names.get(account.person, ()), account.display_name)
    return names


def _sanctions(matter: Matter, account_ids: Iterable[int]) -> Mapping[int, Sequence[Sanction]]:
    """What counted, newest first; not this case's own, so that a case reads the same after its decision."""
    found: dict[int, list[Sanction]] = defaultdict(list)
    earlier = Sanction.objects.that_counted().filter(account_id__in=list(account_ids)).exclude(case=matter.case)
    for sanction in earlier.order_by("-pk")[:MOST_SANCTIONS]:
        found[sanction.account_id].append(sanction)
    return found


def _cases(matter: Matter) -> Mapping[int, Sequence[CaseLine]]:
    found: dict[int, list[CaseLine]] = defaultdict(list)
    parts = (
        CaseParty.objects.filter(account_id__in=list(matter.accounts), is_actor=True)
        .exclude(case=matter.case)
        .select_related("case")
        .order_by("-case_id")[:MOST_CASES]
    )
    for part in parts:
        case = part.case
        line = CaseLine(case.pk, Ground(case.ground).label, case.opened_at, case.state != CaseState.CLOSED)
        found[part.account_id].append(line)
    return found


def _party(party: CaseParty, past: Past, linked: Mapping[str, tuple[str, ...]]) -> Party:
    account = party.account
    status = AccountStatus(account.status)
    return Party(
        account_id=account.pk,
        name=account.display_name,
        is_actor=party.is_actor,
        is_teen=account.is_teen,
        words=_words(account),
        badges=_badges(account),
        status=status.label,
        is_on_break=status.is_break,
        standing=_standing(account),
        record=_record(past.sanctions),
        cases=tuple(past.cases),
        linked=linked.get(account.person, ()),
    )


def _words(account: Account) -> str:
    words = [word for word in (account.role, account.age_group) if word != "unknown"]
    since = [f"since {account.joined_at:%b %Y}"] if account.joined_at else []
    said = ", ".join([*(words or ["role and age unknown"]), *since])
    return said[0].upper() + said[1:]


def _badges(account: Account) -> str:
    names = ["Teen badge" if badge == TEEN_BADGE else badge.replace("_", " ").capitalize() for badge in account.badges]
    return ", ".join(names)


def _standing(account: Account) -> str:
    standing = account.standing
    words = []
    if standing.suspended:
        until = day(standing.suspended_until) if standing.suspended_until else "further notice"
        words.append(f"Suspended until {until}")
    if standing.badges_removed:
        words.append("Teen badge removed")
    if standing.badges_held:
        words.append("Teen badge on hold")
    return ", ".join(words)


def _record(sanctions: Sequence[Sanction]) -> str:
    """«2 suspensions (last Jul 2026), 1 education notice (May 2026)»"""
    by_kind: dict[SanctionKind, list[Sanction]] = defaultdict(list)
    for sanction in sanctions:
        by_kind[SanctionKind(sanction.kind)].append(sanction)
    words = [_counted(kind, found) for kind, found in by_kind.items()]
    return ", ".join(words) or "No earlier sanction"


def _counted(kind: SanctionKind, found: Sequence[Sanction]) -> str:
    latest = max(sanction.starts_at for sanction in found if sanction.starts_at)
    many = len(found) > 1
    return f"{len(found)} {kind.label.lower()}{'s' if many else ''} ({'last ' if many else ''}{latest:%b %Y})"
