"""Which cases and messages are still needed, as conditions of the database: what retention and erasure go by."""

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
from moderation.models.cases import Case, Report
from moderation.models.clusters import Cluster
from moderation.models.community import MOST_ATTEMPTS, Message, MessageQuerySet
from moderation.models.decisions import Decision, Sanction
from moderation.models.holds import HELD, Hold
from moderation.models.remarks import Escalation

# A sanction that restricts somebody, or shall. An education notice does not: once it can no longer be appealed, nothing
# needs its case or its account.
RUNNING = Q(state=SanctionState.PROPOSED) | Q(state=SanctionState.IN_FORCE) & ~Q(kind=SanctionKind.EDUCATION_NOTICE)


def needed_since(moment: datetime) -> Q:
    """The condition that a case was needed at or after the moment: it is not closed, or was not then; a sanction of it
    is in force, is proposed, ended later, or could be appealed; an appeal, an escalation, a hold or the group it
    belongs to is open; or what was decided could be undone.
    """
    sanctions = Sanction.objects.filter(case=OuterRef("pk"))
    open_appeal = Q(appeal__state=AppealState.OPEN) | Q(appeal__heard_at__gte=moment)
    held = RUNNING | Q(appeal_until__gte=moment) | Q(ended_at__gte=moment) | open_appeal
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


def messages_over_since(moment: datetime) -> MessageQuerySet:
    """Messages that are screened, or were set aside, and that no case has needed since the moment."""
    needed = cases_needed_since(moment)
    here = needed.filter(conversation=OuterRef("conversation"))
    reported = Report.messages.through.objects.filter(message=OuterRef("pk"), report__case__in=needed)
    looked_at = Q(screened_at__isnull=False) | Q(attempts__gte=MOST_ATTEMPTS)
    return Message.objects.filter(looked_at, ~Exists(here), ~Exists(reported))
