"""Keeping filters under a name, for oneself or for everybody, and giving them up again."""

from django.http import QueryDict

from accounts import Actor, audit
from accounts.database import whole
from accounts.models import User
from accounts.roles import Capability
from moderation.domain.refusals import Missing, NotPermitted, Refused
from moderation.models import SavedView
from moderation.permissions import require, staff_of
from moderation.queries.queue_filters import filters_from
from moderation.queries.saved_views import views_of

LONGEST_NAME = 60
MOST_VIEWS = 30  # of one person


@whole
def save_view(*, actor: Actor, name: str, query: str, shared: bool) -> SavedView:
    """Keep the filters of this query. Words in it that are no filter are left out. Raises Refused for a name that
    cannot be, or when no filter is on."""
    require(actor, Capability.WORK_CASES)  # first: a machine has no row to lock
    owner = User.objects.select_for_update(no_key=True).get(pk=staff_of(actor).pk)

    name = " ".join(name.split())
    filters = filters_from(QueryDict(query))
    _check_name(name, owner)
    if not filters:
        raise Refused("No filter is on, so there is nothing to save: choose what the view should show first.")

    view = SavedView.objects.create(name=name, query=filters.as_query().urlencode(), owner=owner, shared=shared)

    audit.record("view.saved", actor=actor, target=view, shared=shared)
    return view


@whole
def delete_view(view_id: int, *, actor: Actor) -> SavedView:
    """Give up a view of one's own. Raises Missing for what this person cannot see, NotPermitted for another's."""
    view = views_of(actor.actor_id).filter(pk=view_id).select_for_update(of=("self",)).first()

    require(actor, Capability.WORK_CASES)
    if view is None:
        raise Missing("There is no such view. It may have been deleted meanwhile.")
    if view.owner_id != actor.actor_id:
        raise NotPermitted(f"This view is {view.owner}'s: only they can delete it.")

    SavedView.objects.filter(pk=view.pk).delete()

    audit.record("view.deleted", actor=actor, target=view, shared=view.shared)
    return view


def _check_name(name: str, owner: User) -> None:
    if not name:
        raise Refused("A view needs a name: say in a word or two what it shows.")
    if len(name) > LONGEST_NAME:
        raise Refused(f"The name is longer than {LONGEST_NAME} characters: shorten it.")
    if owner.saved_views.filter(name=name).exists():
        raise Refused(f"You have a view “{name}” already: delete it first, or choose another name.")
    if owner.saved_views.count() >= MOST_VIEWS:
        raise Refused(f"You have {MOST_VIEWS} views already: delete one that you no longer use.")
