"""Which case somebody is offered next: by the order of the queue, but not what others have or what is not for them.

Not an operation: the caller holds the transaction, and the case that is chosen is locked in it.
"""

from django.db.models import Exists, OuterRef

from accounts import Actor
from accounts.models import AuditEntry
from moderation.domain.priority import CRITICAL_IN_A_ROW
from moderation.domain.vocabulary import Severity
from moderation.models import Case, Skip
from moderation.models.cases import CaseQuerySet
from moderation.permissions import lanes_of

LOOKED_BACK = 200  # entries of the trail; whoever took nothing within so many has had a rest from critical cases


def next_for(actor: Actor) -> Case | None:
    """The next case for this person, locked, or None when nothing is left for them.

    What was handed to them comes first. After several critical cases in a row comes one that is less hard, if there is
    one. Rows that somebody is taking at this moment are passed over, so two people never get the same.
    """
    waiting = _waiting(actor)
    handed = waiting.filter(handed_to_id=actor.actor_id)
    others = waiting.filter(handed_to__isnull=True)
    return _first(handed) or (_less_hard(others) if _needs_a_rest(actor) else None) or _first(others)


def _waiting(actor: Actor) -> CaseQuerySet:
    """What nobody holds, is not put off, not of a lane for others, and was not skipped by this person."""
    skipped = Skip.objects.filter(case=OuterRef("pk"), person_id=actor.actor_id)
    return Case.objects.unheld().ready().filter(~Exists(skipped), lane__in=sorted(lanes_of(actor)))


def _first(cases: CaseQuerySet) -> Case | None:
    return cases.most_urgent_first().select_for_update(of=("self",), no_key=True, skip_locked=True).first()


def _less_hard(cases: CaseQuerySet) -> Case | None:
    """The most urgent that is not critical. Each severity has an index in the order of the queue; all of them together
    have none, and may stand behind any number of critical cases."""
    each = [_first(cases.filter(severity=severity)) for severity in Severity if severity is not Severity.CRITICAL]
    return min(filter(None, each), key=lambda case: (case.rank, case.opened_at, case.pk), default=None)


def _needs_a_rest(actor: Actor) -> bool:
    """Whether the last cases that this person took were all critical."""
    entries = AuditEntry.objects.filter(actor_kind=actor.actor_kind, actor_id=actor.actor_id).order_by("-pk")
    trail = entries.values_list("verb", "target_id")[:LOOKED_BACK]
    taken = list(dict.fromkeys(int(case_id) for verb, case_id in trail if verb in ("case.claimed", "case.taken_over")))
    last = taken[:CRITICAL_IN_A_ROW]
    critical = Case.objects.filter(pk__in=last, severity=Severity.CRITICAL)
    return len(last) == CRITICAL_IN_A_ROW and critical.count() == CRITICAL_IN_A_ROW
