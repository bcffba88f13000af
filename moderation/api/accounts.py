"""PUT and DELETE accounts/{id}, GET its standing. An id may hold slashes, as far as a path can carry them."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from accounts.roles import Scope
from moderation.api import problems
from moderation.api.auth import caller, needs
from moderation.api.problems import FieldProblem, Problem
from moderation.api.schemas import AccountIn, AccountOut, ErasureOut, KeptFor, SanctionOut, StandingOut
from moderation.domain.vocabulary import SanctionKind
from moderation.models import Sanction
from moderation.operations import intake
from moderation.operations.erasing import request_erasure
from moderation.queries.standing import AccountStanding, account_standing

router = Router(tags=["Accounts"])


@router.get(
    "/accounts/{path:id}/standing",
    **needs(Scope.STANDING_READ),
    response={200: StandingOut},
    operation_id="get_standing",
)
def get_standing(request: HttpRequest, id: str) -> StandingOut:  # noqa: A002 — the name is part of the interface
    """What the account may do at this moment, computed from the sanctions in force."""
    return StandingOut(**standing_fields(account_standing(id)))


@router.put(
    "/accounts/{path:id}",
    **needs(Scope.ACCOUNTS_WRITE),
    response={200: AccountOut, 201: AccountOut},
    operation_id="describe_account",
)
def describe_account(request: HttpRequest, id: str, told: AccountIn) -> Status[AccountOut]:  # noqa: A002
    """Describe an account, replacing what was known of it: what the body leaves out becomes unknown or empty.

    201 when nobody has mentioned the account before, otherwise 200.
    """
    if told.id != id:
        mismatch = FieldProblem(pointer="/id", detail="This must be the id in the address.")
        raise Problem(problems.INVALID, "The address and the body name different accounts.", errors=[mismatch])
    try:
        described = intake.describe_account(told.told(), actor=caller(request))
    except intake.BadDescription as error:
        raise problems.of_fault(error.fault) from error
    account = described.account
    return Status(
        201 if described.created else 200,
        AccountOut(
            id=account.ext_id,
            username=account.username,
            role=account.role,
            age_group=account.age_group,
            status=account.status,
            badges=account.badges,
            person=account.person,
            joined_at=account.joined_at,
        ),
    )


@router.delete(
    "/accounts/{path:id}",
    **needs(Scope.ERASURE_WRITE),
    response={202: ErasureOut},
    operation_id="erase_account",
)
def erase_account(request: HttpRequest, id: str) -> Status[ErasureOut]:  # noqa: A002
    """Ask that an account be forgotten. Asking again is harmless and tells how far it has come.

    What the account wrote is deleted; what has to be kept loses its name, once no open case, sanction in force or time
    to appeal needs it any more. An account that you describe or mention again after that is a new one.
    """
    receipt = request_erasure(id, actor=caller(request))
    return Status(
        202,
        ErasureOut(
            receipt=str(receipt.receipt),
            id=id,
            requested_at=receipt.requested_at,
            done_at=receipt.done_at,
            kept_for=[KeptFor(reason) for reason in receipt.kept_for],
        ),
    )


def standing_fields(found: AccountStanding) -> dict[str, Any]:
    return {
        "id": found.account,
        "suspended": found.standing.suspended,
        "suspended_until": found.standing.suspended_until,
        "badges_removed": list(found.standing.badges_removed),
        "badges_held": list(found.standing.badges_held),
        "sanctions": [_sanction(sanction) for sanction in found.sanctions],
    }


def _sanction(sanction: Sanction) -> SanctionOut:
    assert sanction.starts_at is not None  # a constraint, for those in force
    return SanctionOut(
        id=str(sanction.pk),
        kind=SanctionKind(sanction.kind),
        starts_at=sanction.starts_at,
        ends_at=sanction.as_in_force().ends_at,
        policy_clause=sanction.clause,
        reason=sanction.reason,
    )
