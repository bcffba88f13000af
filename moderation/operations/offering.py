"""Which case somebody is offered next: by the order of the queue, but not what others have or what is not for them.

Not an operation: the caller holds the transaction, and the case that is chosen is locked in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts import Actor
from accounts.models import AuditEntry, User
from accounts.preferences import NEVER, preferences_of
from accounts.roles import Age
from moderation.domain.vocabulary import Ground, Severity
from moderation.models import Case, Skip
from moderation.models.cases import CaseQuerySet
from moderation.models.prepared import Prepared, Slot, among
from moderation.permissions import is_narrowed, lanes_of, staff_of

LOOKED_BACK = 200  # entries of the trail; whoever took nothing within so many has had a rest from critical cases


def next_for(actor: Actor) -> Case | None:
    """The next case for this person, locked, or None when nothing is left for them.

    What was handed to them comes first; what was handed to somebody else once it is past due, so that nothing starves
    with a person who is not there. After as many critical cases in a row as the person can bear comes one that is less
    hard, if there is one. Rows that somebody is taking at this moment are passed over: two people never get the same.
    """
    mine: dict[str, Any] = {"person": actor.actor_id, "lanes": sorted(lanes_of(actor))}
    if is_narrowed(actor):
        mine |= _seen_by(staff_of(actor))
    offered = _NARROWED if is_narrowed(actor) else _OFFERED
    less_hard = _less_hard(offered, mine) if _needs_a_rest(actor) else None
    return offered.handed.first(**mine) or less_hard or offered.others.first(**mine)


def _seen_by(person: User) -> dict[str, Any]:
    return {
        "grounds": person.rules or [ground.value for ground in Ground],
        "teens": [age is Age.TEEN for age in Age if not person.ages or age in person.ages],
    }


def _waiting() -> CaseQuerySet:
    """What nobody holds, is not put off, not of a lane for others, and was not skipped by this person."""
    skipped = Skip.objects.filter(case=OuterRef("pk"), person=Slot("person"))
    return Case.objects.unheld().ready().filter(~Exists(skipped), among("lane", "lanes"))


def _for_anybody() -> CaseQuerySet:
    return _waiting().filter(Q(handed_to__isnull=True) | Q(due_at__lte=Now()))


def _first(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.most_urgent_first().select_for_update(of=("self",), no_key=True, skip_locked=True)[:1]


def _in_reach(cases: CaseQuerySet) -> CaseQuerySet:
    return cases.filter(among("ground", "grounds"), among("teen", "teens"))


@dataclass(frozen=True, slots=True)
class _Offered:
    handed: Prepared[Case]
    others: Prepared[Case]
    of_severity: Prepared[Case]


def _offered(narrow: Callable[[CaseQuerySet], CaseQuerySet]) -> _Offered:
    return _Offered(
        handed=Prepared(lambda: _first(narrow(_waiting().filter(handed_to=Slot("person"))))),
        others=Prepared(lambda: _first(narrow(_for_anybody()))),
        of_severity=Prepared(lambda: _first(narrow(_for_anybody().filter(severity=Slot("severity"))))),
    )


_OFFERED = _offered(lambda cases: cases)
_NARROWED = _offered(_in_reach)  # for people whose access is, so that nobody else's query carries it
_TRAIL = Prepared(
    lambda: (
        AuditEntry.objects.filter(actor_kind=Slot("kind"), actor_id=Slot("person"))
        .order_by("-pk")
        .values_list("verb", "target_id")[:LOOKED_BACK]
    )
)


def _less_hard(offered: _Offered, mine: Mapping[str, Any]) -> Case | None:
    """The most urgent that is not critical. Each severity has an index in the order of the queue; all of them together
    have none, and may stand behind any number of critical cases."""
    lesser = [severity.value for severity in Severity if severity is not Severity.CRITICAL]
    each = [offered.of_severity.first(severity=severity, **mine) for severity in lesser]
    return min(filter(None, each), key=lambda case: (case.rank, case.opened_at, case.pk), default=None)


def _needs_a_rest(actor: Actor) -> bool:
    """Whether the last cases that this person took were all critical, as many as they want in a row at most."""
    most = preferences_of(staff_of(actor)).most_critical_in_a_row
    if most == NEVER:
        return False
    trail = _TRAIL(kind=actor.actor_kind.value, person=actor.actor_id)
    taken = list(dict.fromkeys(int(case_id) for verb, case_id in trail if verb in ("case.claimed", "case.taken_over")))
    last = taken[:most]
    return len(last) == most == Case.objects.filter(pk__in=last, severity=Severity.CRITICAL).count()
