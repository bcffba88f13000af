"""What comes of appeals, clause by clause: how often a rule or its use does not hold. Must not know HTTP."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.policy import Policy
from moderation.models import PolicyVersion, clock
from moderation.permissions import require, seen_in_sql, seen_values


class Period(StrEnum):
    QUARTER = "90"
    YEAR = "365"
    EVER = "ever"

    @property
    def label(self) -> str:
        return {"90": "Last 90 days", "365": "Last 365 days", "ever": "Since the beginning"}[self.value]


@dataclass(frozen=True, slots=True)
class ClauseFigures:
    clause: str
    text: str  # in the words of the policy in force; empty: it has no such clause any more
    appeals: int
    waiting: int
    upheld: int
    reduced: int
    overturned: int
    median_days: float | None  # from its arrival to the answer; None: none was answered

    @property
    def heard(self) -> int:
        return self.upheld + self.reduced + self.overturned

    @property
    def changed_percent(self) -> int | None:
        """Of those heard, how many did not leave the sanction as it was."""
        return round(100 * (self.reduced + self.overturned) / self.heard) if self.heard else None


@dataclass(frozen=True, slots=True)
class AppealFigures:
    period: Period
    clauses: tuple[ClauseFigures, ...]
    total: ClauseFigures
    late: int  # waiting longer than they should
    now: datetime


_FIGURES = """
SELECT clause, count(*), count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'upheld'),
       count(*) FILTER (WHERE state = 'reduced'), count(*) FILTER (WHERE state = 'overturned'),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM heard_at - received_at) / 86400)
           FILTER (WHERE heard_at IS NOT NULL),
       count(*) FILTER (WHERE state = 'open' AND due_at < %(now)s), grouping(clause)
FROM moderation_appeal AS appeal WHERE received_at >= %(since)s AND {seen}
GROUP BY GROUPING SETS ((clause), ()) ORDER BY grouping(clause), count(*) DESC, clause
"""


def appeal_figures(period: Period, *, viewer: Actor) -> AppealFigures:
    """Three queries. The appeals that came in during the period, as far as this person may see their cases.

    Raises NotPermitted."""
    require(viewer, Capability.READ_APPEAL_FIGURES)
    now = clock.now()
    policy = PolicyVersion.objects.in_force().policy
    since = datetime.min.replace(tzinfo=now.tzinfo) if period is Period.EVER else now - timedelta(days=int(period))
    with connection.cursor() as cursor:
        seen = seen_in_sql(viewer, "(SELECT case_id FROM moderation_sanction WHERE id = appeal.sanction_id)")
        cursor.execute(_FIGURES.format(seen=seen), {"now": now, "since": since, **seen_values(viewer)})
        rows = cursor.fetchall()
    texts = _texts(policy)
    *clauses, total = [ClauseFigures(row[0] or "", texts.get(row[0], ""), *row[1:7]) for row in rows]
    return AppealFigures(period=period, clauses=tuple(clauses), total=total, late=rows[-1][7], now=now)


def period_from(text: str) -> Period:
    """What the address asks for; anything else is the last year."""
    return next((period for period in Period if period == text), Period.YEAR)


def _texts(policy: Policy) -> dict[str, str]:
    clauses = [policy.teen_clause, *(ground.clause for ground in policy.grounds.values())]
    return {clause.code: clause.text for clause in clauses}
