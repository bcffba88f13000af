"""POST reports: what somebody on the platform has to say about somebody else there."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Status

from accounts.roles import Scope
from moderation.api import problems
from moderation.api.auth import caller, needs
from moderation.api.problems import FieldProblem, Problem, TooManyItems
from moderation.api.schemas import ReportIn, ReportOut
from moderation.domain import told as domain
from moderation.models import clock
from moderation.operations.reports import ToldReport
from moderation.operations.reports import take_report as take

router = Router(tags=["Reports"])


@router.post(
    "/reports", **needs(Scope.REPORTS_WRITE, also=(409,)), response={202: ReportOut}, operation_id="take_report"
)
def take_report(request: HttpRequest, told: ReportIn) -> Status[ReportOut]:
    """Take a report. It need not wait for the messages and accounts that it names.

    Sending it again is harmless, and loses nothing: another text under the same id is kept behind the first, a graver
    reason counts, and messages that have come meanwhile are joined. 409 for another text once it has been looked at.
    """
    report = ToldReport(
        id=told.id,
        reporter=told.reporter,
        reported=told.reported,
        reason=told.reason,
        text=told.text,
        created_at=told.created_at,
        conversation=told.conversation,
        messages=tuple(told.messages),
        channel=told.channel,
    )
    check(report, clock.now())
    return Status(202, ReportOut(id=take(report, actor=caller(request)).ext_id))


def check(told: ToldReport, now: datetime, *, pointers: Mapping[str, str] | None = None) -> None:
    """Raise what is wrong with a report. `pointers`: where a field stands in the body, if not under its own name."""
    if len(told.messages) > problems.MOST_ITEMS:
        raise TooManyItems(len(told.messages))
    faults = [
        domain.id_fault("id", told.id),
        domain.id_fault("reporter", told.reporter),
        domain.id_fault("reported", told.reported),
        *([domain.id_fault("conversation", told.conversation)] if told.conversation is not None else []),
        *(domain.id_fault(f"messages/{place}", message) for place, message in enumerate(told.messages)),
        domain.text_fault("text", told.text, domain.LONGEST_TEXT),
        domain.text_fault("channel", told.channel, domain.LONGEST_CHANNEL),
        domain.time_fault("created_at", told.created_at, now),
    ]
    known = pointers or {}
    errors = [
        FieldProblem(pointer=known.get(fault.field, f"/{fault.field}"), detail=fault.detail)
        for fault in faults
        if fault
    ]
    if errors:
        raise Problem(problems.INVALID, "Some of the report cannot be taken; “errors” says what.", errors=errors)
