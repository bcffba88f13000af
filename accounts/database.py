"""What the database's noes mean, and what follows: run the transaction again, or say that the database is away.

Knows no operation and no table.
"""

import time
from collections.abc import Callable
from functools import wraps
from random import SystemRandom
from typing import ParamSpec, TypeVar

import structlog
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    transaction,
)
from django.db import Error as DatabaseError

log = structlog.get_logger(__name__)

MOST_RUNS = 6
FIRST_PAUSE_S = 0.02
_COLLISIONS = {"40001", "40P01"}  # serialization failure, deadlock: this run was chosen to give way
_READ_ONLY = "25006"
_dice = SystemRandom()

P = ParamSpec("P")
R = TypeVar("R")

# What a task may see when the database is away: InternalError is what a read-only database comes as.
SETBACKS = (OperationalError, InterfaceError, InternalError)


def whole(operation: Callable[P, R]) -> Callable[P, R]:
    """The operation as one transaction that is nobody's part, run again when it collided with another.

    PostgreSQL ends one of two transactions that wait for each other, and nothing of it is left: it can simply run
    anew, with pauses that grow and never fall together. A lost connection is not run again: whether the transaction
    was committed is then unknown, and only the caller knows whether doing it twice is harmless.
    """
    in_one_transaction = transaction.atomic(durable=True)(operation)

    @wraps(operation)
    def running(*args: P.args, **kwargs: P.kwargs) -> R:
        for run in range(1, MOST_RUNS):
            try:
                return in_one_transaction(*args, **kwargs)
            except OperationalError as error:
                if not is_collision(error) or connection.in_atomic_block:
                    raise
                log.warning("transaction_collided", operation=operation.__qualname__, run=run)
                time.sleep(FIRST_PAUSE_S * 2 ** (run - 1) * (0.5 + _dice.random()))
        return in_one_transaction(*args, **kwargs)

    running.is_whole = True  # type: ignore[attr-defined]
    return running


def is_collision(error: BaseException) -> bool:
    return _code(error) in _COLLISIONS


def is_away(error: BaseException) -> bool:
    """Whether it is the database that cannot do its part now: gone, starting, full, or read-only.

    Then nothing was stored, and the same call can be made again later.
    """
    return isinstance(error, OperationalError | InterfaceError) or is_read_only(error)


def is_read_only(error: BaseException) -> bool:
    """Whether the database refuses to write: a replica that is not yet the primary, or a disk in danger."""
    return _code(error) == _READ_ONLY


def is_about_data(error: BaseException) -> bool:
    """Whether the trouble may lie in what was being written, and not in the database, its tables or our rights."""
    return not isinstance(error, DatabaseError) or isinstance(error, DataError | IntegrityError)


def _code(error: BaseException) -> str:
    """The SQLSTATE; empty when the server had no word in it."""
    return getattr(error.__cause__, "sqlstate", None) or ""
