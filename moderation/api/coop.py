"""Reports and appeals in the bodies that ROOST Coop takes, so that Haven can be tried beside it without an adapter."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpRequest
from ninja import Router, Status

from accounts.models import ApiKey
from accounts.roles import Scope
from moderation.api import problems
from moderation.api.appeals import AppealTold, checked
from moderation.api.auth import HeaderKey, caller
from moderation.api.coop_shapes import CHANNEL, AppealBody, ReportAnswer, ReportBody
from moderation.api.openapi import ALSO
from moderation.api.problems import FieldProblem, Problem
from moderation.api.reports import check
from moderation.domain.told import ToldMessage, message_fault
from moderation.domain.vocabulary import Room
from moderation.models import clock
from moderation.operations import intake
from moderation.operations.appeals import ToldAppeal, take_appeals
from moderation.operations.reports import ToldReport
from moderation.operations.reports import take_report as take
from moderation.queries.rooms import known_rooms

router = Router(tags=["Beside Coop"])
_POINTERS = {
    "reporter": "/reporter/id",
    "reported": "/reportedItem",
    "conversation": "/reportedItem/data",
    "text": "/reportedForReason/reason",
    "created_at": "/reportedAt",
}
_POINTERS_OF_APPEAL = {
    "id": "/appealId",
    "text": "/appealReason",
    "created_at": "/appealedAt",
}


@router.post(
    "/report",
    auth=HeaderKey(Scope.REPORTS_WRITE),
    openapi_extra={"x-scope": Scope.REPORTS_WRITE.value, ALSO: (409,)},
    response={201: ReportAnswer},
    operation_id="take_coop_report",
)
def take_coop_report(request: HttpRequest, told: ReportBody) -> Status[ReportAnswer]:
    """Take a report as Coop does. Sending the same again is harmless: it gets the same “reportId”.

    An item of the reporter's own type is an account; any other needs an author among its data (“creatorId” or alike).
    Items that have author, thread, time and text are taken as messages if the key may send messages. A “policyId” that
    is one of our reason codes is the reason, “csam” counts as “offsite_harm”, anything else as “other”.
    """
    report = _report(told)
    check(report, clock.now(), pointers=_POINTERS)
    key = caller(request)
    _take_messages(told, key)
    return Status(201, ReportAnswer(reportId=take(report, actor=key).ext_id))


@router.post(
    "/report/appeal",
    auth=HeaderKey(Scope.APPEALS_WRITE),
    openapi_extra={"x-scope": Scope.APPEALS_WRITE.value, ALSO: (404, 409)},
    response={204: None},
    operation_id="take_coop_appeal",
)
def take_coop_appeal(request: HttpRequest, told: AppealBody) -> Status[None]:
    """Take an appeal as Coop does. Sending it again is harmless. What comes of it is told by “appeal.decided”.

    “actionsTaken” names sanctions, by the ids that their events have, and “appealedBy” the account that they are
    against. Each is heard on its own: of several, the appeal against sanction 17 gets the id “appealId:17”. They are
    taken together or not at all. The items are not looked at: what was decided about stands in the case.
    """
    take_appeals(_appeals(told), actor=caller(request))
    return Status(204, None)


def _appeals(told: AppealBody) -> list[ToldAppeal]:
    places = {sanction: place for place, sanction in reversed(list(enumerate(told.actionsTaken)))}
    return [
        checked(
            AppealTold(
                id=f"{told.appealId}:{sanction}" if len(places) > 1 else told.appealId,
                sanction=sanction,
                text=told.appealReason,
                created_at=told.appealedAt,
                account=told.appealedBy.id,
            ),
            pointers=_POINTERS_OF_APPEAL | {"sanction": f"/actionsTaken/{place}"},
        )
        for sanction, place in places.items()
    ]


def _report(told: ReportBody) -> ToldReport:
    if not told.reported:
        nobody = FieldProblem(pointer="/reportedItem/data", detail="Name who wrote it, as “creatorId”.")
        raise Problem(problems.INVALID, "It is not said which account is reported.", errors=[nobody])
    reason = told.reportedForReason
    return ToldReport(
        id=told.report_id,
        reporter=told.reporter.id,
        reported=told.reported,
        reason=told.ground,
        text=(reason.reason or "") if reason else "",
        created_at=told.reportedAt,
        conversation=told.conversation(),
        messages=tuple(told.message_ids()),
        channel=CHANNEL,
    )


def _take_messages(told: ReportBody, key: ApiKey) -> None:
    """Beforehand, so that the report finds what it is about; what cannot be taken must not keep the report out."""
    now = clock.now()
    good = [message for message in told.messages() if not message_fault(message, now)]
    if good and key.can(Scope.MESSAGES_WRITE):
        rooms = known_rooms(message.conversation for message in good)
        intake.take_messages(intake.Batch([_in_room(message, rooms) for message in good]), actor=key)


def _in_room(message: ToldMessage, rooms: Mapping[str, Room]) -> ToldMessage:
    """Coop's items do not say what kind of room they are from, and must not change what is known of it."""
    return replace(message, room=rooms.get(message.conversation, message.room))
