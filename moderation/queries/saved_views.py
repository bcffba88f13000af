"""The views that somebody can choose from above the filters: their own and those that others share."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts import Actor
from moderation.models import SavedView
from moderation.models.prepared import Prepared, Slot
from moderation.queries.queue_filters import Filters

MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ViewShown:
    view_id: int
    name: str
    query: str
    by: str  # who shares it; empty: one's own
    shared: bool
    is_current: bool  # its filters are those that are on


def views_of(viewer_id: int | Slot | None) -> QuerySet[SavedView]:
    """What this person can see: their own, and what others share."""
    return SavedView.objects.filter(Q(owner=viewer_id) | Q(shared=True)).select_related("owner")


_SHOWN = Prepared(lambda: views_of(Slot("viewer")))


def views_shown(viewer: Actor, filters: Filters) -> tuple[ViewShown, ...]:
    """One's own first, each part by name."""
    query = filters.as_query().urlencode()
    views = sorted(
        _SHOWN(viewer=viewer.actor_id), key=lambda view: (view.owner_id != viewer.actor_id, view.name.lower(), view.pk)
    )
    return tuple(
        ViewShown(
            view_id=view.pk,
            name=view.name,
            query=view.query,
            by="" if view.owner_id == viewer.actor_id else view.owner.name,
            shared=view.shared,
            is_current=view.query == query,
        )
        for view in views[:MOST_SHOWN]
    )
