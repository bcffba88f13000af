"""How a badge comes to be held, and what can be said of one: for the tests of interim holds."""

from moderation.domain.vocabulary import TEEN_BADGE, HoldState, OutboxState, SanctionState
from moderation.models import Account, Hold, OutboxEvent
from moderation.operations.screening import screen_batch
from tests import making

WAITING = (HoldState.WAITING, SanctionState.IN_FORCE, True)
CONFIRMED = (HoldState.CONFIRMED, SanctionState.IN_FORCE, True)
LIFTED = (HoldState.LIFTED, SanctionState.ENDED, False)


def screened(actor: Account, other: Account, text: str = f"text me on {making.PHONE} whenever") -> None:
    where = making.conversation(actor, other)
    making.message(other, "the nights are the worst", within=where)
    making.message(actor, text, within=where)
    screen_batch()


def topics() -> list[str]:
    live = OutboxEvent.objects.exclude(state=OutboxState.CANCELLED).order_by("pk")
    return list(live.values_list("topic", flat=True))


def state_of(hold: Hold) -> tuple[str, str, bool]:
    """The hold, its sanction, and whether the badge is held."""
    found = Hold.objects.select_related("sanction", "account").get(pk=hold.pk)
    return found.state, found.sanction.state, TEEN_BADGE in found.account.badges_held
