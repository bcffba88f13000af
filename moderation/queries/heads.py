"""What stands at the head of a case: its lane, for whom and until when it waits, what people said of it last."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts import Actor
from accounts.models import User
from accounts.roles import CAPABILITIES, Capability
from moderation.domain import waiting
from moderation.domain.masking import Piece
from moderation.domain.vocabulary import Lane, Severity
from moderation.domain.waiting import Until
from moderation.models import Case, Escalation, Skip
from moderation.models.prepared import Prepared, Slot
from moderation.queries.matters import Matter
from moderation.queries.notes import Notes

SHOWN = 3  # remarks: the latest
MOST_COLLEAGUES = 500
TO_RAISE = (Lane.CRISIS, Lane.SAFEGUARDING)
_WORKING = [role.value for role, may in CAPABILITIES.items() if Capability.WORK_CASES in may]


@dataclass(frozen=True, slots=True)
class Remark:
    who: str
    what: str  # «raised it as a crisis»; empty: a note
    pieces: tuple[Piece, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    user_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Head:
    case_id: int
    lanes: tuple[Lane, ...]  # all but the ordinary one
    handed_to: str  # «you», a name, or empty
    waits_until: datetime | None  # as long as it is to come
    remarks: tuple[Remark, ...]  # the newest first
    open_escalation: int | None  # the oldest that this person may answer
    is_mine: bool
    token: int
    times: tuple[Until, ...]  # until when it may be put off; none: it may not
    latest: datetime | None  # for a critical case: the last moment
    colleagues: tuple[Colleague, ...]  # to whom it may be handed; only for whoever holds it
    for_seniors: bool  # whether it may be handed to them
    to_raise: tuple[Lane, ...]

    @property
    def offers_more(self) -> bool:
        return self.is_mine or bool(self.to_raise)


def head_of(matter: Matter, notes: Notes, *, viewer: Actor) -> Head:
    """One query, one more for whoever holds the case. `notes`: those of the case; `case.handed_to` should be loaded."""
    case, now = matter.case, matter.now
    is_mine = case.is_held_by(viewer.actor_id, now)
    raised = _RAISED(case=case.pk)
    waiting_lanes = {Lane(one.lane) for one in raised if one.answered_at is None}
    can_work, can_answer = viewer.can(Capability.WORK_CASES), viewer.can(Capability.ANSWER_ESCALATIONS)
    return Head(
        case_id=case.pk,
        lanes=tuple(lane for lane in Lane if lane in {*waiting_lanes, case.lane} - {Lane.ORDINARY}),
        handed_to=_name(case.handed_to, viewer) if case.handed_to else "",
        waits_until=case.waits_until if case.waits_until and case.waits_until > now else None,
        remarks=_remarks(matter, notes, raised, viewer),
        open_escalation=min((one.pk for one in raised if can_answer and one.answered_at is None), default=None),
        is_mine=is_mine,
        token=case.lease_token,
        times=_times(case, now) if is_mine else (),
        latest=case.due_at if case.severity == Severity.CRITICAL else None,
        colleagues=_colleagues(case, viewer) if is_mine else (),
        for_seniors=is_mine and case.lane in (Lane.ORDINARY, Lane.SENIOR),
        to_raise=tuple(lane for lane in TO_RAISE if can_work and lane not in waiting_lanes),
    )


def _times(case: Case, now: datetime) -> tuple[Until, ...]:
    """What can be offered without knowing in which zone the person is; the rest is refused with a sentence."""
    left = waiting.latest(now, Severity(case.severity), case.due_at) - now
    if case.severity != Severity.CRITICAL:
        return tuple(Until)
    return (Until.CHOSEN,) if left.total_seconds() > 0 else ()


def _name(person: User, viewer: Actor) -> str:
    return "you" if person.pk == viewer.actor_id else person.name


def _remarks(matter: Matter, notes: Notes, raised: list[Escalation], viewer: Actor) -> tuple[Remark, ...]:
    found = [Remark(line.writer, "", line.pieces, line.written_at) for line in notes.lines]
    for one in raised:
        lane = Lane(one.lane).label.lower()
        found.append(
            Remark(_name(one.raised_by, viewer), f"raised it ({lane})", matter.pieces_of(one.note), one.raised_at)
        )
        if one.answered_by is not None and one.answered_at is not None:
            said = f"answered ({lane})"
            found.append(Remark(_name(one.answered_by, viewer), said, matter.pieces_of(one.answer), one.answered_at))
    return tuple(sorted(found, key=lambda remark: remark.at, reverse=True)[:SHOWN])


def _colleagues(case: Case, viewer: Actor) -> tuple[Colleague, ...]:
    """Everybody who works on cases, but not whoever found this one too close; nobody sees who that is."""
    return tuple(
        Colleague(person.pk, person.name, person.get_role_display())
        for person in _COLLEAGUES(case=case.pk)
        if person.pk != viewer.actor_id
    )


def _whoever_may_get(case: Slot) -> "QuerySet[User]":
    close = Skip.objects.filter(case=case, too_close=True).values("person")
    people = User.objects.filter(is_active=True, role__in=_WORKING).exclude(pk__in=close)
    return people.order_by("name", "pk")[:MOST_COLLEAGUES]


_COLLEAGUES = Prepared(lambda: _whoever_may_get(Slot("case")))
_RAISED = Prepared(
    lambda: (
        Escalation.objects.filter(case=Slot("case"))
        .select_related("raised_by", "answered_by")
        .order_by("-pk")[: SHOWN * 2]
    )
)
