"""Keeps the number of open cases of each sort: what time alone changes, gathering what triggers noted, a true count.

None of it is recorded: it changes nothing that a person would look for in the audit trail.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.database import whole
from moderation.models import Case
from moderation.models.sorts import COLUMNS, READ_OFF

_GATHERING, _RECOUNTING = 1_742_113_002, 1_742_113_003  # any numbers that no other advisory lock here uses
MOST_TURNED = 500
MOST_GATHERED = 20_000

# One statement, so that no reader ever misses a change or sees it twice.
_GATHER = f"""
WITH gathered AS (
    DELETE FROM moderation_casesortchange
    WHERE id IN (SELECT id FROM moderation_casesortchange ORDER BY id LIMIT %s) RETURNING {COLUMNS}, cases
), put AS (
    INSERT INTO moderation_casesort AS kept ({COLUMNS}, cases)
    SELECT {COLUMNS}, sum(cases) FROM gathered GROUP BY {COLUMNS} HAVING sum(cases) <> 0
    ON CONFLICT ({COLUMNS}) DO UPDATE SET cases = kept.cases + excluded.cases
)
SELECT count(*) FROM gathered
"""  # noqa: S608 - constants alone

# One statement sees one moment, so that cases which change meanwhile are in both counts or in neither.
_DIFFERENCES = f"""
WITH difference AS (
    SELECT {COLUMNS}, sum(cases) AS cases, sum(kept) AS kept FROM (
        SELECT {", ".join(READ_OFF.values())}, 1, 0 FROM moderation_case WHERE state = 'open'
        UNION ALL SELECT {COLUMNS}, -cases, cases FROM moderation_casesort
        UNION ALL SELECT {COLUMNS}, -cases, cases FROM moderation_casesortchange
    ) AS told ({COLUMNS}, cases, kept)
    GROUP BY {COLUMNS} HAVING sum(cases) <> 0
), mended AS (
    INSERT INTO moderation_casesortchange ({COLUMNS}, cases) SELECT {COLUMNS}, cases FROM difference
)
SELECT {COLUMNS}, kept, cases FROM difference ORDER BY abs(cases) DESC
"""  # noqa: S608 - constants alone


@dataclass(frozen=True, slots=True)
class Difference:
    """A sort of which another number was kept than there are cases."""

    sort: dict[str, object]
    kept: int
    true: int


@whole
def turn_cases(limit: int = MOST_TURNED) -> int:
    """Make columns of what time has changed: mark what is past due by now, and end waits that are over.

    Answers how many cases, at most `limit` of either kind. Locked cases are left for the next round.
    """
    late = _free(Case.objects.open().filter(late=False, due_at__lt=Now()).order_by("due_at"), limit)
    over = _free(Case.objects.open().filter(waits_until__lte=Now()).order_by("waits_until"), limit)

    Case.objects.filter(pk__in=late).update(late=True)
    Case.objects.filter(pk__in=over).update(waits_until=None)
    return len(late) + len(over)


@whole
def gather_changes(limit: int = MOST_GATHERED) -> int:
    """Add what the triggers noted to the numbers that are kept; answers how many notes that were.

    Nothing when somebody else is at it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_GATHERING])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_GATHER, [limit])
        gathered: int = cursor.fetchone()[0]
        if gathered:
            cursor.execute("DELETE FROM moderation_casesort WHERE cases = 0")
    return gathered


@whole
def recount() -> list[Difference]:
    """Count every open case, and mend what was kept; answers what differed, the largest difference first.

    Reads all open cases, and nobody waits for it: what is missing is noted like any other change.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '100s'")  # reading everything may take longer than a page may
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_RECOUNTING])
        cursor.execute(_DIFFERENCES)
        return [
            Difference(dict(zip(READ_OFF, sort, strict=True)), kept, kept + more)
            for *sort, kept, more in cursor.fetchall()
        ]


def _free(cases: QuerySet[Case], limit: int) -> list[int]:
    free = cases.select_for_update(skip_locked=True, no_key=True)[:limit]
    return list(free.values_list("pk", flat=True))
