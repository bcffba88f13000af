"""Which state may follow which: one table a thing that has a life. Every move in Haven is checked here."""

from collections.abc import Mapping
from enum import StrEnum

from moderation.domain.refusals import WrongMove
from moderation.domain.vocabulary import (
    AppealState,
    CaseState,
    DecisionState,
    OutboxState,
    ReportState,
    SanctionState,
    TrialState,
)

Table = Mapping[StrEnum, frozenset[StrEnum]]


def _table(moves: Mapping[StrEnum, set[StrEnum]]) -> Table:
    return {state: frozenset(following) for state, following in moves.items()}


CASE = _table(
    {
        CaseState.OPEN: {CaseState.PROPOSED, CaseState.CLOSED},
        CaseState.PROPOSED: {CaseState.OPEN, CaseState.CLOSED},  # refused or undone; approved
        CaseState.CLOSED: {CaseState.OPEN},  # undone within the undo window
    }
)
DECISION = _table(
    {
        DecisionState.PROPOSED: {DecisionState.IN_FORCE, DecisionState.REFUSED, DecisionState.UNDONE},
        DecisionState.IN_FORCE: {DecisionState.UNDONE},
        DecisionState.REFUSED: set(),
        DecisionState.UNDONE: set(),
    }
)
SANCTION = _table(
    {
        SanctionState.PROPOSED: {SanctionState.IN_FORCE, SanctionState.REFUSED, SanctionState.UNDONE},
        SanctionState.IN_FORCE: {SanctionState.ENDED, SanctionState.UNDONE},
        SanctionState.ENDED: set(),
        SanctionState.REFUSED: set(),
        SanctionState.UNDONE: set(),
    }
)
REPORT = _table({ReportState.OPEN: {ReportState.CLOSED}, ReportState.CLOSED: {ReportState.OPEN}})
APPEAL = _table(
    {
        AppealState.OPEN: {AppealState.UPHELD, AppealState.REDUCED, AppealState.OVERTURNED},
        AppealState.UPHELD: set(),
        AppealState.REDUCED: set(),
        AppealState.OVERTURNED: set(),
    }
)
TRIAL = _table(
    {
        TrialState.RUNNING: {TrialState.DONE, TrialState.CANCELLED, TrialState.FAILED},
        TrialState.DONE: set(),
        TrialState.CANCELLED: set(),
        TrialState.FAILED: set(),
    }
)
OUTBOX = _table(
    {
        OutboxState.PENDING: {OutboxState.DELIVERED, OutboxState.CANCELLED, OutboxState.DEAD},
        OutboxState.DELIVERED: set(),
        OutboxState.CANCELLED: set(),
        OutboxState.DEAD: {OutboxState.PENDING},  # redelivered by hand
    }
)


def check_move(table: Table, thing: str, old: StrEnum, new: StrEnum) -> None:
    """Raise WrongMove, naming the thing and both states, unless the table allows it. Staying put is no move."""
    if new not in table[old]:
        raise WrongMove(f"This {thing} is {_words(old)} and cannot become {_words(new)}.")


def _words(state: StrEnum) -> str:
    return state.value.replace("_", " ")
