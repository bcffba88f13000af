"""What placing, answering and ending an interim hold share.

Not operations: the caller holds the transaction and the locks, in the order of everyone: case, account, sanction.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from accounts import SYSTEM, Actor, audit
from accounts.models import User
from moderation.domain import holding
from moderation.domain.policy import InterimHold, Measure
from moderation.domain.priority import with_hold
from moderation.domain.vocabulary import EndedBy, Ground, HoldState, Lane, SanctionKind, SanctionState
from moderation.domain.wording import Told, notice
from moderation.models import Account, Case, Decision, Finding, Hold, Label, PolicyVersion, Sanction
from moderation.operations import standings

RANKED = ["priority", "reasons"]


def place(cases: Collection[Case], version: PolicyVersion, now: datetime) -> None:
    """Hold the teen badge of whoever shared contact with a teen in one of these cases with a score that is enough.

    The cases are locked, and no account is yet. Held once: what somebody has lifted is held again for a new finding
    only. The platform is told at once.
    """
    rule = version.policy.interim_hold
    if not rule.is_on:
        return
    found = {case: _sharing(case, rule) for case in cases if case.teen and case.score >= rule.above}
    accounts = {one.pk: one for one in standings.lock_accounts(pk for scores in found.values() for pk in scores)}
    placed = [
        _hold(case, account, scores[account.pk], version, now)
        for case, scores in found.items()
        for account in map(accounts.__getitem__, sorted(scores))
        if account.holds_teen_badge
    ]
    standings.settle({hold.account_id: accounts[hold.account_id] for hold in placed}.values())
    for case in {hold.case for hold in placed}:
        rank(case)
        case.save(update_fields=RANKED)
    for hold in placed:
        audit.record(
            "hold.placed",
            actor=SYSTEM,
            target=hold,
            policy_version=version.number,
            case=hold.case_id,
            account=hold.account_id,
            score=hold.score,
        )


def rank(case: Case) -> None:
    """Put the case on top of the queue while a badge is held in it, and say why; unsaved."""
    words = holding.why_first(
        holding.Standing(HoldState(hold.state), hold.held_at, hold.confirm_by, hold.escalated_at is not None)
        for hold in case.holds.open()
    )
    case.priority, case.reasons = with_hold(case.priority, case.reasons, words)


def raise_to_seniors(case: Case) -> None:
    """Into their lane, unless it was raised as something more pressing; it waits no longer. Saved."""
    case.lane = Lane.SENIOR if case.lane == Lane.ORDINARY else case.lane
    case.waits_until = case.handed_to = None
    case.save(update_fields=["lane", "waits_until", "handed_to", *RANKED])


def keeps_seniors(case: Case) -> bool:
    """Whether nobody has answered in time what the seniors were told about this case."""
    unanswered = case.decisions.filter(state="proposed", escalated_at__isnull=False)
    return case.holds.escalated().exists() or unanswered.exists()


def accounts_of(case: Case) -> set[int]:
    """The accounts whose badge is held in it, to be locked."""
    return set(case.holds.open().values_list("account_id", flat=True))


def held_in(case: Case) -> list[Hold]:
    """The holds that keep a badge now, locked with their sanctions. Their accounts are locked already."""
    holds = case.holds.open().select_related("sanction", "account").order_by("pk")
    return list(holds.select_for_update(of=("self", "sanction"), no_key=True))


def confirm_with(decision: Decision, held: Iterable[Hold], person: User, now: datetime) -> None:
    """A proposal answers the holds that wait: its second signature decides what becomes of them."""
    for hold in held:
        if hold.state == HoldState.WAITING:
            hold.confirm(person, now, with_decision=decision)


def unsaid(decision: Decision, held: Iterable[Hold]) -> list[Hold]:
    """The holds of which the decision does not say what becomes of them."""
    return [hold for hold in held if hold.account_id not in {*_removed(decision), *decision.gives_back}]


def end_with(decision: Decision, held: Iterable[Hold], *, actor: Actor, not_before: datetime, now: datetime) -> None:
    """What a decision that comes into force makes of the holds. The caller settles the accounts."""
    removed = _removed(decision)
    for hold in held:
        if hold.account_id in removed:
            standings.end(hold.sanction, actor=actor, how=EndedBy.REPLACEMENT, reason="", now=now)
        elif hold.account_id in decision.gives_back:
            reason = "Given back with the decision of the case."
            standings.end(hold.sanction, actor=actor, how=EndedBy.LIFTING, reason=reason, now=now)
            standings.announce_end(hold.sanction, not_before=not_before, cause=f"decision:{decision.pk}")


def take_back(decision: Decision, *, was_in_force: bool) -> None:
    """A decision is undone: the badges that it gave back are held as before, and what it confirmed waits again."""
    if was_in_force:
        for account_id in decision.gives_back:
            standings.resume(decision.case.holds.select_related("sanction").filter(account=account_id).latest("pk"))
    else:
        for hold in decision.case.holds.filter(state=HoldState.CONFIRMED, confirmed_with=decision):
            hold.wait(hold.confirm_by)
    rank(decision.case)
    decision.case.save(update_fields=RANKED)


def wait_anew(held: Iterable[Hold], until: datetime) -> None:
    """A proposal was refused: somebody has to confirm or lift anew what it had confirmed."""
    for hold in held:
        if hold.state == HoldState.CONFIRMED:
            hold.wait(until)


def _removed(decision: Decision) -> set[int]:
    removals = decision.sanctions.filter(kind=SanctionKind.TEEN_BADGE_REMOVAL)
    return set(removals.exclude(state=SanctionState.UNDONE).values_list("account_id", flat=True))


def _sharing(case: Case, rule: InterimHold) -> dict[int, float]:
    """By account, the best score of what it shared with a teen and nobody has lifted a hold for; not yet locked."""
    wrong = Label.objects.filter(case=case, finding__isnull=False, withdrawn_at=None).values("finding")
    shared = case.findings.filter(rule=Ground.CONTACT_SHARED, score__gte=rule.above).exclude(pk__in=wrong)
    present = [party.account for party in case.parties.select_related("account")]
    by_id = {account.pk: account for account in present}
    earlier = {hold.account_id: hold for hold in case.holds.select_related("sanction").order_by("pk")}
    scores: dict[int, float] = {}
    for finding in shared.order_by("score"):
        if by_id[finding.actor_id].reaches_teen(present) and _is_news(finding, earlier.get(finding.actor_id)):
            scores[finding.actor_id] = finding.score
    return scores


def _is_news(finding: Finding, earlier: Hold | None) -> bool:
    """Whether somebody who answered the earlier hold did not know of it. While the badge is held nothing is."""
    ended = earlier.sanction.ended_at if earlier else None
    return earlier is None or (ended is not None and finding.found_at > ended)


def _hold(case: Case, account: Account, score: float, version: PolicyVersion, now: datetime) -> Hold:
    policy = version.policy
    ground = Ground.CONTACT_SHARED
    sanction = Sanction.objects.create(
        account=account,
        case=case,
        kind=SanctionKind.TEEN_BADGE_HOLD,
        state=SanctionState.IN_FORCE,
        ground=ground,
        starts_at=now,
        policy_version=version,
        clause=policy.teen_clause.code,
        reason=f"Held by Haven itself until a person has looked: the pre-screen gives it {score:.2f}.",
        notice=notice(
            Measure(SanctionKind.TEEN_BADGE_HOLD),
            Told(account.display_name, (ground,), policy.teen_clause.text, template="interim"),
            policy,
            now=now,
        ),
    )
    standings.announce(sanction, not_before=now, cause=f"hold:{sanction.pk}")
    return Hold.objects.create(
        sanction=sanction,
        case=case,
        account=account,
        score=score,
        held_at=now,
        confirm_by=now + policy.interim_hold.confirm_in,
    )
