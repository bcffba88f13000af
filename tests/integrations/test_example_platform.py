"""The example platform, called as Haven calls it and looked at as people and tests do."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import LazySettings

from examples.platform.memory import Memory
from examples.platform.server import MOST_BYTES, Server
from examples.platform.signature import Verifier
from moderation.integrations.webhook import Endpoint, Sender, deliver_due, signed
from moderation.models import OutboxEvent, Sanction
from moderation.operations.approvals import approve_decision
from moderation.operations.delivery import Answer
from moderation.operations.sanctions import lift_sanction
from tests import making
from tests.integrations.receiver import OTHER_SECRET, SECRET
from tests.outbox_events import make_due

NOW = datetime.now(UTC)
IN_A_WEEK = (NOW + timedelta(days=7)).isoformat()
YESTERDAY = (NOW - timedelta(days=1)).isoformat()


class Platform:
    """A running example platform and Haven's own way to call it."""

    def __init__(self, server: Server) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"

    def send(self, event: OutboxEvent, *, secrets: tuple[str, ...] = (SECRET,), path: str = "/webhooks") -> Answer:
        endpoint = Endpoint(httpx.URL(self.url + path), secrets, allow_private=True)
        with Sender(endpoint, longest_try=timedelta(seconds=1)) as sender:
            return sender.send(event)

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        return httpx.post(f"{self.url}/webhooks", content=body, headers=headers).status_code

    def get(self, path: str = "/") -> httpx.Response:
        return httpx.get(self.url + path).raise_for_status()

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("/events.json").json()["events"]
        return found

    def account(self, name: str) -> dict[str, Any]:
        known: list[dict[str, Any]] = self.get("/accounts.json").json()["accounts"]
        return next(account for account in known if account["id"] == name)


@contextmanager
def running(*, secrets: str = SECRET, file: Path | None = None, fail_rate: float = 0) -> Iterator[Platform]:
    with Server(("127.0.0.1", 0), verifier=Verifier(secrets), memory=Memory(file), fail_rate=fail_rate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Platform(server)
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running() as platform:
        yield platform


def told(topic: str, *, at: datetime = NOW, **data: Any) -> OutboxEvent:
    return OutboxEvent(public_id=uuid.uuid4(), topic=topic, payload=data, created_at=at)


def suspension(account: str = "ann", *, at: datetime = NOW, **facts: Any) -> OutboxEvent:
    known = {"sanction": "7", "account": account, "kind": "suspension", "ends_at": IN_A_WEEK, "notice": "You wrote …"}
    return told("sanction.applied", at=at, **known | facts)


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
    assert [notice["text"] for notice in account["notices"]] == [suspension.notice]

    lift_sanction(suspension.pk, actor=making.admin(), reason="Mistaken for somebody else.")
    make_due()
    deliver_due()
    assert not connected.account(member.ext_id)["suspended"]


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


# The page


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_nothing_from_outside_becomes_markup(platform: Platform) -> None:
    evil = "\"><img src=x onerror=alert(1)><script>alert('&')</script>"
    platform.send(told(evil, account=evil, sanction=evil, badge=evil, notice=evil, due_at=evil))
    platform.send(told("badge.held", account=evil, sanction="1", badge=evil, notice=evil, ends_at=evil))
    platform.send(told("check_in.due", account=evil, due_at=evil))

    tags = Tags(platform.get().text).found
    assert [tag for tag, _ in tags].count("script") == 1
    assert "img" not in [tag for tag, _ in tags]
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]


def test_the_page_forbids_what_it_does_not_need(platform: Platform) -> None:
    answer = platform.get()

    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<style|style=|<script(?! type=\"module\" src=)", answer.text)


def test_the_page_is_empty_in_words(platform: Platform) -> None:
    text = platform.get().text

    assert "No account has been mentioned yet." in text
    assert "No event has arrived yet." in text


def test_the_page_tells_standing_and_events_newest_first(platform: Platform) -> None:
    platform.send(suspension())
    platform.send(told("badge.removed", sanction="8", account="ann", badge="teen_listener", notice="Gone"))

    text = platform.get().text
    assert "Suspended until " in text
    assert "Teen listener badge removed" in text
    assert "2 notices received" in text
    assert text.index("Badge removed") < text.index("Suspension applied")


def test_the_page_keeps_itself_up_to_date_until_it_is_paused(platform: Platform) -> None:
    def refreshes(path: str) -> set[str]:
        tags = Tags(platform.get(path).text).found
        return {tag for tag, given in tags if given.get("http-equiv") == "refresh" or given.get("src") == "/page.js"}

    assert refreshes("/") == {"meta", "script"}
    assert refreshes("/?paused") == set()


@pytest.mark.parametrize(("path", "kind"), [("/page.css", "text/css"), ("/page.js", "text/javascript")])
def test_style_and_script_are_files_of_their_own(platform: Platform, path: str, kind: str) -> None:
    assert platform.get(path).headers["content-type"] == f"{kind}; charset=utf-8"


# The file and the process


def test_events_survive_a_restart_and_a_torn_line_does_not(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    first, second = suspension(), suspension("bob", sanction="8")
    with running(file=file) as platform:
        platform.send(first)
    with file.open("a") as lines:
        lines.write('{"id": "msg_torn", "rec')
    with running(file=file) as platform:
        assert platform.account("ann")["suspended"]
        platform.send(second)
        platform.send(first)
    with running(file=file) as platform:
        assert [event["data"]["account"] for event in platform.events] == ["bob", "ann"]


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("WEBHOOK_", "PLATFORM_"))}
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "examples.platform", *arguments],
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        ([], {}, "Set WEBHOOK_SECRET (or WEBHOOK_SECRET_FILE) to the secret that Haven signs with."),
        ([], {"WEBHOOK_SECRET": "whsec_"}, "WEBHOOK_SECRET must be whsec_ and base64"),
        ([], {"WEBHOOK_SECRET_FILE": "/nowhere"}, "WEBHOOK_SECRET_FILE names a file that cannot be read"),
        ([], {"WEBHOOK_SECRET": SECRET, "PLATFORM_STATE": __file__}, "holds no events: move it away"),
        (["--port", "eighty"], {}, "'eighty' is no port"),
        (["--fail-rate", "2"], {}, "'2' is no share"),
    ],
)
def test_what_it_cannot_start_with_is_said_in_a_sentence(
    arguments: list[str], environment: dict[str, str], sentence: str
) -> None:
    with start(*(arguments or ["--port", "0"]), **environment) as process:
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 2
    assert sentence in errors
    assert "Traceback" not in errors


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with start("--port", port, WEBHOOK_SECRET=SECRET) as process:
            _, errors = process.communicate(timeout=20)

    assert process.returncode == 2
    assert errors == f"Port {port} cannot be used (Address already in use): choose another with --port.\n"


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_without_a_word(tmp_path: Path, signal_number: int) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    with start("--port", "0", WEBHOOK_SECRET_FILE=str(secret)) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}accounts.json") as answer:
            assert json.load(answer) == {"accounts": []}
        process.send_signal(signal_number)
        _, errors = process.communicate(timeout=20)

    assert (process.returncode, errors) == (0, "")
