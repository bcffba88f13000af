"""One appeal as its hearer sees it: the matter alone first, then what was decided and why. Must not know HTTP.

Until a person has written a first view, nothing that leaves this module says what was decided, why or by whom.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from accounts import Actor
from accounts.models import User
from accounts.roles import Capability, Role
from moderation.domain.appeals import Addressed, Appealed, Others
from moderation.domain.ladder import STEPS
from moderation.domain.policy import measure_from_code
from moderation.domain.refusals import Missing
from moderation.domain.vocabulary import AppealState, Ground, SanctionKind
from moderation.domain.wording import day
from moderation.models import Appeal, Case, Sanction, clock
from moderation.permissions import may_hear, require, require_sight_of
from moderation.queries.appeals import LINKED, name_for
from moderation.queries.matters import Matter, matter_of
from moderation.queries.notes import latest_notes
from moderation.queries.parties import Party, involved
from moderation.queries.reports import Told, told
from moderation.queries.transcripts import Transcript, transcript

_BADGE_KINDS = (SanctionKind.TEEN_BADGE_HOLD, SanctionKind.TEEN_BADGE_REMOVAL)


@dataclass(frozen=True, slots=True)
class Look:
    """What an independent look has before it: what was said, told and done before. Nothing of the decision."""

    transcript: Transcript
    told: Told
    party: Party | None  # whoever appeals; None: an account that has no part in the case itself


@dataclass(frozen=True, slots=True)
class View:
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Rationale:
    """What was decided and why, by roles instead of names."""

    measure: str
    standing: str  # «in force until 3 March 2026»
    decided_at: datetime
    proposer_role: str
    approver_role: str  # empty: nobody had to approve it
    reasons: tuple[str, ...]
    note: str
    answer_note: str
    reason: str
    notice: str


@dataclass(frozen=True, slots=True)
class Ruled:
    """What came of it."""

    outcome: AppealState
    became: str  # «Suspension, 30 days became Suspension, 7 days»
    reply: str
    hearer: str
    heard_at: datetime
    undo_until: datetime | None  # as long as this person can undo it


@dataclass(frozen=True, slots=True)
class HearingPage:
    appeal_id: int
    case_id: int
    account: str
    is_teen: bool
    ground: str
    clause: str
    policy_version: int
    text: str
    by_link: bool
    received_at: datetime
    due_at: datetime
    now: datetime
    may_hear: bool
    state: AppealState
    look: Look | None
    view: View | None  # this person's own
    rationale: Rationale | None
    ruled: Ruled | None
    appealed: Appealed
    others: Others
    to: Addressed
    stamp: str
    undo_seconds: int

    @property
    def stance(self) -> str:
        """What this person can do here now: «view», «decide», «decided», or «apart» for whoever had a part in it."""
        if self.state is not AppealState.OPEN:
            return "decided"
        if not self.may_hear:
            return "apart"
        return "decide" if self.view else "view"


def hearing_page(appeal_id: int, *, viewer: Actor) -> HearingPage:
    """A constant number of queries. Raises Missing, and NotPermitted for whoever does not hear appeals."""
    require(viewer, Capability.HEAR_APPEALS)
    appeal = _appeal(appeal_id)
    require_sight_of(viewer, appeal.sanction.case_id, what="appeal")
    sanction, now = appeal.sanction, clock.now()
    case = Case.objects.select_related("conversation", "subject", "handed_to").get(pk=sanction.case_id)
    matter = _independent(matter_of(case, now=now, is_revealed=False))
    hears = may_hear(viewer, appeal)
    state = AppealState(appeal.state)
    view = appeal.first_views.filter(person_id=viewer.actor_id).first()
    may_know = state is not AppealState.OPEN or (hears and view is not None)
    policy, ground = sanction.policy_version.policy, Ground(sanction.ground)
    clause = policy.clauses_of(ground)[sanction.clause]
    account = sanction.account
    name = name_for(viewer, account.display_name, is_party=account.pk in matter.accounts)
    return HearingPage(
        appeal_id=appeal.pk,
        case_id=case.pk,
        account=name,
        is_teen=account.is_teen and name != LINKED,
        ground=ground.label,
        clause=clause.text,
        policy_version=sanction.policy_version.number,
        text=appeal.text,
        by_link=appeal.by_link,
        received_at=appeal.received_at,
        due_at=appeal.due_at,
        now=now,
        may_hear=hears,
        state=state,
        look=_look(matter, sanction, viewer) if hears else None,
        view=View(view.text, view.written_at) if view else None,
        rationale=_rationale(sanction) if may_know else None,
        ruled=_ruled(appeal, viewer, now) if state is not AppealState.OPEN else None,
        appealed=appeal.appealed,
        others=_others(sanction, matter),
        to=Addressed(account.display_name, ground, clause.text),
        stamp=appeal.stamp,
        undo_seconds=int(matter.policy.undo_window.total_seconds()),
    )


def _appeal(appeal_id: int) -> Appeal:
    sanctions = ("account", "decision__policy_version", "policy_version", "proposer", "approver")
    people = Appeal.objects.select_related("hearer", *(f"sanction__{name}" for name in sanctions))
    appeal = people.filter(pk=appeal_id).first()
    if appeal is None:
        raise Missing("There is no such appeal.")
    return appeal


def _independent(matter: Matter) -> Matter:
    """As the pre-screen and the reporters left it: labels are people's words, and name them."""
    return replace(matter, labels=())


def _look(matter: Matter, sanction: Sanction, viewer: Actor) -> Look:
    people = involved(matter, latest_notes(matter, viewer=viewer), viewer=viewer).parties
    party = next((party for party in people if party.account_id == sanction.account_id), None)
    return Look(transcript(matter), told(matter), party)


def _rationale(sanction: Sanction) -> Rationale:
    decision = sanction.decision
    if decision is None:
        raise Missing("Nobody decided this hold: there is nothing to hear.")
    policy = decision.policy_version.policy
    labels = {reason.code: reason.label for reason in policy.reasons_of(policy.grounds)}
    return Rationale(
        measure=sanction.measure.label,
        standing=_standing(sanction),
        decided_at=decision.decided_at,
        proposer_role=_role(sanction.proposer),
        approver_role=_role(sanction.approver) if sanction.approver else "",
        reasons=tuple(labels.get(code, code) for code in decision.reasons),
        note=decision.note,
        answer_note=decision.answer_note,
        reason=sanction.reason,
        notice=sanction.notice,
    )


def _role(person: User | None) -> str:
    return Role(person.role).label if person else "Haven itself"


def _standing(sanction: Sanction) -> str:
    if sanction.ended_at is not None:
        return f"over since {day(sanction.ended_at)}"
    return f"in force until {day(sanction.ends_at)}" if sanction.ends_at else "in force until further notice"


def _ruled(appeal: Appeal, viewer: Actor, now: datetime) -> Ruled:
    assert appeal.hearer is not None
    assert appeal.heard_at is not None
    is_own = appeal.hearer_id == viewer.actor_id
    return Ruled(
        outcome=AppealState(appeal.state),
        became=_became(appeal),
        reply=appeal.reply,
        hearer="you" if is_own else appeal.hearer.name,
        heard_at=appeal.heard_at,
        undo_until=appeal.undo_until if is_own and appeal.can_be_undone(now) else None,
    )


def _became(appeal: Appeal) -> str:
    before, after = (_measure_label(kept) for kept in (appeal.before, appeal.after))
    return f"{before} became {after[0].lower()}{after[1:]}" if before != after else before


def _measure_label(kept: dict[str, object]) -> str:
    code = str(kept["kind"])
    if code == SanctionKind.SUSPENSION:
        code += f":{'permanent' if kept['permanent'] else kept['days'] or 'open'}"
    return measure_from_code(code).label


def _others(sanction: Sanction, matter: Matter) -> Others:
    """What else stands against the account. One query."""
    counted = list(Sanction.objects.that_counted().filter(account=sanction.account_id))
    in_force = [other for other in counted if other.ended_at is None and other.pk != sanction.pk]
    since = matter.now - matter.policy.ladder_window
    steps = [one for one in counted if one.kind in STEPS and one.ground == sanction.ground]
    earlier = sum(one.starts_at is not None and one.starts_at >= since for one in steps)
    return Others(
        suspended=any(other.kind == SanctionKind.SUSPENSION for other in in_force),
        badge_withheld=any(other.kind in _BADGE_KINDS for other in in_force),
        earlier=earlier,
    )
