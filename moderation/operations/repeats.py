"""Reports that say the same as another of their case: marking them so, and taking that back."""

from accounts import Actor, audit
from accounts.database import whole
from accounts.roles import Capability
from moderation.domain.refusals import Missing, Refused, WrongMove
from moderation.domain.vocabulary import CaseState
from moderation.models import Case, Conversation, PolicyVersion, Report, clock
from moderation.operations import opening
from moderation.permissions import require, require_sight


@whole
def mark_repeat(report_id: int, *, actor: Actor, of: int) -> Report:
    """Say that a report is the same as an earlier one of its case, so that nobody counts twice as a reporter.

    Only for what is of the same reporter or about the same messages. Marking it again the same way changes nothing.
    Raises Missing, NotPermitted, WrongMove when the case is no longer open, Refused when the two are not alike.
    """
    report, case = _locked(report_id, actor)
    first = case.reports.filter(pk=of).first()

    require(actor, Capability.WORK_CASES)

    if first is None:
        raise Missing("There is no such report in this case.")
    _check_open(case)
    if report.repeats_id == first.pk:
        return report
    _check_alike(report, first)

    report.repeats = first
    _keep(report, case)

    audit.record("report.marked_as_repeat", actor=actor, target=report, case=case.pk, of=first.pk)
    return report


@whole
def unmark_repeat(report_id: int, *, actor: Actor) -> Report:
    """Let a report stand for itself again. Of one that does already nothing changes. Raises as `mark_repeat`."""
    report, case = _locked(report_id, actor)

    require(actor, Capability.WORK_CASES)

    _check_open(case)
    if report.repeats_id is None:
        return report

    of = report.repeats_id
    report.repeats = None
    _keep(report, case)

    audit.record("report.unmarked_as_repeat", actor=actor, target=report, case=case.pk, of=of)
    return report


def _locked(report_id: int, actor: Actor) -> tuple[Report, Case]:
    """The report and its case, which is what is locked: every change of a report's place goes by its case."""
    found = Report.objects.filter(pk=report_id).values("case_id", "case__conversation_id").first()
    if found is None:
        raise Missing("There is no such report.")
    list(Conversation.objects.select_for_update(no_key=True).filter(pk=found["case__conversation_id"]))
    case = require_sight(actor, Case.objects.select_for_update(no_key=True).get(pk=found["case_id"]))
    return case.reports.get(pk=report_id), case


def _check_open(case: Case) -> None:
    if case.state != CaseState.OPEN:
        raise WrongMove(f"This case is {case.state}: its reports stay as they were when it was decided.")


def _check_alike(report: Report, first: Report) -> None:
    if report.pk == first.pk:
        raise Refused("A report cannot be the same as itself.")
    if first.repeats_id is not None:
        raise Refused("That report is itself marked as the same as another: choose the one it repeats.")
    if report.repeated_by.exists():
        raise Refused("Other reports are marked as the same as this one: take that back first.")
    about = set(first.messages.values_list("pk", flat=True))
    if report.reporter_id != first.reporter_id and not report.messages.filter(pk__in=about).exists():
        raise Refused("The two reports are of different people and about different messages: they both count.")


def _keep(report: Report, case: Case) -> None:
    report.save(update_fields=["repeats"])
    version = PolicyVersion.objects.in_force()
    opening.assess(case, opening.Matter(case.conversation, case.subject, version, clock.now()), is_new=False)
