"""What a person decides, as values, and the sentences that say why it cannot be so."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from moderation.domain.answers import Place
from moderation.domain.policy import Measure, Policy
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Ground, Outcome, SanctionKind
from moderation.models import Account, Hold


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure against one account, with the clause it rests on and the notice that the person will read."""

    account_id: int
    ground: Ground
    measure: Measure
    notice: str
    clause: str  # its code in the policy
    also: tuple[Ground, ...] = ()  # further grounds that it stands for
    after_check_in: bool = False  # its time alone does not end it

    @property
    def code(self) -> str:
        """For the record: «12:suspension:7», «12:suspension:7+check_in»."""
        return f"{self.account_id}:{self.measure.code}{'+check_in' if self.after_check_in else ''}"

    @property
    def grounds(self) -> tuple[Ground, ...]:
        return (self.ground, *self.also)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that one decision says. `key` is made with the form, so that sending the form twice decides once.

    `cleared` says of which account nothing was found on which ground, where the person went through them one by one.
    """

    key: UUID
    outcome: Outcome
    grounds: tuple[Ground, ...]
    sanctions: tuple[Measured, ...]
    note: str
    seen_version: int
    lease_token: int
    cleared: tuple[Place, ...] = ()
    reasons: tuple[str, ...] = ()
    gives_back: tuple[int, ...] = ()  # the accounts whose held badge is given back

    def check(self) -> None:
        """Raise Refused when the parts contradict each other, whatever the case."""
        if self.outcome is Outcome.NO_VIOLATION and (self.sanctions or self.grounds):
            raise Refused("“No violation” goes with no ground and no sanction: take them away, or choose an outcome.")
        if self.outcome is Outcome.NO_VIOLATION and self.reasons:
            raise Refused("Reasons belong to a sanction: untick them, or choose what is to be done.")
        if self.outcome is Outcome.SANCTIONED and not self.sanctions:
            raise Refused("Choose at least one sanction, or decide that there is no violation.")
        if {ground for s in self.sanctions for ground in s.grounds} - set(self.grounds):
            raise Refused("Every sanction needs a ground that the decision upholds.")
        if any(s.measure.kind is SanctionKind.TEEN_BADGE_HOLD for s in self.sanctions):
            raise Refused("A hold is placed by Haven itself while a removal waits; choose the removal.")
        if {(s.account_id, ground) for s in self.sanctions for ground in s.grounds} & set(self.cleared):
            raise Refused("An account is sanctioned and cleared on the same ground: choose one of the two.")
        if any(not s.notice.strip() for s in self.sanctions):
            raise Refused("Every sanction needs a notice: the person has to read what was decided and why.")
        if set(self.gives_back) & self.removed:
            raise Refused("A badge is removed and given back: choose one of the two.")
        if any(s.after_check_in and not s.measure.ends_by_itself for s in self.sanctions):
            raise Refused("Only a suspension with an end can wait for a check-in.")
        once = {(s.account_id, s.measure.kind) for s in self.sanctions}
        if len(once) < len(self.sanctions):
            raise Refused("An account can get each kind of sanction only once in a decision.")

    @property
    def removed(self) -> set[int]:
        """The accounts that lose the teen badge."""
        return {s.account_id for s in self.sanctions if s.measure.kind is SanctionKind.TEEN_BADGE_REMOVAL}


def check_holds(verdict: Verdict, held: Iterable[Hold]) -> None:
    """Raise Refused unless it says what becomes of every held badge. No violation gives each of them back."""
    if verdict.outcome is Outcome.NO_VIOLATION:
        return
    unsaid = [
        hold.account.display_name for hold in held if hold.account_id not in {*verdict.gives_back, *verdict.removed}
    ]
    if unsaid:
        raise Refused(
            f"The teen badge of {', '.join(unsaid)} is held. Say what becomes of it: tick that it is given back, or"
            " choose its removal."
        )


def check_policy(verdict: Verdict, policy: Policy, *, grounds: Collection[Ground]) -> None:
    """Raise Refused when the verdict rests on what the policy in force does not say. `grounds`: those of the case."""
    for said in verdict.sanctions:
        if said.clause not in policy.clauses_of(said.ground):
            raise Refused(
                f"Every sanction rests on a clause of the policy, and “{said.clause}” is none for"
                f" {said.ground.label.lower()}. Reload the page."
            )
    known = {reason.code for reason in policy.reasons_of([*grounds, *verdict.grounds])}
    if unknown := set(verdict.reasons) - known:
        raise Refused(f"The policy has no reason “{min(unknown)}” for what this case is about. Reload the page.")


def check_accounts(verdict: Verdict, reachable: Sequence[Account]) -> None:
    """Raise Refused when the verdict is about an account that the case does not reach, or that cannot have it."""
    by_id = {account.pk: account for account in reachable}
    if any(account_id not in by_id for account_id, _ in verdict.cleared):
        raise Refused("The decision clears an account that has no part in this case. Reload the page.")
    for said in verdict.sanctions:
        account = by_id.get(said.account_id)
        if account is None:
            raise Refused("A sanction is for an account that has no part in this case. Reload the page.")
        removal = said.measure.kind is SanctionKind.TEEN_BADGE_REMOVAL
        if removal and not account.holds_teen_badge:
            raise Refused(f"{account.display_name} holds no teen badge, so there is none to remove.")
