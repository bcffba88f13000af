"""Retention beside people and machines at work: whoever holds something is neither waited for nor robbed of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from moderation.domain.retention import Kept
from moderation.models import Case, Conversation, Decision, Evidence, Message, PolicyVersion, clock
from moderation.operations.retention import let_go
from tests import making

pytestmark = pytest.mark.django_db(transaction=True)

LONG = timedelta(days=1000)


@contextmanager
def elsewhere(hold: Callable[[], object]) -> Iterator[None]:
    """Somebody else's transaction has locked something, and keeps it until the end of the block."""
    held, over = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                hold()
                held.set()
                over.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert held.wait(20)
    try:
        yield
    finally:
        over.set()
        thread.join()


def an_old_message() -> Message:
    sender = making.account()
    said = making.message(sender, "hello", within=making.conversation(sender), screened_at=making.NOON)
    Message.objects.filter(pk=said.pk).update(received_at=clock.now() - LONG)
    return said


def test_a_message_whose_conversation_somebody_works_on_stays_for_another_night() -> None:
    said = an_old_message()
    mine = Conversation.objects.filter(pk=said.conversation_id)
    with elsewhere(lambda: list(mine.select_for_update(no_key=True))):
        assert let_go(Kept.MESSAGES) == 0
    assert let_go(Kept.MESSAGES) == 1


def test_a_case_opened_at_the_last_moment_keeps_its_messages() -> None:
    """The case is opened, unseen as yet, by a report that holds the conversation."""
    said = an_old_message()

    def report() -> None:
        Conversation.objects.select_for_update(no_key=True).get(pk=said.conversation_id)
        now = clock.now()
        Case.objects.create(
            conversation=said.conversation,
            subject=said.sender,
            ground="other",
            grounds=["other"],
            severity=1,
            priority=0,
            opened_at=now,
            due_at=now,
            policy_version=PolicyVersion.objects.in_force(),
        )

    with elsewhere(report):
        assert let_go(Kept.MESSAGES) == 0
    assert let_go(Kept.MESSAGES) == 0
    assert Message.objects.filter(pk=said.pk).exists()


def test_two_nights_at_once_let_everything_go_once() -> None:
    for _ in range(5):
        case = making.case()
        making.decided(case)
        then = clock.now() - LONG
        Decision.objects.filter(case=case).update(decided_at=then, undo_until=None)
        Case.objects.filter(pk=case.pk).update(closed_at=then)
    start, gone = threading.Barrier(2), []

    def night() -> None:
        try:
            start.wait(20)
            gone.append(let_go(Kept.EVIDENCE))
        finally:
            connection.close()

    threads = [threading.Thread(target=night) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    let_go(Kept.EVIDENCE)
    assert not Evidence.objects.exists()
    assert len(gone) == 2
