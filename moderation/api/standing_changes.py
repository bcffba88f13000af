"""GET standing-changes: the standings that changed, for platforms that ask instead of being told."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from accounts.roles import Scope
from moderation.api.accounts import standing_fields
from moderation.api.auth import needs
from moderation.api.schemas import StandingChangeOut, StandingChangesOut
from moderation.operations.standing_feed import publish_standing_changes
from moderation.queries.standing import standing_changes

router = Router(tags=["Accounts"])
_After = Annotated[
    str,
    Field(
        description="“next” of the last answer. Without it, the feed begins with the first account ever sanctioned.",
        pattern=r"^[0-9]{0,18}$",
    ),
]


@router.get(
    "/standing-changes",
    **needs(Scope.STANDING_READ, also=(422,)),
    response={200: StandingChangesOut},
    operation_id="get_standing_changes",
)
def get_standing_changes(request: HttpRequest, after: _After = "") -> StandingChangesOut:
    """Which standings changed after a place in the feed, each as it is at this moment. No change is passed over.

    Apply what comes and keep “next”. An account may come again without having changed. Whoever restores the database
    from a backup begins the feed anew.
    """
    publish_standing_changes()
    page = standing_changes(int(after or 0))
    return StandingChangesOut(
        changes=[StandingChangeOut(**standing_fields(change.account), changed_at=change.at) for change in page.changes],
        next=str(page.last),
        more=page.more,
    )
