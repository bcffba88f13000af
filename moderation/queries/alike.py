"""The page of look-alikes: which open cases can be dismissed together with one, and what that would do.

Must not know HTTP.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q

from accounts.models import User
from accounts.roles import Capability
from moderation.domain.alike import MOST_AT_ONCE, Likeness, likeness, score_limit, why_alone
from moderation.domain.policy import Policy
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import Lane, Severity
from moderation.models import Case, PolicyVersion, clock
from moderation.models.cases import CaseQuerySet
from moderation.permissions import require, require_sight
from moderation.queries.queue import Row, rows_of

LOOKED_THROUGH = 5_000  # cases of the ground and severity, the most urgent first; so a rare kind costs no more


@dataclass(frozen=True, slots=True)
class AlikeRow:
    """A case on the list; `tick` is what its box sends: the case in the version that is shown."""

    row: Row
    tick: str
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class AlikePage:
    case_id: int
    headline: str
    severity: Severity
    ground: str
    rows: tuple[AlikeRow, ...]
    has_more: bool
    score_limit: float | None
    undo_seconds: int
    now: datetime
    key: UUID = field(default_factory=uuid4)


def alike_page(case_id: int, *, viewer: User, ticked: frozenset[int] | None = None) -> AlikePage:
    """What looks like this case, itself among it unless somebody else has it; `ticked` None: all of them.

    Five queries. Raises Missing, NotPermitted, and Refused when the case has to be looked at on its own.
    """
    require(viewer, Capability.WORK_CASES)
    case = require_sight(viewer, Case.objects.filter(pk=case_id).first())
    policy, now = PolicyVersion.objects.in_force().policy, clock.now()
    if words := why_alone(case, policy, now):
        raise Refused(f"Case {case_id} has to be looked at on its own: {words}.")

    model = likeness(case)
    found = list(_alike(case, viewer, policy, now))
    shown = found[:MOST_AT_ONCE]
    rows = zip(shown, rows_of(shown, viewer, now), strict=True)
    return AlikePage(
        case_id=case.pk,
        headline=case.headline,
        severity=model.severity,
        ground=model.ground.label,
        rows=tuple(AlikeRow(row, f"{c.pk}:{c.version}", ticked is None or c.pk in ticked) for c, row in rows),
        has_more=len(found) > MOST_AT_ONCE,
        score_limit=score_limit(model, policy),
        undo_seconds=round(policy.undo_window.total_seconds()),
        now=now,
    )


def _alike(case: Case, viewer: User, policy: Policy, now: datetime) -> CaseQuerySet:
    """In the order of the queue, one more than a page holds."""
    model = likeness(case)
    near = Case.objects.unheld().filter(ground=model.ground, severity=model.severity)
    own = Case.objects.open().filter(Q(holder=None) | Q(holder=viewer) | Q(lease_expires_at__lte=now), pk=case.pk)
    candidates = near.most_urgent_first()[:LOOKED_THROUGH].values("pk").union(own.values("pk"))
    cases = Case.objects.visible_to(viewer).filter(_light(model, policy, now), pk__in=candidates)
    return cases.most_urgent_first()[: MOST_AT_ONCE + 1]


def _light(model: Likeness, policy: Policy, now: datetime) -> Q:
    """The same as an empty `why_alone`, for rows."""
    limit = score_limit(model, policy)
    return (
        Q(headline=model.headline, teen=False, reporters=0, lane=Lane.ORDINARY, handed_to=None)
        & (Q(waits_until=None) | Q(waits_until__lte=now))
        & (Q() if limit is None else Q(score__lt=limit))
    )
