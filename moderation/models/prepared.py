"""Queries that are built and compiled once and from then on only run, with other values: for what every page asks.

Building a query and writing it out takes Django longer than PostgreSQL takes to answer most of them.
"""

from collections.abc import Callable
from copy import copy
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import BooleanField, Expression, F, Func, QuerySet
from django.db.transaction import TransactionManagementError
from django.utils.functional import cached_property

Row = TypeVar("Row")


class Slot(Expression):
    """The place of a value in a prepared query, by the name under which it is given."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def among(column: str, name: str) -> Func:
    """The condition that a column holds one of the values of a list."""
    listed = "(%(expressions)s))"
    return Func(F(column), Slot(name), template=listed, arg_joiner=" = ANY(", output_field=BooleanField())


class Prepared(Generic[Row]):
    """A query with slots. `build` is called once; a call gives every slot its value and answers the rows."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self._build = build

    def __call__(self, **values: Any) -> list[Row]:
        queryset, prepared, sql, params = self._prepared
        if queryset.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("Rows can be locked in a transaction only.")
        compiler = copy(prepared)  # no two threads share one, nor their connections
        compiler.connection = connection
        filled = tuple(values[param.name] if isinstance(param, Slot) else param for param in params)
        compiler.as_sql = lambda *_, **__: (sql, filled)
        rows = queryset.all()
        rows.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(rows)

    def first(self, **values: Any) -> Row | None:
        """The first row, or None. The query should ask for no more than one."""
        return next(iter(self(**values)), None)

    @cached_property
    def _prepared(self) -> "tuple[QuerySet[Any, Row], Any, str, tuple[Any, ...]]":
        queryset = self._build()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        return queryset, compiler, sql, tuple(params)
