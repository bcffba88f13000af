"""Keeping how a person works: whose it is, what is refused, what the record tells."""

import pytest

from accounts import SYSTEM
from accounts.models import AuditEntry, User
from accounts.operations import save_preferences
from accounts.preferences import DEFAULT, Preferences, preferences_of
from accounts.refusals import NotPermitted, Refused
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)


def kept(user: User) -> Preferences:
    return preferences_of(User.objects.get(pk=user.pk))


def test_nobody_changes_how_another_works_not_even_an_admin() -> None:
    person = making.moderator(name="Robin")

    for actor in (making.admin(), SYSTEM, making.api_key()[0]):
        with pytest.raises(NotPermitted):
            save_preferences(person.pk, actor=actor, wanted=Preferences(greyscale=True))
    assert kept(person) == DEFAULT
    assert not AuditEntry.objects.filter(verb="preferences.changed").exists()


def test_who_was_switched_off_changes_nothing() -> None:
    person = making.moderator()
    person.is_active = False
    person.save()

    with pytest.raises(NotPermitted):
        save_preferences(person.pk, actor=person, wanted=Preferences(greyscale=True))


@pytest.mark.parametrize("keys", [{"undo": "xx"}, {"undo": "c"}, {"undo": "x", "confirm": "X"}])
def test_keys_that_cannot_be_used_are_refused_and_nothing_is_kept(keys: dict[str, str]) -> None:
    person = making.moderator()

    with pytest.raises(Refused, match="choose"):
        save_preferences(person.pk, actor=person, wanted=Preferences(keys=keys, greyscale=True))
    assert kept(person) == DEFAULT


@pytest.mark.parametrize("role", ["moderator", "senior", "admin", "auditor"])
def test_everybody_may_change_their_own(role: str) -> None:
    person = getattr(making, role)()
    wanted = Preferences(keys={"undo": "x"}, blur_text=True, break_after_minutes=30)

    save_preferences(person.pk, actor=person, wanted=wanted)

    assert kept(person) == wanted


def test_on_record_stands_what_was_changed_and_not_to_what() -> None:
    person = making.moderator()

    save_preferences(person.pk, actor=person, wanted=Preferences(blur_text=True, break_after_severe=2))

    entry = AuditEntry.objects.get(verb="preferences.changed")
    assert (entry.actor_id, entry.target_type, entry.target_id) == (person.pk, "user", str(person.pk))
    assert entry.details == {"changed": ["blur_text", "break_after_severe"]}


def test_keeping_what_is_there_already_is_nothing_for_the_record() -> None:
    person = making.moderator()

    save_preferences(person.pk, actor=person, wanted=DEFAULT)

    assert not AuditEntry.objects.filter(verb="preferences.changed").exists()
