"""Messages that break a detector, or the writing of their case: set aside, shown, tried again; the rest goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, WrongMove
from moderation.models import Case, Message, ScreeningFailure
from moderation.operations.apart import screen_next
from moderation.operations.patience import TooLongError, bounded
from moderation.operations.setting_aside import try_again, try_all_again
from moderation.prescreen import engine
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def choking(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A detector that raises at «poison», with the message in its words, as careless code does."""
    monkeypatch.setattr("moderation.prescreen.engine._look", _choking(engine._look))
    return monkeypatch


def _choking(look: Callable[..., Any]) -> Callable[..., Any]:
    def choke(text: str, *given: Any) -> Any:
        if "poison" in text:
            raise ValueError(text)
        return look(text, *given)

    return choke


def poisoned(text: str = "poison: my secret") -> Message:
    ann, ben = making.account(), making.account()
    return making.message(ann, text, within=making.conversation(ann, ben))


def set_aside(text: str = "poison: my secret") -> Message:
    message = poisoned(text)
    for _ in range(3):
        screen_next()
    return message


@pytest.mark.parametrize("who", [making.moderator, making.senior, making.auditor])
def test_only_whoever_manages_integrations_tries_again(choking: pytest.MonkeyPatch, who: Any) -> None:
    message = set_aside()
    for attempt in (lambda: try_again(message.pk, actor=who()), lambda: try_all_again(actor=who())):
        with pytest.raises(NotPermitted):
            attempt()
    assert Message.objects.set_aside().count() == 1


def test_what_is_not_set_aside_is_not_tried_again() -> None:
    message = poisoned("hello")
    with pytest.raises(WrongMove):
        try_again(message.pk, actor=making.admin())
    with pytest.raises(WrongMove):
        try_all_again(actor=making.admin())
    with pytest.raises(Missing):
        try_again(making.NOBODYS_ID, actor=making.admin())


def test_what_failed_and_where_is_kept_and_never_the_words(choking: pytest.MonkeyPatch) -> None:
    message = set_aside()

    failure = ScreeningFailure.objects.get()
    assert (failure.message_id, failure.error) == (message.pk, "ValueError")
    assert failure.place.startswith("tests/operations/test_setting_aside.py:")
    assert "secret" not in failure.place + failure.error
    assert screen_next() == 0


def test_tried_again_after_the_detector_was_mended_it_is_screened(choking: pytest.MonkeyPatch) -> None:
    message = set_aside(f"poison, text me on {making.PHONE}")
    choking.undo()
    admin = making.admin()

    try_again(message.pk, actor=admin)
    screen_next()

    message.refresh_from_db()
    assert message.screened_at is not None
    assert Case.objects.count() == 1
    assert AuditEntry.objects.filter(verb="message.tried_again", actor_id=admin.pk).count() == 1


def test_tried_again_and_still_broken_it_is_set_aside_again(choking: pytest.MonkeyPatch) -> None:
    set_aside()
    try_all_again(actor=making.admin())
    for _ in range(3):
        screen_next()
    assert Message.objects.set_aside().count() == 1
    assert screen_next() == 0


def test_a_conversation_whose_case_cannot_be_written_does_not_block_the_others() -> None:
    """The database itself refuses to take the finding of one conversation."""
    broken = poisoned(f"text me on {making.PHONE}")
    sound = poisoned("mail me: someone.else@gmail.com")
    _refuse_findings_of(broken.sender_id)

    for _ in range(3):
        screen_next()

    assert list(Message.objects.set_aside()) == [broken]
    sound.refresh_from_db()
    assert sound.screened_at is not None
    assert Case.objects.count() == 1
    assert ScreeningFailure.objects.get().error == "IntegrityError"


def test_missing_tables_are_no_fault_of_the_messages() -> None:
    message = poisoned(f"text me on {making.PHONE}")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE moderation_finding RENAME TO moderation_finding_away")
    try:
        with pytest.raises(ProgrammingError):
            screen_next()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE moderation_finding_away RENAME TO moderation_finding")
    message.refresh_from_db()
    assert message.attempts == 0


def test_what_runs_in_circles_is_ended() -> None:
    with pytest.raises(TooLongError):
        _run_in_circles()


def _run_in_circles() -> None:
    with bounded(0.1):
        while True:
            pass


def _refuse_findings_of(account_id: int) -> None:
    constraint = "ALTER TABLE moderation_finding ADD CONSTRAINT not_hers CHECK (actor_id <> %s)"
    with connection.cursor() as cursor:
        cursor.execute(constraint.replace("%s", str(account_id)))


@pytest.fixture(autouse=True)
def _as_before() -> Any:
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE moderation_finding DROP CONSTRAINT IF EXISTS not_hers")
