"""The example platform, called as Haven calls it and looked at as people and tests do."""

from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import LazySettings

from examples.platform.server import MOST_BYTES
from moderation.domain.vocabulary import Deed
from moderation.integrations.webhook import deliver_due, signed
from moderation.models import Sanction
from moderation.operations.approvals import approve_decision
from moderation.operations.changing import Wanted, change_sanction
from moderation.operations.sanctions import lift_sanction
from tests import making
from tests.integrations.example_platform import IN_A_WEEK, NOW, YESTERDAY, Platform, running, suspension, told
from tests.integrations.receiver import OTHER_SECRET, SECRET
from tests.outbox_events import make_due

# What is not taken


def test_a_call_of_somebody_else_is_refused(platform: Platform) -> None:
    assert platform.send(suspension(), secrets=(OTHER_SECRET,)).status == 401
    assert platform.events == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "msg_1", "webhook-timestamp": "soon", "webhook-signature": "v1,abcd"},
        {"webhook-id": "msg_1", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": "nonsense"},
        {"webhook-id": "msg_1", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": "v1,%%%"},
    ],
)
def test_a_call_without_a_readable_signature_is_refused(platform: Platform, headers: dict[str, str]) -> None:
    assert platform.post(b"{}", headers) == 401


@pytest.mark.parametrize("off", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_an_old_call_played_again_is_refused(platform: Platform, off: timedelta) -> None:
    body = '{"type": "notice.sent", "timestamp": "2026-03-01T12:00:00Z", "data": {}}'

    assert platform.post(body.encode(), signed("msg_1", body, (SECRET,), now=datetime.now(UTC) + off)) == 401


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "nothing",
        '{"type": "notice.sent", "data": {}}',
        '{"type": "notice.sent", "timestamp": "yesterday", "data": {}}',
        '{"type": "notice.sent", "timestamp": "2026-03-01T12:00:00", "data": {}}',
        '{"type": 1, "timestamp": "2026-03-01T12:00:00Z", "data": {}}',
        '{"type": "notice.sent", "timestamp": "2026-03-01T12:00:00Z", "data": []}',
    ],
)
def test_what_is_signed_but_no_event_is_refused(platform: Platform, body: str) -> None:
    assert platform.post(body.encode(), signed("msg_1", body, (SECRET,), now=datetime.now(UTC))) == 422


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Content-Length", str(MOST_BYTES + 1), 413),
        ("Content-Length", "-1", 411),
        ("Content-Length", "", 411),
        ("Transfer-Encoding", "chunked", 411),
    ],
)
def test_a_body_of_unknown_or_too_great_length_is_refused_unread(
    platform: Platform, header: str, value: str, status: int
) -> None:
    call = HTTPConnection(platform.url.removeprefix("http://"), timeout=20)
    call.putrequest("POST", "/webhooks")
    call.putheader(header, value)
    call.endheaders()
    answer = call.getresponse()

    assert answer.status == status
    assert answer.getheader("connection") == "close"
    call.close()


def test_addresses_that_do_not_exist_say_so(platform: Platform) -> None:
    assert platform.send(suspension(), path="/elsewhere").status == 404
    assert httpx.get(f"{platform.url}/elsewhere").status_code == 404


def test_it_fails_and_hangs_on_demand(platform: Platform) -> None:
    assert platform.send(suspension(), path="/webhooks/fail").status == 500
    assert platform.send(suspension(), path="/webhooks/hang").trouble.startswith("The platform did not answer within")
    assert platform.events == []


def test_a_share_of_one_fails_every_event() -> None:
    with running(fail_rate=1) as platform:
        assert platform.send(suspension()).status == 500


# What the events say


def test_an_event_that_comes_twice_is_acted_on_once(platform: Platform) -> None:
    event = suspension()

    assert [platform.send(event).status, platform.send(event).status] == [200, 200]

    (only,) = platform.events
    assert (only["id"], only["repeats"]) == (f"msg_{event.public_id.hex}", 1)
    assert len(platform.account("ann")["notices"]) == 1


def test_a_suspension_holds_until_its_end(platform: Platform) -> None:
    platform.send(suspension())
    platform.send(suspension("bob", sanction="8", ends_at=YESTERDAY))
    platform.send(suspension("cid", sanction="9", ends_at=None))

    ann, bob, cid = (platform.account(name) for name in ("ann", "bob", "cid"))
    assert (ann["suspended"], ann["suspended_until"]) == (True, IN_A_WEEK)
    assert (bob["suspended"], bob["suspended_until"]) == (False, None)
    assert (cid["suspended"], cid["suspended_until"]) == (True, None)


def test_lifting_one_suspension_leaves_the_other(platform: Platform) -> None:
    platform.send(suspension(sanction="7"))
    platform.send(suspension(sanction="8", ends_at=None))
    platform.send(told("sanction.lifted", sanction="8", account="ann", at=NOW + timedelta(seconds=1)))

    assert platform.account("ann")["suspended_until"] == IN_A_WEEK

    platform.send(told("sanction.lifted", sanction="7", account="ann", at=NOW + timedelta(seconds=2)))
    assert not platform.account("ann")["suspended"]


def test_an_event_that_comes_after_a_younger_one_changes_nothing(platform: Platform) -> None:
    platform.send(told("sanction.lifted", sanction="7", account="ann", at=NOW))
    platform.send(suspension(at=NOW - timedelta(days=3)))

    assert not platform.account("ann")["suspended"]


def test_an_education_notice_takes_nothing_away(platform: Platform) -> None:
    platform.send(suspension(kind="education_notice", notice="Six questions"))

    ann = platform.account("ann")
    assert not ann["suspended"]
    assert [notice["text"] for notice in ann["notices"]] == ["Six questions"]


def test_a_badge_is_held_removed_and_restored(platform: Platform) -> None:
    badge: dict[str, Any] = {"account": "ann", "badge": "teen_listener"}
    platform.send(told("badge.held", sanction="1", **badge))
    assert platform.account("ann")["badges_held"] == ["teen_listener"]

    platform.send(told("badge.restored", sanction="1", **badge, at=NOW + timedelta(seconds=1)))
    platform.send(told("badge.removed", sanction="2", **badge, at=NOW + timedelta(seconds=2)))
    ann = platform.account("ann")
    assert (ann["badges_held"], ann["badges_removed"]) == ([], ["teen_listener"])


def test_what_is_told_to_people_is_kept_with_the_account(platform: Platform) -> None:
    platform.send(suspension(notice=""))
    platform.send(told("appeal.decided", appeal="a1", sanction="7", outcome="upheld", text="It stays."))
    platform.send(told("report.closed", report="r1", reporter="bob", outcome="action_taken"))
    platform.send(told("check_in.due", account="bob", due_at=IN_A_WEEK, url="https://haven.example/check-in"))

    assert [notice["text"] for notice in platform.account("ann")["notices"]] == ["It stays."]
    bob = platform.account("bob")
    (notice,) = bob["notices"]
    assert notice["text"].startswith("Thank you for your report.")
    assert bob["check_in_due"] == IN_A_WEEK


def test_an_event_that_names_nobody_is_kept_and_concerns_nobody(platform: Platform) -> None:
    platform.send(told("notice.sent", account="ann", text="Hello"))
    platform.send(told("appeal.decided", text="Whose?"))

    assert len(platform.events) == 2
    assert [notice["text"] for notice in platform.account("ann")["notices"]] == ["Hello"]


def test_an_event_of_an_unknown_type_is_taken_and_shown(platform: Platform) -> None:
    assert platform.send(told("garden.watered", account="ann")).arrived

    assert "garden.watered" in platform.get().text


@pytest.mark.parametrize("signing", [(SECRET,), (OTHER_SECRET,), (SECRET, OTHER_SECRET)])
def test_two_secrets_are_valid_at_once(signing: tuple[str, ...]) -> None:
    with running(secrets=f"{SECRET} {OTHER_SECRET}") as platform:
        assert platform.send(suspension(), secrets=signing).arrived


# What Haven's own operations say


@pytest.fixture
def connected(platform: Platform, settings: LazySettings, transactional_db: None) -> Platform:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = f"{platform.url}/webhooks", SECRET
    settings.WEBHOOK_ALLOW_PRIVATE = True
    return platform


def test_a_suspension_and_its_lifting_are_understood(connected: Platform) -> None:
    member = making.account()
    decision = making.decided(making.case(actor=member), "suspension:7")
    assert deliver_due() == 0  # it may still be undone
    make_due()
    deliver_due()

    suspension = Sanction.objects.get(decision=decision)
    assert suspension.ends_at is not None
    account = connected.account(member.ext_id)
    assert account["suspended_until"] == suspension.ends_at.isoformat()
    (notice,) = account["notices"]
    assert notice["text"].startswith(suspension.notice)
    assert "/appeal/" in notice["text"]

    lift_sanction(suspension.pk, actor=making.admin(), reason="Mistaken for somebody else.")
    make_due()
    deliver_due()
    account = connected.account(member.ext_id)
    assert not account["suspended"]
    assert "has been lifted" in account["notices"][-1]["text"]


def test_a_suspension_that_gets_another_end_is_understood(connected: Platform) -> None:
    member = making.account()
    suspension = making.decided(making.case(actor=member), "suspension:7").sanctions.get()
    wanted = Wanted(Deed.EXTEND, "It went on.", uuid4(), 7)
    change_sanction(suspension.pk, actor=making.admin(), wanted=wanted)
    for _ in range(2):
        make_due()
        deliver_due()

    account = connected.account(member.ext_id)
    assert account["suspended_until"] == (suspension.ends_at + timedelta(days=7)).isoformat()
    assert "has been extended" in account["notices"][-1]["text"]


def test_a_badge_held_until_the_second_signature_and_then_removed_is_understood(connected: Platform) -> None:
    listener = making.listener(badges=["teen_listener"])
    decision = making.decided(making.case(actor=listener), "teen_badge_removal")
    make_due()
    deliver_due()
    assert connected.account(listener.ext_id)["badges_held"] == ["teen_listener"]

    approve_decision(decision.pk, actor=making.senior())
    make_due()
    deliver_due()
    account = connected.account(listener.ext_id)
    assert (account["badges_held"], account["badges_removed"]) == ([], ["teen_listener"])
