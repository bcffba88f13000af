"""POST messages: what is refused of a batch, and that nothing good is lost with it."""

from typing import Any

import pytest

from accounts.models import AuditEntry
from accounts.roles import Scope
from moderation.models import Account, Conversation, Message, MessageEdit
from tests.api import telling
from tests.api.platform import Answer, Platform

pytestmark = pytest.mark.django_db

BAD_MESSAGES: dict[str, tuple[Any, str, str]] = {
    "no object": (7, "malformed", "/messages/1"),
    "no id": ({k: v for k, v in telling.message().items() if k != "id"}, "malformed", "/messages/1/id"),
    "empty id": (telling.message(id=""), "malformed", "/messages/1/id"),
    "long id": (telling.message(id="x" * 201), "too_long", "/messages/1/id"),
    "id with NUL": (telling.message(id="a\0"), "unstorable_characters", "/messages/1/id"),
    "number as id": (telling.message(id=12), "malformed", "/messages/1/id"),
    "no conversation": (telling.message(conversation=None), "malformed", "/messages/1/conversation"),
    "room unknown": (
        telling.message(conversation={"id": "c", "room": "attic"}),
        "malformed",
        "/messages/1/conversation/room",
    ),
    "conversation without id": (
        telling.message(conversation={"id": "", "room": "group"}),
        "malformed",
        "/messages/1/conversation/id",
    ),
    "empty sender": (telling.message(sender=""), "malformed", "/messages/1/sender"),
    "text missing": (telling.message(text=None), "malformed", "/messages/1/text"),
    "text too long": (telling.message(text="x" * 20_001), "too_long", "/messages/1/text"),
    "text with NUL": (telling.message(text="a\0b"), "unstorable_characters", "/messages/1/text"),
    "half a surrogate": (telling.message(text="a\ud83d"), "unstorable_characters", "/messages/1/text"),
    "halves swapped": (telling.message(text="\ude00\ud83d"), "unstorable_characters", "/messages/1/text"),
    "no time": (telling.message(sent_at="yesterday"), "malformed", "/messages/1/sent_at"),
    "naive time": (telling.message(sent_at="2026-03-01T18:00:00"), "naive_time", "/messages/1/sent_at"),
    "date only": (telling.message(sent_at="2026-03-01"), "malformed", "/messages/1/sent_at"),
    "Unix time": (telling.message(sent_at=1772388000), "malformed", "/messages/1/sent_at"),
    "no such day": (telling.message(sent_at="2026-02-30T18:00:00Z"), "malformed", "/messages/1/sent_at"),
    "far future": (telling.message(sent_at="9999-12-31T23:59:59-14:00"), "future_time", "/messages/1/sent_at"),
    "far past": (telling.message(sent_at="0001-01-01T00:00:00+14:00"), "malformed", "/messages/1/sent_at"),
}


def _counts(answer: Answer) -> tuple[int, int, int, int]:
    body = answer.body
    return body["accepted"], body["duplicates"], body["edited"], len(body["rejected"])


@pytest.mark.parametrize(("bad", "kind", "pointer"), BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_a_bad_item_is_refused_alone(bad: Any, kind: str, pointer: str) -> None:
    answer = Platform().post("messages", {"messages": [telling.message(), bad, telling.message()]})
    assert (answer.status, _counts(answer)) == (202, (2, 0, 0, 1))
    (rejected,) = answer.body["rejected"]
    assert (rejected["index"], rejected["type"], rejected["pointer"]) == (1, kind, pointer)
    assert rejected["detail"].endswith(".")
    assert Message.objects.count() == 2


def test_a_refusal_never_repeats_what_was_sent() -> None:
    secret = "my number is 07700 900142"
    bad = [telling.message(text=[secret]), telling.message(sent_at=secret), telling.message(text=secret * 1000)]
    answer = Platform().post("messages", {"messages": bad})
    assert len(answer.body["rejected"]) == 3
    assert "07700" not in str(answer.body)


def test_a_bad_description_keeps_no_message_out() -> None:
    accounts = [telling.account(), telling.account(id="bea", age_group="child"), telling.account(username="x" * 151)]
    answer = Platform().post("messages", {"messages": [telling.message(sender="bea")], "accounts": accounts})
    assert _counts(answer) == (1, 0, 0, 2)
    assert [r["pointer"] for r in answer.body["rejected"]] == ["/accounts/1/age_group", "/accounts/2/username"]
    assert [r["index"] for r in answer.body["rejected"]] == [1, 2]
    assert Account.objects.get(ext_id="bea").age_group == "unknown"


def test_the_same_id_elsewhere_is_a_conflict_and_overwrites_nothing() -> None:
    platform = Platform()
    platform.post("messages", {"messages": [telling.message(id="m1", text="mine")]})
    elsewhere = telling.message(id="m1", conversation={"id": "another", "room": "group"}, text="not mine")
    somebody = telling.message(id="m1", sender="bea", text="not mine")
    answer = platform.post("messages", {"messages": [elsewhere, telling.message(), somebody]})
    assert _counts(answer) == (1, 0, 0, 2)
    assert [(r["index"], r["type"]) for r in answer.body["rejected"]] == [(0, "conflict"), (2, "conflict")]
    assert Message.objects.get(ext_id="m1").text == "mine"
    assert not MessageEdit.objects.exists()


def test_refusals_come_in_the_order_of_the_batch() -> None:
    batch = [telling.message(text="\0"), 7, telling.message(), telling.message(id=""), {}]
    answer = Platform().post("messages", {"messages": batch, "accounts": [{}]})
    places = [r["pointer"].split("/")[1:3] for r in answer.body["rejected"]]
    assert places == [["messages", "0"], ["messages", "1"], ["messages", "3"], ["messages", "4"], ["accounts", "0"]]


def test_a_batch_is_stored_with_its_conversations_and_senders() -> None:
    group = {"id": "room 2", "room": "group"}
    batch = [
        telling.message(id="m1", text="hallo 😀", sent_at="2026-03-01T19:00:00.123456+01:00"),
        telling.message(id="m2", sender="bea"),
        telling.message(id="m3", conversation=group),
    ]
    answer = Platform().post("messages", {"messages": batch, "accounts": [telling.account()]})
    assert _counts(answer) == (3, 0, 0, 0)
    first = Message.objects.get(ext_id="m1")
    assert (first.text, first.sent_at.isoformat(), first.screened_at) == (
        "hallo 😀", "2026-03-01T18:00:00.123456+00:00", None,
    )  # fmt: skip
    assert (first.sender.username, first.sender.badges) == ("quiet_river", ["teen_listener", "verified"])
    unknown = Account.objects.get(ext_id="bea")
    assert (unknown.role, unknown.age_group) == ("unknown", "unknown")
    rooms = {c.ext_id: (c.room, {a.ext_id for a in c.accounts.all()}) for c in Conversation.objects.all()}
    assert rooms == {"room 1": ("one_to_one", {"ann", "bea"}), "room 2": ("group", {"ann"})}


def test_the_same_batch_again_is_harmless_and_answers_so() -> None:
    platform = Platform()
    body = {"messages": [telling.message(), telling.message()], "accounts": [telling.account()]}
    platform.post("messages", body)
    assert _counts(platform.post("messages", body)) == (0, 2, 0, 0)
    assert (Message.objects.count(), Account.objects.count(), MessageEdit.objects.count()) == (2, 1, 0)


def test_an_edit_is_counted() -> None:
    platform = Platform()
    platform.post("messages", {"messages": [telling.message(id="m1", text="first")]})
    answer = platform.post("messages", {"messages": [telling.message(id="m1", text="second")]})
    assert _counts(answer) == (0, 0, 1, 0)
    assert Message.objects.get().edits.get().text == "first"


def test_the_record_names_the_key_and_the_request() -> None:
    platform = Platform(Scope.MESSAGES_WRITE)
    answer = platform.post("messages", {"messages": [telling.message()]})
    entry = AuditEntry.objects.get(verb="messages.taken")
    assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("machine", platform.key.pk, platform.key.name)
    assert entry.request_id == answer.headers["X-Request-ID"]
    assert entry.details == {"accepted": 1, "duplicates": 0, "edited": 0, "rejected": 0, "accounts": 0}


@pytest.mark.parametrize("name", ["messages", "accounts"])
def test_an_empty_list_is_fine(name: str) -> None:
    assert _counts(Platform().post("messages", {"messages": []} | {name: []})) == (0, 0, 0, 0)
