"""Counting a year for the transparency report: nightly, by SQL aggregates, into tables that are small."""

from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import Count

from accounts.database import whole
from accounts.models import User
from moderation.domain.transparency import Figure, Median
from moderation.models import Case, DailyFigure, Report, Sanction, TransparencyYear, clock

_LOCK = 7_204_951  # nobody else takes this one: two workers never count at once
_PATIENCE = "SET LOCAL statement_timeout = '100s'"  # less than a task may take

_BY_MACHINE = "s.state IN ('in_force', 'ended') AND s.proposer_id IS NULL AND s.approver_id IS NULL"

# Of each figure: when it happened, its ground, its kind, and where it is read from.
_COUNTED: dict[Figure, tuple[str, str, str, str]] = {
    Figure.REPORTS: ("r.received_at", "r.reason", "''", "moderation_report r"),
    Figure.FINDINGS: ("f.found_at", "f.rule", "''", "moderation_finding f"),
    Figure.OWN_CASES: ("c.opened_at", "c.ground", "''", "moderation_case c WHERE c.screened AND c.reporters = 0"),
    Figure.REFERRALS: ("m.made_at", "m.ground", "''", "moderation_referral m"),
    Figure.MEASURES: (
        "s.starts_at",
        "s.ground",
        "s.kind",
        "moderation_sanction s WHERE s.state IN ('in_force', 'ended')",
    ),
    Figure.MEASURES_BY_MACHINE: ("s.starts_at", "s.ground", "s.kind", f"moderation_sanction s WHERE {_BY_MACHINE}"),
    Figure.MACHINE_REVERSED: (
        "s.starts_at",
        "s.ground",
        "s.kind",
        f"moderation_sanction s WHERE {_BY_MACHINE} AND s.ended_how IN ('lifting', 'appeal')",
    ),
    Figure.ENDINGS: ("s.ended_at", "s.ground", "s.ended_how", "moderation_sanction s WHERE s.state = 'ended'"),
    Figure.APPEALS: (
        "a.received_at",
        "s.ground",
        "s.kind",
        "moderation_appeal a JOIN moderation_sanction s ON s.id = a.sanction_id",
    ),
    Figure.APPEALS_HEARD: (
        "a.heard_at",
        "s.ground",
        "a.state",
        "moderation_appeal a JOIN moderation_sanction s ON s.id = a.sanction_id WHERE a.heard_at IS NOT NULL",
    ),
    Figure.FLAGGED_DECIDED: (
        "d.decided_at",
        "c.ground",
        "d.outcome",
        "moderation_decision d JOIN moderation_case c ON c.id = d.case_id WHERE d.state = 'in_force' AND c.screened",
    ),
    Figure.FINDINGS_WRONG: (
        "l.given_at",
        "l.rule",
        "''",
        "moderation_label l WHERE l.judgement = 'wrong' AND l.withdrawn_at IS NULL",
    ),
    Figure.FINDINGS_MISSED: (
        "l.given_at",
        "l.rule",
        "''",
        "moderation_label l WHERE l.judgement = 'missed' AND l.withdrawn_at IS NULL",
    ),
}
_INSERT = """
INSERT INTO moderation_dailyfigure (day, figure, ground, kind, count)
SELECT (told.moment AT TIME ZONE 'UTC')::date, %s, told.ground, told.kind, count(*)
FROM (SELECT {moment} AS moment, {ground} AS ground, {kind} AS kind FROM {source}) AS told
WHERE told.moment >= %s AND told.moment < %s
GROUP BY 1, 3, 4
"""

# A decision that two people signed is one from the second signature on.
_DECIDED = """
CROSS JOIN LATERAL (
    SELECT min(coalesce(d.answered_at, d.decided_at)) AS at FROM moderation_decision d
    WHERE d.case_id = {case} AND d.state = 'in_force' AND coalesce(d.answered_at, d.decided_at) >= {since}
) AS decided
"""
_HEARD = "moderation_appeal a JOIN moderation_sanction s ON s.id = a.sanction_id"
# Of each median: from when to when, the ground, where it is read from, and which moment puts it into a year.
_TIMED: dict[Median, tuple[str, str, str, str, str]] = {
    Median.REPORT_TO_DECISION: (
        "r.received_at",
        "decided.at",
        "r.reason",
        f"moderation_report r {_DECIDED.format(case='r.case_id', since='r.received_at')}",
        "r.received_at",
    ),
    Median.OWN_CASE_TO_DECISION: (
        "c.opened_at",
        "decided.at",
        "c.ground",
        f"moderation_case c {_DECIDED.format(case='c.id', since='c.opened_at')} WHERE c.screened AND c.reporters = 0",
        "c.opened_at",
    ),
    Median.COMPLAINT_TO_OUTCOME: ("a.received_at", "a.heard_at", "s.ground", _HEARD, "a.heard_at"),
    Median.COMPLAINT_TO_REVERSAL: (
        "a.received_at",
        "a.heard_at",
        "s.ground",
        f"{_HEARD} WHERE a.state IN ('reduced', 'overturned')",
        "a.heard_at",
    ),
}
_MEDIAN = """
SELECT coalesce(told.ground, ''),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM told.done - told.began))
FROM (SELECT {began} AS began, {done} AS done, {ground} AS ground, {moment} AS moment FROM {source}) AS told
WHERE told.moment >= %s AND told.moment < %s AND told.done IS NOT NULL
GROUP BY GROUPING SETS ((told.ground), ())
"""


def count_due() -> list[int]:
    """Count what was not counted yet today (UTC): this year, the one before, and years never counted. Answers which.

    Years gone by are counted twice a year's end over, because a label may be withdrawn and an appeal decided later.
    """
    today = clock.now().date()
    if TransparencyYear.objects.filter(year=today.year, counted_at__gte=_midnight(today)).exists():
        return []
    known = set(TransparencyYear.objects.values_list("year", flat=True))
    years = [year for year in range(_first_year(today), today.year + 1) if year not in known or year >= today.year - 1]
    for year in years:
        count_year(year)
    return years


@whole
def count_year(year: int) -> TransparencyYear:
    """Count one year anew, all of it, so that what was counted before never adds to it. Days are those of UTC."""
    span = [_midnight(date(year, 1, 1)), _midnight(date(year + 1, 1, 1))]
    with connection.cursor() as cursor:
        cursor.execute(_PATIENCE)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        DailyFigure.objects.filter(day__year=year).delete()
        for figure, (moment, ground, kind, source) in _COUNTED.items():
            counting = _INSERT.format(moment=moment, ground=ground, kind=kind, source=source)
            cursor.execute(counting, [figure.value, *span])
        medians = {}
        for median, (began, done, ground, source, moment) in _TIMED.items():
            cursor.execute(_MEDIAN.format(began=began, done=done, ground=ground, source=source, moment=moment), span)
            medians[median.value] = {ground: float(s) for ground, s in cursor.fetchall() if s is not None}
    counted, _ = TransparencyYear.objects.update_or_create(
        year=year, defaults={"counted_at": clock.now(), "medians": medians, "staff": _staff()}
    )
    return counted


def _staff() -> dict[str, int]:
    people = User.objects.filter(is_active=True).values_list("role").annotate(Count("pk"))
    return dict(people.order_by("role"))


def _first_year(today: date) -> int:
    """Of the first row of each kind that comes in; ids grow with time, so nothing is scanned."""
    firsts: list[datetime | None] = [
        Case.objects.order_by("pk").values_list("opened_at", flat=True).first(),
        Report.objects.order_by("pk").values_list("received_at", flat=True).first(),
        Sanction.objects.order_by("pk").values_list("starts_at", flat=True).first(),
    ]
    return min([today.year, *(first.year for first in firsts if first is not None)])


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
