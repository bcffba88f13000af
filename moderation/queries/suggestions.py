"""What the policy suggests for each account that a decision on a case can reach. Must not know how it is shown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from moderation.domain.answers import Charge
from moderation.domain.ladder import Act, PastSanction, Rung, Suggestion, rung, suggest
from moderation.domain.planning import Candidate
from moderation.domain.vocabulary import Ground, SanctionKind
from moderation.models import Account, Sanction
from moderation.queries.matters import Matter

History = Mapping[int, Sequence[Sanction]]
NOTHING_LEFT = "Every finding was marked as wrong and nobody reported anything: nothing is left to suggest this for."


def ladder_places(matter: Matter, sanctions: History) -> Mapping[int, Rung]:
    """Where each party stands on the ladder of what it did; whoever did nothing, of what the case is about."""
    deeds = _deeds(matter)
    return {
        pk: rung(deeds.main(account), _past(sanctions[pk]), matter.policy, now=matter.now)
        for pk, account in matter.accounts.items()
    }


def nothing_is_left(matter: Matter) -> bool:
    """Whether people have marked all that the case is about as wrong."""
    return bool(matter.wrong) and not (matter.upheld or matter.reports or matter.referrals)


def candidates(matter: Matter, linked: Sequence[Account], sanctions: History, *, named: bool) -> Iterator[Candidate]:
    """The parties, then the linked accounts that the policy reaches: without their names unless `named`.

    Of whoever nothing is left once what was marked as wrong is taken away, nothing is suggested.
    """
    deeds = _deeds(matter)
    cleared = {finding.actor_id for finding in matter.findings if finding.pk in matter.wrong} - deeds.accounts.keys()
    actors = {party.account_id for party in matter.parties if party.is_actor} - cleared
    for account in matter.accounts.values():
        main, done = deeds.main(account), deeds.of(account)
        found = done or ([main] if account.pk in actors else [])
        suggestions = {ground: _suggestion(matter, account, ground, sanctions) for ground in (main, *found)}
        yield Candidate(
            account.pk,
            account.display_name,
            suggestions[main],
            charges=(*(Charge(suggestions[ground]) for ground in found), *_there(matter, account, found, sanctions)),
            holds_teen_badge=account.holds_teen_badge,
            is_suggested=bool(found),
        )
    reached = [account for account in linked if deeds.of(account)]
    for number, account in enumerate(reached, start=1):
        charges = tuple(Charge(_suggestion(matter, account, ground, sanctions)) for ground in deeds.of(account))
        yield Candidate(
            account.pk,
            account.display_name if named else f"Linked account {number}",
            charges[0].suggestion,
            charges=charges,
            holds_teen_badge=account.holds_teen_badge,
            is_suggested=True,
            is_linked=True,
            is_nameless=not named,
        )


def _there(matter: Matter, account: Account, found: Iterable[Ground], sanctions: History) -> Iterator[Charge]:
    """Contact off the site takes two: whoever was there can be decided about, though nothing was found of them."""
    about = {Ground(ground) for ground in (matter.case.ground, *matter.case.grounds)}
    if Ground.OFFSITE_CONTACT in about and Ground.OFFSITE_CONTACT not in found:
        yield Charge(_suggestion(matter, account, Ground.OFFSITE_CONTACT, sanctions), is_found=False)


def _suggestion(matter: Matter, account: Account, ground: Ground, sanctions: History) -> Suggestion:
    act = Act(
        ground=ground,
        to_teen=account.reaches_teen(matter.accounts.values()),
        holds_teen_badge=account.holds_teen_badge,
    )
    suggestion = suggest(act, _past(sanctions[account.pk]), matter.policy, now=matter.now)
    return replace(suggestion, why=NOTHING_LEFT) if nothing_is_left(matter) else suggestion


def _past(sanctions: Iterable[Sanction]) -> list[PastSanction]:
    return [PastSanction(Ground(s.ground), SanctionKind(s.kind), s.starts_at) for s in sanctions if s.starts_at]


@dataclass(frozen=True, slots=True)
class _Deeds:
    """What each account, and each person, was found or reported to have done; what was marked as wrong is no deed."""

    matter: Matter
    accounts: Mapping[int, set[Ground]]
    persons: Mapping[str, set[Ground]]

    def of(self, account: Account) -> list[Ground]:
        """What the account can be held to: its own, and what reaches all accounts of its person; weightiest first."""
        reaching = {ground for ground in self._person(account) if self.matter.policy.grounds[ground].all_accounts}
        return sorted(self.accounts.get(account.pk, set()) | reaching, key=self._weight, reverse=True)

    def main(self, account: Account) -> Ground:
        """What weighs most of what it did, else of what its person did, else of what is left of the case."""
        own = self.accounts.get(account.pk) or self._person(account) or self.left
        return max(own, key=self._weight)

    @property
    def left(self) -> set[Ground]:
        """What the case is about; once a finding was marked as wrong, what else was found or reported."""
        others = set().union(*self.accounts.values()) if self.matter.wrong else set()
        return others or {Ground(self.matter.case.ground)}

    def _person(self, account: Account) -> set[Ground]:
        return self.persons.get(account.person, set()) if account.person else set()

    def _weight(self, ground: Ground) -> tuple[int, str]:
        return self.matter.policy.grounds[ground].severity, ground


def _deeds(matter: Matter) -> _Deeds:
    accounts: dict[int, set[Ground]] = defaultdict(set)
    for finding in matter.upheld:
        accounts[finding.actor_id].add(Ground(finding.rule))
    for report in matter.reports:
        accounts[report.reported_id].add(Ground(report.reason))
    for referral in matter.referrals:
        if referral.account_id is not None:
            accounts[referral.account_id].add(Ground(referral.ground))
    persons: dict[str, set[Ground]] = defaultdict(set)
    for pk, grounds in accounts.items():
        if pk in matter.accounts:
            persons[matter.accounts[pk].person] |= grounds
    return _Deeds(matter, dict(accounts), dict(persons))
