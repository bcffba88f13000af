"""The accounts that a case is about: what they are and what was decided about them before.

Must not know the conversation; what the policy suggests for an account stands in suggestions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.check_ins import CheckIn, check_in
from moderation.domain.ladder import Rung
from moderation.domain.planning import Candidate
from moderation.domain.vocabulary import (
    TEEN_BADGE,
    AccountRole,
    AccountStatus,
    CaseState,
    Ground,
    Outcome,
    SanctionKind,
)
from moderation.domain.wording import day
from moderation.models import Account, Case, CaseParty, Sanction
from moderation.models.prepared import Prepared, Slot, among
from moderation.permissions import seen_in_sql, seen_values
from moderation.queries.check_ins import Learning, learning_of
from moderation.queries.matters import Matter
from moderation.queries.notes import Notes
from moderation.queries.suggestions import candidates, ladder_places

MOST_SANCTIONS = 300  # of all parties together
MOST_CASES = 20  # of each account, the open ones first


@dataclass(frozen=True, slots=True)
class CaseLine:
    case_id: int
    ground: str
    opened_at: datetime
    is_open: bool
    outcome: str  # «suspension, 7 days», «no violation»; of an open case how far it has come
    is_to_be_decided: bool  # open, and does not wait for a second signature


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
    ladder: Rung
    checked_in: CheckIn | None  # None: nobody asks this account
    learning: Learning
    notes: Notes
    cases: tuple[CaseLine, ...]  # others in which it did something, the open ones first, then the newest
    has_more_cases: bool
    together: int  # other open cases of the person that this viewer may know of

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


def involved(matter: Matter, notes: Mapping[int | None, Notes], *, viewer: Actor) -> Involved:
    """Five queries: linked accounts, sanctions, other cases, check-ins, answers. Who may read is its caller's affair.

    Which accounts are one person's is confidential in itself: only whoever manages sanctions gets their names, and
    cases of theirs among those to be decided together.
    """
    linked = _linked(matter)
    sanctions = _sanctions(matter, [*matter.accounts, *(account.pk for account in linked)])
    named = viewer.can(Capability.MANAGE_SANCTIONS)
    known = linked if named else []
    cases = _cases(matter, [*matter.accounts, *(account.pk for account in known)], sanctions, viewer)
    people = _People(matter, known, sanctions, cases, notes)
    return Involved(
        parties=tuple(people.party(party) for party in matter.parties),
        candidates=tuple(candidates(matter, linked, sanctions, named=named)),
    )


def reachable(matter: Matter, *, viewer: Actor) -> tuple[Candidate, ...]:
    """The candidates alone: two queries."""
    linked = _linked(matter)
    sanctions = _sanctions(matter, [*matter.accounts, *(account.pk for account in linked)])
    return tuple(candidates(matter, linked, sanctions, named=viewer.can(Capability.MANAGE_SANCTIONS)))


def _linked(matter: Matter) -> Sequence[Account]:
    """Other accounts of the actors' persons."""
    persons = {party.account.person for party in matter.parties if party.is_actor} - {""}
    return _OF_PERSONS(persons=sorted(persons), besides=list(matter.accounts)) if persons else []


_OF_PERSONS = Prepared(
    lambda: (
        Account.objects.exclude(person="")  # the condition of the index
        .filter(among("person", "persons"))
        .exclude(among("pk", "besides"))
        .order_by("pk")[:50]
    )
)
_EARLIER = Prepared(
    lambda: (
        Sanction.objects.that_counted()
        .filter(among("account", "accounts"))
        .exclude(case=Slot("case"))
        .order_by("-pk")[:MOST_SANCTIONS]
    )
)


def _sanctions(matter: Matter, account_ids: Iterable[int]) -> Mapping[int, Sequence[Sanction]]:
    """What counted, newest first; not this case's own, so that a case reads the same after its decision."""
    found: dict[int, list[Sanction]] = defaultdict(list)
    for sanction in _EARLIER(accounts=list(account_ids), case=matter.case.pk):
        found[sanction.account_id].append(sanction)
    return found


Sanctions = Mapping[int, Sequence[Sanction]]
Cases = Mapping[int, Sequence[CaseLine]]

# The open ones are never crowded out by closed ones, nor one account's cases by another's.
_CASES = """
SELECT known.*, who.id AS account, (
    SELECT outcome FROM moderation_decision AS decision
    WHERE decision.case_id = known.id AND decision.state = 'in_force' ORDER BY decision.id DESC LIMIT 1
) AS outcome
FROM unnest(%(accounts)s::bigint[]) AS who(id)
CROSS JOIN LATERAL (
    SELECT known.id, known.ground, known.opened_at, known.state FROM moderation_caseparty AS part
    JOIN moderation_case AS known ON known.id = part.case_id
    WHERE part.account_id = who.id AND part.is_actor AND part.case_id <> %(this)s AND {seen}
    ORDER BY known.state = 'closed', known.id DESC LIMIT %(most)s
) AS known
"""


def _cases(matter: Matter, account_ids: Sequence[int], sanctions: Sanctions, viewer: Actor) -> Cases:
    """Other cases in which each did something and that this person may see, one more than is shown."""
    asked: dict[str, Any] = {"accounts": list(account_ids), "this": matter.case.pk, "most": MOST_CASES + 1}
    asked |= seen_values(viewer)
    found: dict[int, list[CaseLine]] = defaultdict(list)
    for case in Case.objects.raw(_CASES.format(seen=seen_in_sql(viewer, "part.case_id")), asked):
        given = [s.measure.label for s in sanctions[case.account] if s.case_id == case.pk]  # type: ignore[attr-defined]
        found[case.account].append(_case_line(case, given))  # type: ignore[attr-defined]
    for lines in found.values():
        lines.sort(key=lambda line: (not line.is_open, -line.case_id))
    return found


def _case_line(case: Case, given: Iterable[str]) -> CaseLine:
    return CaseLine(
        case_id=case.pk,
        ground=Ground(case.ground).label,
        opened_at=case.opened_at,
        is_open=case.state != CaseState.CLOSED,
        is_to_be_decided=case.state == CaseState.OPEN,
        outcome=_outcome(case, " and ".join(dict.fromkeys(label.lower() for label in given))),
    )


def _outcome(case: Case, given: str) -> str:
    if case.state == CaseState.OPEN:
        return "not decided yet"
    if case.state == CaseState.PROPOSED:
        return "waits for a second person"
    decided: str = case.outcome  # type: ignore[attr-defined]
    return "no violation" if decided == Outcome.NO_VIOLATION else given or "nothing against this account"


class _People:
    """Turns the parties of a case into what is shown of them."""

    def __init__(
        self,
        matter: Matter,
        linked: Sequence[Account],
        sanctions: Sanctions,
        cases: Cases,
        notes: Mapping[int | None, Notes],
    ) -> None:
        self.matter, self.linked, self.sanctions, self.cases, self.notes = matter, linked, sanctions, cases, notes
        self.places = ladder_places(matter, sanctions)
        self.learnt = learning_of(list(matter.accounts))

    def party(self, party: CaseParty) -> Party:
        account = party.account
        status = AccountStatus(account.status)
        cases = self.cases.get(account.pk, ())
        others = [one for one in self.linked if account.person and one.person == account.person]
        return Party(
            account_id=account.pk,
            name=account.display_name,
            is_actor=party.is_actor,
            is_teen=account.is_teen,
            words=account_words(account),
            badges=badge_words(account),
            status=status.label,
            is_on_break=status.is_break,
            standing=standing_words(account),
            record=_record(self.sanctions[account.pk]),
            ladder=self.places[account.pk],
            checked_in=self._checked_in(account),
            learning=self.learnt[account.pk],
            notes=self.notes[account.pk],
            cases=tuple(cases[:MOST_CASES]),
            has_more_cases=len(cases) > MOST_CASES,
            together=self._together([account, *others]),
        )

    def _checked_in(self, account: Account) -> CheckIn | None:
        if account.checked_in_at is None and account.role == AccountRole.MEMBER:
            return None
        since = account.counted_from if AccountRole(account.role) in self.matter.policy.check_in_every else None
        return check_in(account.checked_in_at, now=self.matter.now, since=since)

    def _together(self, accounts: Iterable[Account]) -> int:
        """Those that can be decided: not one that waits for its second signature."""
        lines = [line for account in accounts for line in self.cases.get(account.pk, ())]
        return len({line.case_id for line in lines if line.is_to_be_decided})


def account_words(account: Account) -> str:
    """«Listener, adult, since Feb 2025»"""
    words = [word for word in (account.role, account.age_group) if word != "unknown"]
    since = [f"since {account.joined_at:%b %Y}"] if account.joined_at else []
    said = ", ".join([*(words or ["role and age unknown"]), *since])
    return said[0].upper() + said[1:]


def badge_words(account: Account) -> str:
    """«Teen badge, Verified»; empty without any."""
    names = ["Teen badge" if badge == TEEN_BADGE else badge.replace("_", " ").capitalize() for badge in account.badges]
    return ", ".join(names)


def standing_words(account: Account) -> str:
    """«Suspended until 8 Mar 2026, Teen badge on hold»; empty: nothing against it."""
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
