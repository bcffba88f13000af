"""A place in a list that is ordered by a time and an id, as text for an address; and what lies beyond it."""

from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models.expressions import RawSQL

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place(moment: datetime, row_id: int) -> str:
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}.{row_id}"


def place_from(text: str) -> tuple[datetime, int] | None:
    """What `place` wrote; None for anything else."""
    try:
        micros, row_id = (int(part) for part in text.split("."))
        moment = _EPOCH + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return None
    return (moment, row_id) if 0 <= row_id < 2**63 else None


def beyond(table: str, column: str, sign: str, at: tuple[datetime, int]) -> RawSQL:
    """A row comparison, because that is what walks an index. The names are the caller's, never a user's."""
    return RawSQL(  # noqa: S611 - see above
        f'("{table}"."{column}", "{table}"."id") {sign} (%s, %s)',
        at,
        output_field=models.BooleanField(),
    )
