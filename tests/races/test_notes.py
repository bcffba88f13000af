"""Two who pin or correct the same note at the same moment: one is told. Real threads."""

import pytest

from moderation.domain.refusals import Stale
from moderation.models import Note, Pin
from moderation.operations.notes import Manner, pin_note, write_note
from tests import making
from tests.races.test_cases import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_those_who_correct_a_note_one_does() -> None:
    people = [making.moderator() for _ in range(3)]
    account = making.account()
    note = write_note("x", actor=people[0], account_id=account.pk)
    how = Manner(corrects=note.pk)

    results = at_once(
        *(lambda who=who: write_note("y", actor=who, account_id=account.pk, manner=how) for who in people)
    )

    assert sorted(isinstance(result, Stale) for result in results) == [False, True, True]
    assert Note.objects.filter(corrects=note).count() == 1


def test_of_those_who_pin_a_note_one_does() -> None:
    people = [making.moderator() for _ in range(3)]
    note = write_note("x", actor=people[0], account_id=making.account().pk)

    results = at_once(*(lambda who=who: pin_note(note.pk, actor=who, is_pinned=True, seen_version=0) for who in people))

    assert sorted(isinstance(result, Stale) for result in results) == [False, True, True]
    assert Pin.objects.get().version == 1
