"""Batches that overlap in time and content, in real threads on real connections: nothing lost, doubled or stuck."""

from collections.abc import Callable, Sequence

import pytest

from accounts import SYSTEM
from moderation.domain.told import ToldAccount, ToldMessage
from moderation.domain.vocabulary import Room
from moderation.models import Account, Conversation, Message, MessageEdit, Participant
from moderation.operations.intake import Batch, Taken, take_messages
from moderation.operations.screening import screen_batch
from tests import making
from tests.races.test_cases import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = 300


def _batch(text: str = "hello", backwards: bool = False, room: Room = Room.GROUP) -> Batch:
    messages = [ToldMessage(f"m{i}", f"c{i % 17}", room, f"a{i % 17}", making.NOON, text) for i in range(SIZE)]
    accounts = [ToldAccount(f"a{i}", username=text) for i in range(17)]
    step = -1 if backwards else 1
    return Batch(messages[::step], accounts[::step])


def _take(batch: Batch) -> Callable[[], Taken]:
    return lambda: take_messages(batch, actor=SYSTEM)


def _total(taken: Sequence[Taken]) -> tuple[int, int, int, int]:
    return (
        sum(t.accepted for t in taken),
        sum(t.duplicates for t in taken),
        sum(t.edited for t in taken),
        sum(len(t.rejected) for t in taken),
    )


def test_the_same_batch_four_times_at_once_is_stored_once() -> None:
    taken = at_once(*(_take(_batch(backwards=i % 2 == 0)) for i in range(4)))
    assert _total(taken) == (SIZE, 3 * SIZE, 0, 0)
    assert (Message.objects.count(), Conversation.objects.count(), Account.objects.count()) == (SIZE, 17, 17)
    assert Participant.objects.count() == 17


def test_edits_that_meet_are_all_kept() -> None:
    take_messages(_batch("first"), actor=SYSTEM)
    taken = at_once(*(_take(_batch(text, backwards=text == "b")) for text in ("a", "b", "c")))
    assert _total(taken) == (0, 0, 3 * SIZE, 0)
    texts = {m.text for m in Message.objects.all()}
    assert texts <= {"a", "b", "c"}
    for message in Message.objects.prefetch_related("edits"):
        assert {*(e.text for e in message.edits.all()), message.text} == {"first", "a", "b", "c"}
    assert MessageEdit.objects.count() == 3 * SIZE


def test_screening_and_edits_do_not_stand_in_each_others_way() -> None:
    take_messages(_batch("first"), actor=SYSTEM)

    def screen() -> int:
        return sum(screen_batch(50) for _ in range(4))

    at_once(screen, _take(_batch("second", room=Room.FORUM)), screen, _take(_batch("third", backwards=True)))
    while screen_batch():
        pass
    assert not Message.objects.unscreened().exists()
    assert MessageEdit.objects.count() == 2 * SIZE
