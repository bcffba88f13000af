"""What the policy suggests for each account that a decision on a case can reach. Must not know how it is shown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from moderation.domain.ladder import Act, PastSanction, Rung, Suggestion, rung, suggest
from moderation.domain.planning import Candidate
from moderation.domain.vocabulary import Ground, SanctionKind
from moderation.models import Account, Sanction
from moderation.queries.matters import Matter

History = Mapping[int, Sequence[Sanction]]


def ladder_places(matter: Matter, sanctions: History) -> Mapping[int, Rung]:
    """Where each party stands on the ladder of what it did; whoever did nothing, of what the case is about."""
    grounds = _grounds(matter)
    case_ground = Ground(matter.case.ground)
    return {
        pk: rung(grounds.get(pk, case_ground), _past(sanctions[pk]), matter.policy, now=matter.now)
        for pk in matter.accounts
    }


def candidates(matter: Matter, linked: Sequence[Account], sanctions: History, *, named: bool) -> Iterator[Candidate]:
    """The parties, then the linked accounts that the policy reaches: without their names unless `named`."""
    suggestions = _suggestions(matter, linked, sanctions)
    actors = {party.account_id for party in matter.parties if party.is_actor} - _cleared(matter)
    for account in matter.accounts.values():
        yield Candidate(
            account.pk,
            account.display_name,
            suggestions[account.pk],
            holds_teen_badge=account.holds_teen_badge,
            is_suggested=account.pk in actors,
        )
    reached = [account for account in linked if suggestions[account.pk].all_accounts]
    for number, account in enumerate(reached, start=1):
        yield Candidate(
            account.pk,
            account.display_name if named else f"Linked account {number}",
            suggestions[account.pk],
            holds_teen_badge=account.holds_teen_badge,
            is_suggested=not nothing_is_left(matter),
            is_linked=True,
            is_nameless=not named,
        )


def _suggestions(matter: Matter, linked: Iterable[Account], sanctions: History) -> Mapping[int, Suggestion]:
    """One for every account that the decision can reach, by what weighs most of what it did.

    A linked account is suggested for what its person did; whoever did nothing, for what the case is about.
    """
    grounds = _grounds(matter)
    person = {matter.accounts[pk].person: grounds[pk] for pk in grounds if matter.accounts[pk].person}
    is_changed = bool(matter.wrong and grounds)
    case_ground = _weightiest(grounds.values(), matter) if is_changed else Ground(matter.case.ground)
    found = {}
    for account in [*matter.accounts.values(), *linked]:
        ground = grounds.get(account.pk) or person.get(account.person) or case_ground
        act = Act(
            ground=ground,
            to_teen=account.reaches_teen(matter.accounts.values()),
            holds_teen_badge=account.holds_teen_badge,
        )
        suggestion = suggest(act, _past(sanctions[account.pk]), matter.policy, now=matter.now)
        found[account.pk] = replace(suggestion, why=NOTHING_LEFT) if nothing_is_left(matter) else suggestion
    return found


def _past(sanctions: Iterable[Sanction]) -> list[PastSanction]:
    return [PastSanction(Ground(s.ground), SanctionKind(s.kind), s.starts_at) for s in sanctions if s.starts_at]


NOTHING_LEFT = "Every finding was marked as wrong and nobody reported anything: nothing is left to suggest this for."


def nothing_is_left(matter: Matter) -> bool:
    """Whether people have marked all that the case is about as wrong."""
    return bool(matter.wrong) and not (matter.upheld or matter.reports or matter.referrals)


def _cleared(matter: Matter) -> set[int]:
    """Those of whom nothing is left once what was marked as wrong is taken away."""
    return {f.actor_id for f in matter.findings if f.pk in matter.wrong} - _grounds(matter).keys()


def _grounds(matter: Matter) -> Mapping[int, Ground]:
    """What weighs most of all that each account was found or reported to have done. A finding that a person has marked
    as wrong does not count."""
    done: dict[int, set[Ground]] = defaultdict(set)
    for finding in matter.upheld:
        done[finding.actor_id].add(Ground(finding.rule))
    for report in matter.reports:
        done[report.reported_id].add(Ground(report.reason))
    for referral in matter.referrals:
        if referral.account_id is not None:
            done[referral.account_id].add(Ground(referral.ground))
    return {pk: _weightiest(grounds, matter) for pk, grounds in done.items() if pk in matter.accounts}


def _weightiest(grounds: Iterable[Ground], matter: Matter) -> Ground:
    return max(grounds, key=lambda ground: (matter.policy.grounds[ground].severity, ground))
