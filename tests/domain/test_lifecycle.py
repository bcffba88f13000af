"""Every move between every two states of every thing that has a life."""

from enum import StrEnum

import pytest

from moderation.domain import lifecycle
from moderation.domain.refusals import WrongMove

ALLOWED = {
    "case": {
        ("open", "proposed"),
        ("open", "closed"),
        ("proposed", "open"),
        ("proposed", "closed"),
        ("closed", "open"),
    },
    "decision": {("proposed", "in_force"), ("proposed", "refused"), ("proposed", "undone"), ("in_force", "undone")},
    "sanction": {
        ("proposed", "in_force"),
        ("proposed", "refused"),
        ("proposed", "undone"),
        ("in_force", "ended"),
        ("in_force", "undone"),
        ("ended", "in_force"),
    },
    "hold": {
        ("waiting", "confirmed"),
        ("waiting", "lifted"),
        ("waiting", "replaced"),
        ("confirmed", "waiting"),
        ("confirmed", "lifted"),
        ("confirmed", "replaced"),
        ("lifted", "waiting"),
        ("lifted", "confirmed"),
    },
    "report": {("open", "closed"), ("closed", "open")},
    "appeal": {
        *(("open", state) for state in ("upheld", "reduced", "overturned")),
        *((state, "open") for state in ("upheld", "reduced", "overturned")),
    },
    "event": {("pending", "delivered"), ("pending", "cancelled"), ("pending", "dead"), ("dead", "pending")},
}
TABLES = {
    "case": lifecycle.CASE,
    "decision": lifecycle.DECISION,
    "sanction": lifecycle.SANCTION,
    "hold": lifecycle.HOLD,
    "report": lifecycle.REPORT,
    "appeal": lifecycle.APPEAL,
    "event": lifecycle.OUTBOX,
}
EVERY_MOVE = [(thing, old, new) for thing, table in TABLES.items() for old in table for new in table]


@pytest.mark.parametrize(("thing", "old", "new"), EVERY_MOVE, ids=lambda value: str(value))
def test_every_move(thing: str, old: StrEnum, new: StrEnum) -> None:
    if (old.value, new.value) in ALLOWED[thing]:
        lifecycle.check_move(TABLES[thing], thing, old, new)
    else:
        with pytest.raises(WrongMove, match=f"This {thing} is {old.value.replace('_', ' ')}"):
            lifecycle.check_move(TABLES[thing], thing, old, new)


@pytest.mark.parametrize(("thing", "table"), TABLES.items(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_table_speaks_of_every_state(thing: str, table: lifecycle.Table) -> None:
    vocabulary = type(next(iter(table)))
    assert set(table) == set(vocabulary), thing
