"""What a person decides, as values, and the sentences that say why it cannot be so."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from moderation.domain.policy import Measure
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Ground, Outcome, SanctionKind
from moderation.models import Account


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure against one account, with the notice that the person will read."""

    account_id: int
    ground: Ground
    measure: Measure
    notice: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that one decision says. `key` is made with the form, so that sending the form twice decides once."""

    key: UUID
    outcome: Outcome
    grounds: tuple[Ground, ...]
    sanctions: tuple[Measured, ...]
    note: str
    seen_version: int
    lease_token: int

    def check(self) -> None:
        """Raise Refused when the parts contradict each other, whatever the case."""
        if self.outcome is Outcome.NO_VIOLATION and (self.sanctions or self.grounds):
            raise Refused("“No violation” goes with no ground and no sanction: take them away, or choose an outcome.")
        if self.outcome is Outcome.SANCTIONED and not self.sanctions:
            raise Refused("Choose at least one sanction, or decide that there is no violation.")
        if {s.ground for s in self.sanctions} - set(self.grounds):
            raise Refused("Every sanction needs a ground that the decision upholds.")
        if any(s.measure.kind is SanctionKind.TEEN_BADGE_HOLD for s in self.sanctions):
            raise Refused("A hold is placed by Haven itself while a removal waits; choose the removal.")
        if any(not s.notice.strip() for s in self.sanctions):
            raise Refused("Every sanction needs a notice: the person has to read what was decided and why.")
        once = {(s.account_id, s.measure.kind) for s in self.sanctions}
        if len(once) < len(self.sanctions):
            raise Refused("An account can get each kind of sanction only once in a decision.")


def check_accounts(verdict: Verdict, reachable: Sequence[Account]) -> None:
    """Raise Refused when a sanction is for an account that the case does not reach, or cannot have."""
    by_id = {account.pk: account for account in reachable}
    for said in verdict.sanctions:
        account = by_id.get(said.account_id)
        if account is None:
            raise Refused("A sanction is for an account that has no part in this case. Reload the page.")
        removal = said.measure.kind is SanctionKind.TEEN_BADGE_REMOVAL
        if removal and not account.holds_teen_badge:
            raise Refused(f"{account.display_name} holds no teen badge, so there is none to remove.")
