"""POST appeals: what somebody has to say against a sanction, sent by the platform on which they wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Status

from accounts.roles import Scope
from moderation.api import problems
from moderation.api.auth import caller, needs
from moderation.api.problems import FieldProblem, Problem
from moderation.api.schemas import AppealIn, AppealOut
from moderation.domain import told as domain
from moderation.domain.refusals import Missing
from moderation.models import clock
from moderation.operations.appeals import ToldAppeal
from moderation.operations.appeals import take_appeal as take

router = Router(tags=["Appeals"])
_MOST_DIGITS = 18


@router.post(
    "/appeals",
    **needs(Scope.APPEALS_WRITE, also=(404, 409)),
    response={202: AppealOut},
    operation_id="take_appeal",
)
def take_appeal(request: HttpRequest, told: AppealIn) -> Status[AppealOut]:
    """Take an appeal. Sending it again is harmless; with another text it is a conflict.

    A sanction can be appealed against once, until “appeal_until”. What comes of it is told by “appeal.decided”.
    """
    appeal = checked(AppealTold(told.id, told.sanction, told.text, told.created_at))
    return Status(202, AppealOut(id=take(appeal, actor=caller(request)).ext_id))


@dataclass(frozen=True, slots=True)
class AppealTold:
    """What every body of an appeal says, whatever its shape. `account`: see ToldAppeal."""

    id: str
    sanction: str
    text: str
    created_at: datetime
    account: str | None = None


def checked(told: AppealTold, *, pointers: Mapping[str, str] | None = None) -> ToldAppeal:
    """Raise what is wrong with it. `pointers`: where a field stands in the body, if not under its own name."""
    _check(told, clock.now(), pointers or {})
    return ToldAppeal(
        id=told.id,
        sanction_id=_sanction_id(told.sanction),
        text=told.text,
        created_at=told.created_at,
        account=told.account,
    )


def _sanction_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise Missing("There is no such sanction.")
    return int(text)


def _check(told: AppealTold, now: datetime, pointers: Mapping[str, str]) -> None:
    faults = [
        domain.id_fault("id", told.id),
        domain.id_fault("sanction", told.sanction),
        domain.text_fault("text", told.text, domain.LONGEST_TEXT),
        domain.time_fault("created_at", told.created_at, now),
    ]
    errors = [
        FieldProblem(pointer=pointers.get(fault.field, f"/{fault.field}"), detail=fault.detail)
        for fault in faults
        if fault
    ]
    if errors:
        raise Problem(problems.INVALID, "Some of the appeal cannot be taken; “errors” says what.", errors=errors)
