"""PUT accounts/{id} and GET accounts/{id}/standing. An id may hold slashes, as far as a path can carry them."""

from django.http import HttpRequest
from ninja import Router, Status

from accounts.roles import Scope
from moderation.api import problems
from moderation.api.auth import caller, needs
from moderation.api.problems import FieldProblem, Problem
from moderation.api.schemas import AccountIn, AccountOut, SanctionOut, StandingOut
from moderation.domain.vocabulary import SanctionKind
from moderation.models import Sanction
from moderation.operations import intake
from moderation.queries.standing import account_standing

router = Router(tags=["Accounts"])


@router.get(
    "/accounts/{path:id}/standing",
    **needs(Scope.STANDING_READ),
    response={200: StandingOut},
    operation_id="get_standing",
)
def get_standing(request: HttpRequest, id: str) -> StandingOut:  # noqa: A002 — the name is part of the interface
    """What the account may do at this moment, computed from the sanctions in force."""
    found = account_standing(id)
    return StandingOut(
        id=found.account,
        suspended=found.standing.suspended,
        suspended_until=found.standing.suspended_until,
        badges_removed=list(found.standing.badges_removed),
        badges_held=list(found.standing.badges_held),
        sanctions=[_sanction(sanction) for sanction in found.sanctions],
    )


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
