"""The appeals that wait to be heard, what is due first coming first. Must not know HTTP.

Says nothing of what was decided or by whom: whoever opens one from here looks at the matter without knowing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db.models import Exists, OuterRef

from accounts import Actor
from accounts.roles import Capability
from moderation.domain.vocabulary import Ground
from moderation.models import Appeal, CaseParty, FirstView, clock
from moderation.permissions import about_cases_of, is_narrowed, may_hear, require

PAGE_SIZE = 50
KEEP_FOR = timedelta(seconds=5)
SHOWN = 160  # characters of what was written
_KEY = "appeals-waiting"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LINKED = "A linked account"


@dataclass(frozen=True, slots=True)
class AppealRow:
    appeal_id: int
    account: str
    is_teen: bool
    ground: str
    excerpt: str
    received_at: datetime
    due_at: datetime
    is_late: bool
    can_hear: bool
    is_begun: bool  # this person has written a first view


@dataclass(frozen=True, slots=True)
class AppealsPage:
    rows: tuple[AppealRow, ...]
    following: str  # the place where the next page begins; empty: there is none
    now: datetime
    first_to_hear: int  # the one that the key opens; 0: none


def appeals_page(*, viewer: Actor, after: str = "") -> AppealsPage:
    """Two queries. `after` is the `following` of the page before; what cannot be read begins at the top.

    Raises NotPermitted for whoever does not hear appeals.
    """
    require(viewer, Capability.HEAR_APPEALS)
    now = clock.now()
    parts = CaseParty.objects.filter(case=OuterRef("sanction__case"), account=OuterRef("sanction__account"))
    waiting = (
        Appeal.objects.waiting()
        .filter(about_cases_of(viewer, "sanction__case"))
        .select_related("sanction__account")
        .annotate(
            is_begun=Exists(FirstView.objects.filter(appeal=OuterRef("pk"), person=viewer.actor_id)),
            is_party=Exists(parts),
        )
    )
    place = _place_from(after)
    found = list((waiting.due_after(*place) if place else waiting).soonest_first()[: PAGE_SIZE + 1])
    rows = tuple(_row(appeal, viewer, now) for appeal in found[:PAGE_SIZE])
    return AppealsPage(
        rows=rows,
        following=_place(found[PAGE_SIZE - 1]) if len(found) > PAGE_SIZE else "",
        now=now,
        first_to_hear=next((row.appeal_id for row in rows if row.can_hear), 0),
    )


def count_waiting(viewer: Actor) -> int:
    """How many there are, up to KEEP_FOR old: it stands on every page of a senior. For whoever sees some cases alone
    it is counted anew."""
    if is_narrowed(viewer):
        return Appeal.objects.waiting().filter(about_cases_of(viewer, "sanction__case")).count()
    kept: int | None = cache.get(_KEY)
    if kept is None:
        kept = Appeal.objects.waiting().count()
        cache.set(_KEY, kept, KEEP_FOR.total_seconds())
    return kept


def forget() -> None:
    """Count anew at the next call: one has just come in or was decided."""
    cache.delete(_KEY)


def _row(appeal: Appeal, viewer: Actor, now: datetime) -> AppealRow:
    account = appeal.sanction.account
    words = " ".join(appeal.text.split())
    return AppealRow(
        appeal_id=appeal.pk,
        account=name_for(viewer, account.display_name, is_party=appeal.is_party),  # type: ignore[attr-defined]
        is_teen=account.is_teen,
        ground=Ground(appeal.sanction.ground).label,
        excerpt=words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…",
        received_at=appeal.received_at,
        due_at=appeal.due_at,
        is_late=appeal.due_at < now,
        can_hear=may_hear(viewer, appeal),
        is_begun=appeal.is_begun,  # type: ignore[attr-defined]
    )


def name_for(viewer: Actor, name: str, *, is_party: bool) -> str:
    """Which accounts belong to one person is confidential: one that has no part in the case stays without a name."""
    return name if is_party or viewer.can(Capability.SEE_LINKS) else LINKED


def _place(appeal: Appeal) -> str:
    return f"{(appeal.due_at - _EPOCH) // timedelta(microseconds=1)}.{appeal.pk}"


def _place_from(text: str) -> tuple[datetime, int] | None:
    try:
        micros, appeal_id = (int(part) for part in text.split("."))
        moment = _EPOCH + timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        return None
    return (moment, appeal_id) if 0 <= appeal_id < 2**63 else None
