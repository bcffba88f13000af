"""What becomes of the case and its reports when a decision is made or taken back. Not operations."""

from datetime import datetime

from django.db.models import Q

from moderation import outbox
from moderation.domain.vocabulary import CaseState, Outcome, ReportState
from moderation.models import Case, Decision, Report
from moderation.models.prepared import Prepared, Slot

_REPORTS = Prepared(lambda: Report.objects.filter(case=Slot("case"), state=Slot("state")))
_REPORTERS = Prepared(lambda: Report.objects.filter(case=Slot("case")).select_related("reporter"))


def leave_proposed(case: Case) -> None:
    """Out of the queue, but not closed: the second person has still to speak."""
    _move(case, CaseState.PROPOSED)


def close(case: Case, now: datetime) -> None:
    case.closed_at = now
    _move(case, CaseState.CLOSED)
    for report in _REPORTS(case=case.pk, state=ReportState.OPEN.value):
        report.move_to(ReportState.CLOSED)
        report.save(update_fields=["state"])


def reopen(case: Case) -> None:
    """Back into the queue, with its reports."""
    case.closed_at = None
    _move(case, CaseState.OPEN)
    for report in _REPORTS(case=case.pk, state=ReportState.CLOSED.value):
        report.move_to(ReportState.OPEN)
        report.save(update_fields=["state"])


def has_successor(case: Case) -> bool:
    """Whether the same conversation, or the same account reported without one, has another case that is not closed."""
    own = Q(conversation=case.conversation_id)
    if case.conversation_id is None:
        own = Q(conversation__isnull=True, subject=case.subject_id)
    return Case.objects.filter(own).exclude(state=CaseState.CLOSED).exclude(pk=case.pk).exists()


def tell_reporters(decision: Decision, *, not_before: datetime, cause: str) -> None:
    """Every reporter hears that somebody looked, and whether something was done; never what, nor to whom."""
    told = "action_taken" if decision.outcome == Outcome.SANCTIONED else "no_violation"
    for report in _REPORTERS(case=decision.case_id):
        outbox.post(
            "report.closed",
            {"report": report.ext_id, "reporter": report.reporter.ext_id, "outcome": told},
            account=report.reporter,
            key=f"report.closed:{report.pk}:{decision.pk}",
            not_before=not_before,
            cause=cause,
        )


def _move(case: Case, state: CaseState) -> None:
    case.move_to(state)
    columns = case.let_go()
    case.version += 1
    case.save(update_fields=["state", "closed_at", "version", *columns])
