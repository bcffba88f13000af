"""The case page: everything that a person needs to decide, and where the case stands. Must not know HTTP or forms."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models.functions import Now

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.alike import why_alone
from moderation.domain.holding import Held
from moderation.domain.planning import Candidate, Choice, Setting, Wish
from moderation.domain.policy import Clause
from moderation.domain.vocabulary import CaseState, Ground, Severity
from moderation.models import Case, clock
from moderation.models.prepared import Prepared, Slot
from moderation.permissions import require, require_sight
from moderation.queries.heads import Head, head_of
from moderation.queries.holds import HoldShown, holds_of
from moderation.queries.matters import Matter, matter_of
from moderation.queries.notes import Notes, latest_notes
from moderation.queries.parties import Involved, Party, involved, reachable
from moderation.queries.proposals import DecisionShown, latest_decision
from moderation.queries.reports import Told, told
from moderation.queries.seen import SeenCase, seen_before
from moderation.queries.suggestions import nothing_is_left
from moderation.queries.surroundings import asked_for
from moderation.queries.transcripts import Transcript, transcript

RENEW_UNDER = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds the case. `token` is what a decision has to carry."""

    is_mine: bool
    holder: str  # empty: nobody
    expires_at: datetime | None
    token: int
    is_open: bool  # the case is: otherwise there is nothing to hold
    is_half_gone: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    case_id: int
    headline: str
    ground: Ground
    severity: Severity
    reasons: tuple[str, ...]
    state: CaseState
    opened_at: datetime
    due_at: datetime
    version: int
    now: datetime
    policy_version: int
    lease: Lease
    transcript: Transcript
    told: Told
    people: Involved
    notes: Notes  # about the case itself
    setting: Setting
    decision: DecisionShown | None  # the last one, if there was one
    can_work: bool
    may_read_answers: bool
    head: Head
    clauses: tuple[Clause, ...] = field(default=())
    with_alike: bool = False  # look-alikes of it can be dismissed together
    seen: tuple[SeenCase, ...] = ()  # other cases with the same contact
    at: int = 0  # the message where reading goes on
    holds: tuple[HoldShown, ...] = ()
    cluster_id: int | None = None  # the group in contact off the site that it belongs to
    group_size: int = 0
    nothing_left: bool = False  # every finding was marked as wrong, and nobody has reported anything

    @property
    def stance(self) -> str:
        """What this person can do here now: «decide», «take», «wait» while another holds it, «decided», «read»."""
        if self.state is not CaseState.OPEN:
            return "decided"
        if not self.can_work:
            return "read"
        if self.lease.is_mine:
            return "decide"
        return "wait" if self.lease.holder else "take"

    @property
    def may_label(self) -> bool:
        """Whether this person can say that a finding is wrong, or that one is missing."""
        return self.can_work and (self.lease.is_mine or not self.lease.holder)

    @property
    def actors(self) -> tuple[Party, ...]:
        return tuple(party for party in self.people.parties if party.is_actor) or self.people.parties[:1]

    @property
    def others(self) -> tuple[Party, ...]:
        return tuple(party for party in self.people.parties if party not in self.actors)

    @property
    def held(self) -> tuple[Held, ...]:
        """The accounts whose badge a decision has to say something of."""
        return tuple(Held(hold.account_id, hold.account) for hold in self.holds if hold.is_open)

    @property
    def suggested(self) -> tuple[Candidate, ...]:
        """Those whom the policy's suggestion is about: the actors, and linked accounts that it reaches."""
        candidates = self.people.candidates
        return tuple(candidate for candidate in candidates if candidate.is_suggested) or candidates[:1]

    @property
    def first_wish(self) -> Wish:
        """What stands chosen when the page is opened."""
        choice = Choice.NO_VIOLATION if self.nothing_left else Choice.SUGGESTED
        return Wish(choice, accounts=frozenset(candidate.account_id for candidate in self.suggested))


def case_page(case_id: int, *, viewer: Actor, is_revealed: bool = False) -> CasePage:
    """The page of one case. Raises Missing and NotPermitted.

    A constant number of queries. `is_revealed` shows contacts: record that first, with `reveal_contacts`.
    """
    require(viewer, Capability.READ_CASES)
    matter = matter_of(_case(case_id, viewer), now=clock.now(), is_revealed=is_revealed)
    notes = latest_notes(matter, viewer=viewer)
    case, people = matter.case, involved(matter, notes, viewer=viewer)
    return CasePage(
        case_id=case.pk,
        headline=case.headline,
        ground=Ground(case.ground),
        severity=Severity(case.severity),
        reasons=tuple(case.reasons),
        state=CaseState(case.state),
        opened_at=case.opened_at,
        due_at=case.due_at,
        version=case.version,
        now=matter.now,
        policy_version=matter.version.number,
        lease=lease_of(case, viewer, matter.now),
        transcript=transcript(matter, asked_for(case, viewer=viewer, now=matter.now)),
        told=told(matter),
        people=people,
        notes=notes[None],
        setting=Setting(matter.policy, Severity(case.severity), _who_hear(matter), matter.now),
        decision=latest_decision(case, viewer=viewer, now=matter.now),
        can_work=viewer.can(Capability.WORK_CASES),
        may_read_answers=viewer.can(Capability.READ_ANSWERS),
        head=head_of(matter, notes[None], viewer=viewer),
        clauses=_clauses(people),
        with_alike=viewer.can(Capability.WORK_CASES) and not why_alone(case, matter.policy, matter.now),
        seen=seen_before(case, viewer=viewer),
        holds=holds_of(case, viewer=viewer, now=matter.now),
        cluster_id=case.cluster_id,
        group_size=case.group_size,
        nothing_left=nothing_is_left(matter),
    )


def case_candidates(case_id: int, *, viewer: Actor) -> tuple[Candidate, ...]:
    """Those whom a decision can be about, as the page of the case has them, without the rest of it."""
    require(viewer, Capability.READ_CASES)
    return reachable(matter_of(_case(case_id, viewer), now=clock.now(), is_revealed=False), viewer=viewer)


def lease_of(case: Case, viewer: Actor, now: datetime) -> Lease:
    is_held = case.is_held(now)
    return Lease(
        is_mine=case.is_held_by(viewer.actor_id, now),
        holder=case.holder.name if is_held and case.holder else "",
        expires_at=case.lease_expires_at if is_held else None,
        token=case.lease_token,
        is_open=case.state == CaseState.OPEN,
        is_half_gone=is_held and case.lease_expires_at is not None and case.lease_expires_at - now < RENEW_UNDER,
    )


def case_lease(case_id: int, *, viewer: Actor) -> Lease:
    """The lease alone, for a page that asks every few seconds. Raises Missing."""
    require(viewer, Capability.READ_CASES)
    return lease_of(_case(case_id, viewer), viewer, clock.now())


def case_head(case_id: int, *, viewer: Actor) -> Head:
    """The head alone, when something in it has changed. Raises Missing."""
    require(viewer, Capability.READ_CASES)
    matter = matter_of(_case(case_id, viewer), now=clock.now(), is_revealed=False)
    return head_of(matter, latest_notes(matter, viewer=viewer)[None], viewer=viewer)


def own_case(viewer: Actor, *, besides: int) -> int | None:
    """The most urgent other case that this person holds already, to go on with before taking a new one."""
    return _HELD.first(holder=viewer.actor_id, besides=besides)


_HELD = Prepared(
    lambda: (
        Case.objects.open()
        .filter(holder=Slot("holder"), lease_expires_at__gt=Now())
        .exclude(pk=Slot("besides"))
        .most_urgent_first()
        .values_list("pk", flat=True)[:1]
    )
)
_CASE = Prepared(lambda: Case.objects.select_related("holder", "conversation", "handed_to").filter(pk=Slot("case")))


def _case(case_id: int, viewer: Actor) -> Case:
    return require_sight(viewer, _CASE.first(case=case_id))


def _who_hear(matter: Matter) -> int:
    """How many people hear what came of their reports: also those whose report repeats another."""
    return len({report.reporter_id for report in matter.reports})


def _clauses(people: Involved) -> tuple[Clause, ...]:
    """Each once, in the order of the candidates that the suggestion is about."""
    suggested = [c.suggestion.clause for c in people.candidates if c.is_suggested]
    return tuple(dict.fromkeys(suggested))
