"""Which state may follow which: one table a thing that has a life. Every move in Haven is checked here."""

from collections.abc import Mapping
from enum import StrEnum

from moderation.domain.refusals import WrongMove
from moderation.domain.vocabulary import (
    AppealState,
    CaseState,
    ChangeState,
    CheckInState,
    ClusterState,
    DecisionState,
    HoldState,
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
        SanctionState.ENDED: {SanctionState.IN_FORCE},  # what ended it is undone: a decision, a hearing
        SanctionState.REFUSED: set(),
        SanctionState.UNDONE: set(),
    }
)
HOLD = _table(
    {
        HoldState.WAITING: {HoldState.CONFIRMED, HoldState.LIFTED, HoldState.REPLACED},
        HoldState.CONFIRMED: {HoldState.WAITING, HoldState.LIFTED, HoldState.REPLACED},  # back: refused or undone
        HoldState.LIFTED: {HoldState.WAITING, HoldState.CONFIRMED},  # the decision that lifted it was undone
        HoldState.REPLACED: set(),
    }
)
CHANGE = _table(
    {
        ChangeState.PROPOSED: {ChangeState.DONE, ChangeState.REFUSED, ChangeState.LAPSED},
        ChangeState.DONE: set(),
        ChangeState.REFUSED: set(),
        ChangeState.LAPSED: set(),
    }
)
REPORT = _table({ReportState.OPEN: {ReportState.CLOSED}, ReportState.CLOSED: {ReportState.OPEN}})
APPEAL = _table(
    {
        AppealState.OPEN: {AppealState.UPHELD, AppealState.REDUCED, AppealState.OVERTURNED},
        AppealState.UPHELD: {AppealState.OPEN},  # undone within the undo window
        AppealState.REDUCED: {AppealState.OPEN},
        AppealState.OVERTURNED: {AppealState.OPEN},
    }
)
CLUSTER = _table(
    {
        ClusterState.OPEN: {ClusterState.DECIDED, ClusterState.DISSOLVED},
        ClusterState.DECIDED: {ClusterState.OPEN, ClusterState.DISSOLVED},  # undone, or something new
        ClusterState.DISSOLVED: {ClusterState.OPEN, ClusterState.DECIDED},  # held together again by a new tie
    }
)
CHECK_IN = _table(
    {
        CheckInState.WAITING: {CheckInState.ANSWERED, CheckInState.WAIVED, CheckInState.DROPPED},
        CheckInState.ANSWERED: set(),
        CheckInState.WAIVED: set(),
        CheckInState.DROPPED: set(),
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
