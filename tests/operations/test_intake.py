"""Intake: what is refused, what is kept, and how many statements a batch takes. Over HTTP: see tests/api."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import SYSTEM
from accounts.models import AuditEntry
from accounts.refusals import NotPermitted
from accounts.roles import Scope
from moderation.domain.told import FaultKind, ToldAccount, ToldMessage
from moderation.domain.vocabulary import AccountRole, AgeGroup, Room
from moderation.models import Account, Conversation, Message, Participant
from moderation.operations.intake import BadDescription, Batch, Taken, describe_account, take_messages
from tests import making

pytestmark = pytest.mark.django_db
_numbers = count(1)


def _told(**given: Any) -> ToldMessage:
    known: dict[str, Any] = {
        "id": f"m{next(_numbers)}",
        "conversation": "c",
        "room": Room.GROUP,
        "sender": "ann",
        "sent_at": making.NOON,
        "text": "hello",
    }
    return ToldMessage(**known | given)


def _take(*messages: ToldMessage, accounts: tuple[ToldAccount, ...] = ()) -> Taken:
    return take_messages(Batch(messages, accounts), actor=SYSTEM)


def _counts(taken: Taken) -> tuple[int, int, int, int]:
    return taken.accepted, taken.duplicates, taken.edited, len(taken.rejected)


def test_a_key_without_the_scope_stores_nothing() -> None:
    key, _ = making.api_key(Scope.REPORTS_WRITE)
    with pytest.raises(NotPermitted):
        take_messages(Batch([_told()]), actor=key)
    with pytest.raises(NotPermitted):
        describe_account(ToldAccount("ann"), actor=key)
    assert not Message.objects.exists()
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("bad", "kind", "field"),
    [
        ({"id": ""}, FaultKind.MALFORMED, "id"),
        ({"id": "x" * 201}, FaultKind.TOO_LONG, "id"),
        ({"conversation": "\0"}, FaultKind.UNSTORABLE, "conversation/id"),
        ({"sender": ""}, FaultKind.MALFORMED, "sender"),
        ({"text": "x" * 20_001}, FaultKind.TOO_LONG, "text"),
        ({"text": "a\0"}, FaultKind.UNSTORABLE, "text"),
        ({"text": "a\udc00"}, FaultKind.UNSTORABLE, "text"),
        ({"sent_at": datetime(2026, 3, 1, 12)}, FaultKind.NAIVE_TIME, "sent_at"),  # noqa: DTZ001
        ({"sent_at": datetime.now(UTC) + timedelta(days=1)}, FaultKind.FUTURE_TIME, "sent_at"),
        ({"sent_at": datetime(1969, 12, 31, tzinfo=UTC)}, FaultKind.MALFORMED, "sent_at"),
    ],
)
def test_a_bad_message_is_refused_alone(bad: dict[str, Any], kind: FaultKind, field: str) -> None:
    taken = _take(_told(), _told(**bad), _told())
    assert _counts(taken) == (2, 0, 0, 1)
    (rejected,) = taken.rejected
    assert (rejected.index, rejected.fault.kind, rejected.fault.field) == (1, kind, field)


@pytest.mark.parametrize("good", [{"text": ""}, {"text": "😀" * 20_000}, {"id": "x" * 200}])
def test_what_is_just_within_the_bounds_is_taken(good: dict[str, Any]) -> None:
    assert _counts(_take(_told(**good))) == (1, 0, 0, 0)


def test_a_clock_that_is_a_little_fast_is_forgiven() -> None:
    assert _counts(_take(_told(sent_at=datetime.now(UTC) + timedelta(minutes=4)))) == (1, 0, 0, 0)


@pytest.mark.parametrize("bad", [{"username": "x" * 151}, {"badges": ("x",) * 51}, {"person": "\0"}])
def test_a_bad_description_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(BadDescription):
        describe_account(ToldAccount("ann", **bad), actor=SYSTEM)
    taken = _take(_told(), accounts=(ToldAccount("ann", **bad),))
    assert [(r.among, r.index) for r in taken.rejected] == [("accounts", 0)]


def test_senders_become_accounts_and_participants() -> None:
    _take(_told(), _told(sender="bea"), _told(), _told(conversation="d", room=Room.FORUM))
    assert set(Account.objects.values_list("ext_id", "role", "age_group")) == {
        ("ann", "unknown", "unknown"), ("bea", "unknown", "unknown"),
    }  # fmt: skip
    assert set(Conversation.objects.values_list("ext_id", "room")) == {("c", "group"), ("d", "forum")}
    assert set(Participant.objects.values_list("conversation__ext_id", "account__ext_id")) == {
        ("c", "ann"), ("c", "bea"), ("d", "ann"),
    }  # fmt: skip


def test_messages_of_one_second_keep_the_order_of_the_batch() -> None:
    _take(*(_told(id=name, text=name) for name in ("z", "a", "m")))
    assert [m.text for m in Message.objects.in_order()] == ["z", "a", "m"]


def test_the_same_again_is_a_duplicate() -> None:
    batch = [_told(), _told()]
    assert _counts(_take(*batch)) == (2, 0, 0, 0)
    assert _counts(_take(*batch)) == (0, 2, 0, 0)
    assert Message.objects.count() == 2


def test_an_id_twice_in_a_batch_is_one_message() -> None:
    told = _told()
    assert _counts(_take(told, told, told)) == (1, 2, 0, 0)


def test_another_text_is_an_edit_that_is_screened_again() -> None:
    told = _told(text="first")
    _take(told)
    Message.objects.update(screened_at=making.NOON, engine="1", attempts=2, received_at=making.NOON)
    assert _counts(_take(replace(told, text="second"))) == (0, 0, 1, 0)
    message = Message.objects.get()
    assert (message.text, message.screened_at, message.engine, message.attempts) == ("second", None, "", 0)
    assert message.received_at > making.NOON
    assert [edit.text for edit in message.edits.all()] == ["first"]


def test_every_text_of_a_batch_is_kept_in_its_order() -> None:
    told = _told(text="1")
    again = [replace(told, text=text) for text in ("2", "2", "1")]
    assert _counts(_take(told, *again)) == (1, 1, 2, 0)
    assert _counts(_take(replace(told, text="1"), replace(told, text="3"))) == (0, 1, 1, 0)
    message = Message.objects.get()
    assert (message.text, [e.text for e in message.edits.order_by("pk")]) == ("3", ["1", "2", "1"])


def test_another_time_alone_is_no_edit() -> None:
    told = _told()
    _take(told)
    assert _counts(_take(replace(told, sent_at=making.NOON + timedelta(hours=1)))) == (0, 1, 0, 0)
    assert Message.objects.get().sent_at == making.NOON


@pytest.mark.parametrize("other", [{"sender": "bea"}, {"conversation": "d"}])
@pytest.mark.parametrize("at_once", [True, False])
def test_somebody_elses_words_are_not_overwritten(other: dict[str, Any], at_once: bool) -> None:
    told = _told(text="mine")
    stranger = replace(told, text="not mine", **other)
    taken = _take(told, stranger) if at_once else (_take(told), _take(stranger))[1]
    assert [r.fault.kind for r in taken.rejected] == [FaultKind.CONFLICT]
    assert (taken.edited, Message.objects.get().text) == (0, "mine")


def test_descriptions_replace_what_was_known_and_nothing_else() -> None:
    making.account(ext_id="ann", suspended=True, username="old", person="p", badges=["verified"])
    told = ToldAccount("ann", username="new", role=AccountRole.LISTENER, age_group=AgeGroup.TEEN, badges=("b", "a"))
    _take(_told(), accounts=(ToldAccount("ann", username="overtaken"), told))
    account = Account.objects.get()
    assert (account.username, account.role, account.age_group) == ("new", "listener", "teen")
    assert (account.badges, account.person, account.suspended) == (["b", "a"], "", True)


def test_an_account_may_be_described_without_a_message() -> None:
    _take(accounts=(ToldAccount("ann", username="new"),))
    assert Account.objects.get().username == "new"


def test_a_room_that_a_report_guessed_is_put_right() -> None:
    Conversation.objects.create(ext_id="c", room=Room.ONE_TO_ONE)
    _take(_told(room=Room.GROUP))
    assert Conversation.objects.get().room == Room.GROUP


def test_the_record_holds_counts_and_no_words() -> None:
    key, _ = making.api_key()
    told = _told(text="my number is 07700 900142")
    take_messages(Batch([told, _told(text="\0")], [ToldAccount("ann", username="new")]), actor=key)
    entry = AuditEntry.objects.get(verb="messages.taken")
    assert (entry.target_type, entry.target_id) == ("intake", str(Message.objects.get().pk))
    assert entry.details == {"accepted": 1, "duplicates": 0, "edited": 0, "rejected": 1, "accounts": 1}


def _waiting_hints() -> int:
    from config.celery import app

    with app.connection_for_read() as broker:
        declared: Any = app.amqp.queues["screening"](broker.default_channel).queue_declare()
        return int(declared.message_count)


@pytest.mark.django_db(transaction=True)
def test_workers_are_woken_for_what_is_new_or_edited_and_for_nothing_else() -> None:
    told = _told()
    _take(_told(text="\0"))
    assert _waiting_hints() == 0
    _take(told)
    assert _waiting_hints() == 1
    _take(told)
    assert _waiting_hints() == 1
    _take(replace(told, text="edited"))
    assert _waiting_hints() == 2


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_loses_no_message(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from config.celery import app

    monkeypatch.setattr(app.conf, "broker_write_url", "redis+socket:///nowhere/redis.sock")
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    assert _counts(_take(_told())) == (1, 0, 0, 0)
    assert "hint_lost" in caplog.text
    assert Message.objects.unscreened().exists()


@pytest.mark.parametrize("kind", ["new", "again", "edited"])
def test_the_number_of_statements_does_not_grow_with_the_batch(kind: str) -> None:
    def statements(size: int) -> int:
        batch = [_told(sender=f"s{size}.{i}", conversation=f"c{size}.{i}") for i in range(size)]
        accounts = tuple(ToldAccount(told.sender, username="x") for told in batch)
        if kind != "new":
            _take(*batch, accounts=accounts)
        if kind == "edited":
            batch = [replace(told, text="edited", room=Room.FORUM) for told in batch]
            accounts = tuple(replace(told, username="y") for told in accounts)
        with CaptureQueriesContext(connection) as captured:
            _take(*batch, accounts=accounts)
        return len(captured)

    few, many = statements(2), statements(400)
    assert few == many
    assert many <= 16


def test_an_account_is_described_once() -> None:
    told = ToldAccount("ann", username="new", joined_at=making.NOON)
    described = [describe_account(told, actor=SYSTEM) for _ in range(2)]
    assert [d.created for d in described] == [True, False]
    assert AuditEntry.objects.filter(verb="account.described").count() == 1
