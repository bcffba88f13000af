"""The example client against the real server, on good days and bad."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.roles import Scope
from examples.client import haven_client
from examples.client.haven_client import Account, Appeal, Away, Haven, Message, Refused, Rejected, Report, Sent
from moderation.models import Account as StoredAccount
from moderation.models import Appeal as StoredAppeal
from moderation.models import Message as StoredMessage
from moderation.models import Report as StoredReport
from tests import making
from tests.clients.gateway import Answers, Drops, Gateway, Limits, Loses, Manner, gateway

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET_WORDS = "what nobody else should read"


def said(number: int, text: str = SECRET_WORDS, **given: Any) -> Message:
    known: dict[str, Any] = {"conversation": "c1", "room": "group", "sender": "ann", "sent_at": NOON}
    return Message(id=f"m{number}", text=text, **known | given)


class Reached:
    """A client, the gateway it goes through, and how long it paused."""

    def __init__(self, way: Gateway, key: str, **options: Any) -> None:
        self.way = way
        self.pauses: list[float] = []
        self.haven = Haven(way.url, key, sleep=self.pauses.append, **options)


Reach = Callable[..., AbstractContextManager[Reached]]


@pytest.fixture
def reach(live_server: LiveServer) -> Reach:
    @contextmanager
    def reached(*manners: Manner, scopes: tuple[Scope, ...] = (), **options: Any) -> Iterator[Reached]:
        _, key = making.api_key(*scopes)
        with gateway(live_server.url, *manners) as way:
            found = Reached(way, key, **options)
            with found.haven:
                yield found

    return reached


# What is refused


def test_a_key_does_not_travel_in_the_open() -> None:
    with pytest.raises(ValueError, match="begin the address with https"):
        Haven("http://haven.example.org", "key")


def test_a_time_without_an_offset_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        said(1, sent_at=datetime(2026, 3, 1)).as_json()  # noqa: DTZ001


def test_what_haven_refuses_is_not_tried_again(reach: Reach) -> None:
    with reach(scopes=(Scope.STANDING_READ,)) as to:
        with pytest.raises(Refused) as refusal:
            to.haven.send([said(1)])
        assert (refusal.value.status, refusal.value.problem) == (403, "urn:haven:problem:no-scope")
        assert len(to.way.calls) == 1


def test_a_report_with_a_bad_field_says_which(reach: Reach) -> None:
    future = datetime.now(UTC) + timedelta(days=1)
    with reach() as to, pytest.raises(Refused, match=r"422: .*/created_at: This lies more than 5 minutes"):
        to.haven.report(Report("r1", "ann", "bob", "other", future))


@pytest.mark.parametrize("answer", [Answers(302, {"Location": "http://127.0.0.1:9/"}), Answers(200)])
def test_an_answer_that_is_not_havens_is_not_believed(reach: Reach, answer: Answers) -> None:
    with reach(answer) as to, pytest.raises(Refused, match="The answer is not Haven's"):
        to.haven.send([said(1)])


def test_patience_ends(reach: Reach) -> None:
    with reach(*[Answers(503)] * 50, patience=20) as to:
        with pytest.raises(Away, match=r"Given up after \d+ tries \(503\)"):
            to.haven.send([said(1)])
        assert sum(to.pauses) <= 20
        assert len(to.way.calls) == len(to.pauses) + 1


def test_rejected_items_are_named_and_keep_nothing_else_out(reach: Reach) -> None:
    bad: list[Message | Account] = [said(2, "NUL \0"), said(3, "half \ud800"), said(4, "x" * 20_001), Account("")]
    huge = said(6, "x" * haven_client.MOST_BYTES)
    with reach() as to:
        sent = to.haven.send([said(1), *bad, huge, said(7), Account("ann", role="listener")])
    assert sent.accepted == 2
    assert {(r.item.id, r.type) for r in sent.rejected} == {
        ("m2", "unstorable_characters"), ("m3", "unstorable_characters"), ("m4", "too_long"),
        ("", "malformed"), ("m6", "too_large"),
    }  # fmt: skip
    assert StoredAccount.objects.get(ext_id="ann").role == "listener"


# What goes in


def test_many_messages_go_in_batches_and_in_order(reach: Reach) -> None:
    heard: list[int] = []
    with reach(on_sent=lambda sent: heard.append(sent.accepted)) as to:
        sent = to.haven.send(said(number) for number in range(2_300))
        assert (sent.accepted, heard) == (2_300, [1_000, 1_000, 300])
        assert to.haven.send([said(1), said(2, "other")]) == Sent(duplicates=1, edited=1)
    assert list(StoredMessage.objects.order_by("id").values_list("ext_id", flat=True)[:3]) == ["m0", "m1", "m2"]


def test_batches_stay_within_the_bytes_that_a_call_may_have(reach: Reach) -> None:
    with reach() as to:
        assert to.haven.send(said(number, "é" * 15_000) for number in range(150)).accepted == 150
        sizes = [len(body) for _, _, body in to.way.calls]
    assert len(sizes) == 3
    assert max(sizes) <= haven_client.MOST_BYTES


def test_a_batch_that_somebody_on_the_way_finds_too_large_is_split(reach: Reach) -> None:
    with reach(Limits(1_000)) as to:
        sent = to.haven.send([*(said(n) for n in range(20)), said(20, "y" * 1_000), Account("bob")])
    assert sent.accepted == 20
    assert [(r.item.id, r.type) for r in sent.rejected] == [("m20", "too_large")]
    assert StoredAccount.objects.filter(ext_id="bob").exists()


@pytest.mark.parametrize("trouble", [Drops(), Loses(), Answers(503), Answers(502)])
def test_what_failed_on_the_way_is_sent_again_and_there_once(reach: Reach, trouble: Manner) -> None:
    with reach(trouble) as to:
        sent = to.haven.send([said(1), said(2)])
        assert len(to.way.calls) == 2
    assert sent.accepted + sent.duplicates == 2
    assert StoredMessage.objects.count() == 2


def test_retry_after_is_honoured_in_both_forms(reach: Reach) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    answers = [Answers(429, {"Retry-After": told}) for told in ("7", then, "soon")]
    with reach(*answers) as to:
        to.haven.send([said(1)])
        first, second, third = to.pauses
    assert 7 <= first < 8
    assert 60 < second < 92
    assert third <= 2


def test_pauses_grow_and_differ(reach: Reach) -> None:
    with reach(*[Drops()] * 8) as to:
        to.haven.send([said(1)])
        for place, pause in enumerate(to.pauses):
            longest = min(haven_client.LONGEST_PAUSE_S, haven_client.FIRST_PAUSE_S * 2**place)
            assert longest / 2 <= pause <= longest
        assert len(set(to.pauses)) == 8


def test_accounts_reports_and_standing(reach: Reach) -> None:
    with reach(Loses()) as to:
        to.haven.put_account(Account("a/b ü", "Ann", role="listener", badges=("verified",), joined_at=NOON))
        to.haven.report(Report("r1", "bob", "a/b ü", "other", NOON, SECRET_WORDS, messages=("m1",)))
        to.haven.report(Report("r1", "bob", "a/b ü", "other", NOON, SECRET_WORDS, messages=("m1",)))
        standing = to.haven.standing("a/b ü")
    assert (standing["id"], standing["suspended"]) == ("a/b ü", False)
    assert StoredAccount.objects.get(ext_id="a/b ü").badges == ["verified"]
    assert StoredReport.objects.get().text == SECRET_WORDS


def test_appeals_erasure_and_the_feed_are_taken(reach: Reach) -> None:
    sanction = making.sanction()
    account = sanction.account.ext_id
    with reach() as to:
        to.haven.appeal(Appeal("p1", str(sanction.pk), NOON, SECRET_WORDS))
        to.haven.appeal(Appeal("p1", str(sanction.pk), NOON, SECRET_WORDS))
        with pytest.raises(Refused) as second:
            to.haven.appeal(Appeal("p2", str(sanction.pk), NOON, SECRET_WORDS))
        receipt = to.haven.erase(account)
        page = to.haven.standing_changes()
        after = to.haven.standing_changes(page["next"])
    assert second.value.status == 409
    assert StoredAppeal.objects.get().text == SECRET_WORDS
    assert (receipt["id"], receipt["done_at"]) == (account, None)
    assert [change["id"] for change in page["changes"]] == [account]
    assert (after["changes"], after["more"]) == ([], False)


def test_nothing_that_people_wrote_is_logged_or_shown(reach: Reach, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="haven_client")
    with reach(Answers(503), Answers(429)) as to:
        sent = to.haven.send([said(1), said(2, f"{SECRET_WORDS}\0")])
        to.haven.report(Report("r1", "bob", "ann", "other", NOON, SECRET_WORDS))
    assert "trying again" in caplog.text
    assert isinstance(sent.rejected[0], Rejected)
    assert SECRET_WORDS not in caplog.text + repr(sent) + repr(Account("a", SECRET_WORDS))
