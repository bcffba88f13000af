"""Who may keep filters under a name, and give them up."""

import pytest
from django.db import connection
from django.http import QueryDict

from accounts import SYSTEM
from accounts.models import AuditEntry, User
from moderation.domain.refusals import Missing, NotPermitted, Refused
from moderation.models import SavedView
from moderation.operations.saved_views import LONGEST_NAME, MOST_VIEWS, delete_view, save_view
from moderation.queries.queue_filters import filters_from
from moderation.queries.saved_views import views_shown
from tests import making

pytestmark = pytest.mark.django_db


def saved(owner: User, name: str = "Teens", query: str = "teen=1", *, shared: bool = False) -> SavedView:
    return save_view(actor=owner, name=name, query=query, shared=shared)


def test_an_auditor_and_a_machine_save_nothing() -> None:
    with pytest.raises(NotPermitted):
        saved(making.auditor())
    with pytest.raises(NotPermitted):
        save_view(actor=SYSTEM, name="Teens", query="teen=1", shared=True)


@pytest.mark.parametrize(
    ("name", "query", "sentence"),
    [
        ("", "teen=1", "needs a name"),
        (" \n ", "teen=1", "needs a name"),
        ("x" * (LONGEST_NAME + 1), "teen=1", "longer than 60"),
        ("All", "", "No filter is on"),
        ("All", "teen=yes&ground=nonsense&after=1.1.1", "No filter is on"),
    ],
)
def test_a_view_that_cannot_be_is_refused(name: str, query: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        saved(making.moderator(), name, query)


def test_a_name_is_taken_once_by_each_person() -> None:
    me = making.moderator()
    saved(me)
    with pytest.raises(Refused, match="You have a view “Teens” already"):
        saved(me, " Teens ")
    assert saved(making.moderator()).name == "Teens"


def test_there_is_an_end_to_how_many_one_may_have() -> None:
    me = making.moderator()
    for number in range(MOST_VIEWS):
        saved(me, f"view {number}")
    with pytest.raises(Refused, match="30 views already"):
        saved(me, "one more")


def test_nobody_deletes_what_they_do_not_own_or_cannot_see() -> None:
    me, other = making.moderator(), making.admin()
    private, shared = saved(me), saved(me, "Ours", shared=True)
    with pytest.raises(Missing):
        delete_view(making.NOBODYS_ID, actor=other)
    with pytest.raises(Missing):
        delete_view(private.pk, actor=other)
    with pytest.raises(NotPermitted, match=f"This view is {me.name}'s"):
        delete_view(shared.pk, actor=other)
    assert SavedView.objects.count() == 2


def test_a_view_keeps_the_filters_and_nothing_else_of_the_address() -> None:
    view = saved(making.moderator(), query="teen=1&after=1.1.1&version=x&severity=low&language=<b>")

    assert view.query == "severity=low&teen=1"
    assert AuditEntry.objects.get(verb="view.saved").details == {"shared": False}


def test_one_deletes_ones_own() -> None:
    me = making.moderator()
    view = saved(me)

    delete_view(view.pk, actor=me)

    assert not SavedView.objects.exists()
    assert AuditEntry.objects.get(verb="view.deleted").target_id == str(view.pk)


def test_everybody_sees_their_own_and_what_is_shared(django_assert_num_queries) -> None:
    me, robin = making.moderator(), making.moderator(name="Robin")
    saved(me, "Mine", "late=1")
    saved(robin, "Hidden")
    saved(robin, "Ours", shared=True)

    with django_assert_num_queries(1, connection=connection):
        views = views_shown(me, filters_from(QueryDict("teen=1")))

    assert [(view.name, view.by, view.is_current) for view in views] == [("Mine", "", False), ("Ours", "Robin", True)]
