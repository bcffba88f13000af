"""POST messages: a batch in, what became of it out."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from accounts.roles import Scope
from moderation import meters
from moderation.api.auth import caller, needs
from moderation.api.problems import Misshapen, pointer
from moderation.api.schemas import MessagesIn, RejectedOut, TakenOut
from moderation.domain.told import Fault
from moderation.operations import intake

router = Router(tags=["Messages"])


@router.post("/messages", **needs(Scope.MESSAGES_WRITE), response={202: TakenOut}, operation_id="take_messages")
def take_messages(request: HttpRequest, told: MessagesIn) -> Status[TakenOut]:
    """Take a batch of messages, at most 1,000 and 2 MiB.

    Valid items are stored even when others are rejected. Sending a message again is harmless; sending another text
    under its id is an edit, whose earlier text is kept. A sender whom nobody has described becomes an account of
    unknown role and age.
    """
    messages = _Sorted(told.messages)
    accounts = _Sorted(told.accounts)
    taken = intake.take_messages(intake.Batch(messages.good, accounts.good), actor=caller(request))
    places = {"messages": messages.places, "accounts": accounts.places}
    late = [_rejected(r.among, places[r.among][r.index], r.fault) for r in taken.rejected]
    early = [*messages.rejected("messages"), *accounts.rejected("accounts")]
    for outcome in ("accepted", "duplicates", "edited"):
        meters.count("haven_messages_taken_total", getattr(taken, outcome), outcome=outcome)
    meters.count("haven_messages_taken_total", len(early) + len(late), outcome="rejected")
    return Status(
        202,
        TakenOut(
            accepted=taken.accepted,
            duplicates=taken.duplicates,
            edited=taken.edited,
            rejected=sorted([*early, *late], key=lambda r: (not r.pointer.startswith("/messages/"), r.index)),
        ),
    )


class _Sorted:
    """A list of items that still holds those that could not be read, parted from them."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.good: list[Any] = []
        self.places: list[int] = []  # of the good ones in what was sent
        self._bad: list[tuple[int, Fault]] = []
        for place, item in enumerate(items):
            if isinstance(item, Misshapen):
                self._bad.append((place, item.fault))
            else:
                self.good.append(item.told())
                self.places.append(place)

    def rejected(self, among: str) -> list[RejectedOut]:
        return [_rejected(among, place, fault) for place, fault in self._bad]


def _rejected(among: str, place: int, fault: Fault) -> RejectedOut:
    where = pointer([among, place]) + (f"/{fault.field}" if fault.field else "")
    return RejectedOut(index=place, type=fault.kind, detail=fault.detail, pointer=where)
