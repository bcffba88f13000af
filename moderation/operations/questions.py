"""Asking a reporter for what their report lacks, by a notice through the platform; and taking the question back."""

from datetime import datetime

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation import outbox
from moderation.domain.deadlines import ASK_AGAIN_AFTER
from moderation.domain.refusals import Missing, Refused, WrongMove
from moderation.domain.vocabulary import ReportState
from moderation.models import Case, PolicyVersion, Report, clock
from moderation.permissions import require, require_sight

LONGEST = 4000  # characters


@whole
def ask_reporter(report_id: int, *, actor: Actor, text: str) -> Report:
    """Send the reporter a notice, at most one an hour about a case. It leaves when the time to take it back is over.

    Raises Missing, NotPermitted, WrongMove when the report is closed, Refused without a text or within the hour.
    """
    report = _locked(report_id, actor)
    now = clock.now()

    require(actor, Capability.WORK_CASES)

    if report.state != ReportState.OPEN:
        raise WrongMove("This report is closed: its reporter has heard what came of it.")
    if not text.strip():
        raise Refused("Write what the reporter is asked for.")
    if len(text) > LONGEST:
        raise Refused(f"The notice is longer than {LONGEST} characters: shorten it.")
    _check_pause(report, now)

    report.asked_at = now
    report.save(update_fields=["asked_at"])
    outbox.post(
        "notice.sent",
        {"account": report.reporter.ext_id, "text": text.strip()},
        account=report.reporter,
        key=_cause(report, now),
        not_before=now + PolicyVersion.objects.in_force().policy.undo_window,
        cause=_cause(report, now),
    )

    audit.record("report.reporter_asked", actor=actor, target=report, case=report.case_id)
    return report


@whole
def withdraw_question(report_id: int, *, actor: Actor) -> Report:
    """Take the last question back while it has not left. Raises Missing, NotPermitted, WrongMove when it has."""
    report = _locked(report_id, actor)

    require(actor, Capability.WORK_CASES)

    if report.asked_at is None:
        raise WrongMove("The reporter has not been asked.")
    if not outbox.cancel(_cause(report, report.asked_at)):
        raise WrongMove("The notice has been sent already and cannot be taken back.")

    report.asked_at = None
    report.save(update_fields=["asked_at"])

    audit.record("report.question_withdrawn", actor=actor, target=report, case=report.case_id)
    return report


def _locked(report_id: int, actor: Actor) -> Report:
    """The report, its case locked, so that one reporter of several reports is asked once."""
    case_id = Report.objects.filter(pk=report_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Missing("There is no such report.")
    case = require_sight(actor, Case.objects.select_for_update(no_key=True).get(pk=case_id))
    return case.reports.select_related("reporter").get(pk=report_id)


def _check_pause(report: Report, now: datetime) -> None:
    same = Report.objects.filter(case=report.case_id, reporter=report.reporter_id, asked_at__gt=now - ASK_AGAIN_AFTER)
    last = same.order_by("-asked_at").values_list("asked_at", flat=True).first()
    if last is not None:
        again = last + ASK_AGAIN_AFTER
        raise Refused(f"This reporter was asked at {last:%H:%M} UTC. Ask them again from {again:%H:%M} UTC on.")


def _cause(report: Report, asked_at: datetime) -> str:
    return f"ask:{report.pk}:{asked_at.isoformat()}"
