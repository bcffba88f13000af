"""Which cases are still needed, as a condition of the database: what retention, erasure and their tests go by."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from moderation.domain.vocabulary import (
    AppealState,
    CaseState,
    ClusterState,
    DecisionState,
    SanctionKind,
    SanctionState,
)
from moderation.models.cases import Case
from moderation.models.clusters import Cluster
from moderation.models.decisions import Decision, Sanction
from moderation.models.holds import HELD, Hold
from moderation.models.remarks import Escalation


def needed_since(moment: datetime) -> Q:
    """The condition that a case was needed at or after the moment: it is not closed, or was not then; a sanction of it
    is in force, is proposed, ended later, or could be appealed; an appeal, an escalation, a hold or the group it
    belongs to is open; or what was decided could be undone.

    An education notice restricts nothing: once it can no longer be appealed, nothing needs its case.
    """
    sanctions = Sanction.objects.filter(case=OuterRef("pk"))
    restricting = ~Q(kind=SanctionKind.EDUCATION_NOTICE)
    running = Q(state=SanctionState.PROPOSED) | Q(state=SanctionState.IN_FORCE) & restricting
    open_appeal = Q(appeal__state=AppealState.OPEN) | Q(appeal__heard_at__gte=moment)
    held = running | Q(appeal_until__gte=moment) | Q(ended_at__gte=moment) | open_appeal
    held |= Q(appeal__undo_until__gte=moment)
    decisions = Decision.objects.filter(case=OuterRef("pk"))
    undecided = Q(state=DecisionState.PROPOSED) | Q(undo_until__gte=moment) | Q(decided_at__gte=moment)
    unanswered = Q(answered_at__isnull=True) | Q(answered_at__gte=moment)
    return (
        ~Q(state=CaseState.CLOSED)
        | Q(closed_at__gte=moment)
        | Q(Exists(sanctions.filter(held)))
        | Q(Exists(decisions.filter(undecided)))
        | Q(Exists(Escalation.objects.filter(unanswered, case=OuterRef("pk"))))
        | Q(Exists(Hold.objects.filter(case=OuterRef("pk"), state__in=HELD)))
        | Q(Exists(Cluster.objects.filter(pk=OuterRef("cluster"), state=ClusterState.OPEN)))
    )


def cases_needed_since(moment: datetime) -> "QuerySet[Case]":
    return Case.objects.filter(needed_since(moment))


def cases_over_since(moment: datetime) -> "QuerySet[Case]":
    """Those that nothing has needed since the moment."""
    return Case.objects.exclude(needed_since(moment))
