"""The clock by which leases, deadlines and undo windows are measured: the database's, one for every process."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The time at which this statement runs. Operations read it once, at their top."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)
    return moment
