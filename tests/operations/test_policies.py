"""The life of a policy version: who may not, what cannot be, then drafting, saving and publishing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AuditEntry, User
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.models import PolicyVersion, clock
from moderation.operations.policies import Faulty, discard_draft, publish, save_draft, start_draft
from tests import making

pytestmark = pytest.mark.django_db

SEVERITY = "grounds.contact_requested.severity"


@pytest.fixture
def author() -> User:
    return making.admin(name="Robin")


@pytest.fixture
def draft(author: User) -> PolicyVersion:
    return start_draft(actor=author)


def saved(draft: PolicyVersion, by: User, **values: Any) -> PolicyVersion:
    return save_draft(draft.number, actor=by, seen_revision=draft.revision, values=values or {SEVERITY: "high"})


@pytest.mark.parametrize("role", [making.moderator, making.senior, making.auditor])
def test_only_whoever_manages_the_policy_writes_or_publishes_it(draft: PolicyVersion, role: Callable[[], User]) -> None:
    who, seen = role(), draft.revision
    for deed in (
        lambda: start_draft(actor=who),
        lambda: saved(draft, who),
        lambda: discard_draft(draft.number, actor=who, seen_revision=seen),
        lambda: publish(draft.number, actor=who, seen_revision=seen, note="x"),
    ):
        with pytest.raises(NotPermitted):
            deed()


def test_there_is_one_draft_at_a_time(draft: PolicyVersion) -> None:
    with pytest.raises(WrongMove, match="version 2: work on that one"):
        start_draft(actor=making.admin())
    with pytest.raises(IntegrityError), transaction.atomic():
        PolicyVersion.objects.create(number=3, body={})


def test_what_is_published_never_changes(author: User) -> None:
    in_force = PolicyVersion.objects.in_force()
    with pytest.raises(WrongMove, match="never changes again"):
        saved(in_force, author)
    with pytest.raises(WrongMove, match="never changes again"):
        discard_draft(in_force.number, actor=author, seen_revision=1)
    with pytest.raises(Missing):
        publish(7, actor=author, seen_revision=1, note="x")


def test_two_who_save_never_overwrite_each_other(draft: PolicyVersion, author: User) -> None:
    saved(draft, making.admin(name="Ash"))

    with pytest.raises(Stale, match="Ash has saved the draft"):
        saved(draft, author, undo_seconds=20)


def test_a_bad_value_changes_nothing(draft: PolicyVersion, author: User) -> None:
    with pytest.raises(Faulty) as refused:
        saved(draft, author, **{"due_minutes.critical": 90, "undo_seconds": 20})

    assert set(refused.value.faults) == {"due_minutes.critical"}
    draft.refresh_from_db()
    assert draft.body["undo_seconds"] == 10


def test_saving_what_stands_there_is_no_revision(draft: PolicyVersion) -> None:
    other = making.admin()

    assert saved(draft, other, undo_seconds=10).revision == 1
    draft.refresh_from_db()
    assert other.pk not in draft.editors


def test_nobody_publishes_what_they_have_written_in(draft: PolicyVersion, author: User) -> None:
    editor = making.admin()
    now = saved(draft, editor)

    for who in (author, editor):
        with pytest.raises(NotPermitted, match="a second person has to publish it"):
            publish(draft.number, actor=who, seen_revision=now.revision, note="x")
        with pytest.raises(IntegrityError), transaction.atomic():
            PolicyVersion.objects.filter(pk=draft.pk).update(published_by=who, published_at=clock.now())


def test_publishing_asks_for_what_was_seen_a_note_and_a_difference(draft: PolicyVersion, author: User) -> None:
    other = making.admin()
    with pytest.raises(Refused, match="nothing to publish"):
        publish(draft.number, actor=other, seen_revision=draft.revision, note="x")
    now = saved(draft, author)
    with pytest.raises(Stale, match="Robin has saved"):
        publish(draft.number, actor=other, seen_revision=draft.revision, note="x")
    with pytest.raises(Refused, match="why the policy changes"):
        publish(draft.number, actor=other, seen_revision=now.revision, note=" ")


def test_publishing_puts_it_into_force(draft: PolicyVersion, author: User) -> None:
    other = making.admin()
    now = saved(draft, author)

    publish(draft.number, actor=other, seen_revision=now.revision, note=" Asking is as grave as sharing. ")

    in_force = PolicyVersion.objects.in_force()
    assert (in_force.number, in_force.published_by, in_force.note) == (2, other, "Asking is as grave as sharing.")
    entry = AuditEntry.objects.get(verb="policy.published")
    assert (entry.policy_version, entry.details["changes"]) == (2, ["Contact requested, severity"])
    assert AuditEntry.objects.get(verb="policy.edited").details == {"revision": 2, "fields": [SEVERITY]}
    assert start_draft(actor=other).number == 3


def test_a_draft_that_is_thrown_away_makes_room(draft: PolicyVersion, author: User) -> None:
    with pytest.raises(Stale):
        discard_draft(draft.number, actor=author, seen_revision=9)

    discard_draft(draft.number, actor=author, seen_revision=draft.revision)

    assert start_draft(actor=author).number == draft.number
    assert AuditEntry.objects.filter(verb="policy.discarded").count() == 1
