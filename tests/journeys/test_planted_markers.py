"""What people write, contacts and tokens are in no log line, no address and no page title, whatever goes wrong.

Markers are planted in everything private that comes in; then the logs of the whole run are searched for them, as the
production format writes them, together with every address that a page leads to and every title.
"""

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from config import logs
from moderation.domain.appeals import LONGEST_APPEAL
from moderation.domain.retention import Kept
from moderation.domain.vocabulary import SanctionKind
from moderation.hosted_links import Purpose, link_to
from moderation.models import Account, Case, Message, Sanction, clock
from moderation.operations.retention import let_go, plan
from moderation.operations.screening import screen_batch
from tests import making
from tests.signing_in import code_of

pytestmark = pytest.mark.django_db

CONTACT = "+44 7700 900142"
MARKS = [
    "zq-message",
    "zq-report",
    "zq-appeal",
    "zq-note",
    "zq-password",
    "zq-search",
    "zq-name",
    "zq-broken",
    "7700 900142",
    "07700",
]
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
LINK = re.compile(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"')


class Run:
    """Everything that leaves the process beside the pages themselves."""

    def __init__(self) -> None:
        self.lines = io.StringIO()
        self.addresses: list[str] = []
        self.titles: list[str] = []

    def look(self, answer: Any) -> Any:
        self.addresses.append(answer.headers.get("Location", ""))
        if "html" in answer.headers.get("Content-Type", ""):
            self.titles += TITLE.findall(answer.text)
            self.addresses += LINK.findall(answer.text)
        return answer

    def found(self, marks: list[str]) -> list[tuple[str, str]]:
        places = {"log": self.lines.getvalue(), "address": "\n".join(self.addresses), "title": "\n".join(self.titles)}
        return [(place, mark) for place, said in places.items() for mark in marks if mark in said]


@pytest.fixture
def run() -> Iterator[Run]:
    """All loggers, from INFO on, in the lines of production."""
    run = Run()
    told = logs.logging_settings(readable=False, level="INFO")
    told["handlers"]["stderr"]["stream"] = run.lines
    logging.config.dictConfig(told)
    yield run
    logging.config.dictConfig(settings.LOGGING)


def test_the_search_would_find_a_mark(run: Run) -> None:
    logging.getLogger("haven").warning("said: zq-message")
    assert run.found(MARKS) == [("log", "zq-message")]


def test_nothing_private_leaves_by_a_log_an_address_or_a_title(run: Run) -> None:
    _, secret = making.api_key()
    _the_platform_tells(run, secret)
    screen_batch()
    case = Case.objects.get(conversation__ext_id="talk")
    client, factor = _signs_in(run)
    _works(run, client, case)
    tokens = _opens_links(run)
    plan(actor=making.admin())
    for kind in Kept:
        let_go(kind)

    assert Message.objects.filter(ext_id="m1").exists()
    assert "request" in run.lines.getvalue()
    assert run.found([*MARKS, secret, factor, client.session.session_key or ""]) == []
    assert [place for place, _ in run.found(tokens) if place == "log"] == []


def _the_platform_tells(run: Run, secret: str) -> None:
    client = Client(raise_request_exception=False, headers={"authorization": f"Bearer {secret}"})
    talk = {"id": "talk", "room": "one_to_one"}
    said = {"id": "m1", "conversation": talk, "sender": "a", "sent_at": "2026-03-01T18:00:00Z"}
    report = {"id": "r1", "reporter": "b", "reported": "a", "conversation": "talk", "reason": "contact_shared"}
    report |= {"created_at": "2026-03-01T18:10:00Z", "text": f"zq-report {CONTACT}"}
    for path, body in (
        ("messages", json.dumps({"messages": [said | {"text": f"zq-message call me on {CONTACT}"}]})),
        ("messages", json.dumps({"messages": [said | {"text": f"zq-message {CONTACT}", "sender": "c"}]})),
        ("messages", '{"messages": [{"text": "zq-broken'),
        ("messages", json.dumps({"messages": [{"text": f"zq-broken {CONTACT}"}]})),
        ("reports", json.dumps(report)),
        ("reports", json.dumps(report | {"id": "zq-broken\x00"})),
    ):
        run.look(client.post(f"/api/v1/{path}", body, content_type="application/json"))
    run.look(
        Client().post(
            "/api/v1/messages", "{}", content_type="application/json", headers={"authorization": "zq-password"}
        )
    )


def _signs_in(run: Run) -> tuple[Client, str]:
    """With the key of the authenticator app that is set up on the way."""
    person = making.senior(password="zq-password right")
    client = Client(raise_request_exception=False)
    for password in ("zq-password wrong", "zq-password right"):
        run.look(client.post(reverse("account_login"), {"login": person.username, "password": password}))
    assert client.session.get("_auth_user_id") == str(person.pk)
    factor = run.look(client.get(reverse("mfa_activate_totp"))).context["form"].secret
    for code in ("000000", code_of(factor)):
        run.look(client.post(reverse("mfa_activate_totp"), {"code": code}))
    return client, factor


def _works(run: Run, client: Client, case: Case) -> None:
    Account.objects.filter(pk=case.subject_id).update(username=f"zq-name {CONTACT}")  # some are called like that
    appeal = making.appeal(making.sanction(actor=case.subject))
    for address in (
        "/",
        reverse("case", args=[case.pk]),
        reverse("person", args=[case.subject_id]),
        reverse("case_together", args=[case.pk, case.subject_id]),
        reverse("appeal", args=[appeal.pk]),
        reverse("sanction", args=[appeal.sanction_id]),
        reverse("persons"),
    ):
        assert run.look(client.get(address)).status_code == 200, address
    run.look(client.post(reverse("case_open", args=[case.pk])))
    run.look(client.post(reverse("case_reveal", args=[case.pk])))
    run.look(client.post(reverse("persons"), {"by": "contact", "text": CONTACT}))
    run.look(client.post(reverse("persons"), {"by": "name", "text": "zq-search"}))
    run.look(
        client.post(reverse("person_note", args=[case.subject_id]), {"text": f"zq-note {CONTACT}", "kind": "general"})
    )
    run.look(client.post(reverse("case_decide", args=[case.pk]), {"note": f"zq-note {CONTACT}"}))
    run.look(client.get("/nothing-here/"))


def _opens_links(run: Run) -> list[str]:
    sanction = making.sanction()
    assert sanction.kind == SanctionKind.SUSPENSION
    until = Sanction.objects.get(pk=sanction.pk).appeal_until or clock.now()
    link = link_to(Purpose.APPEAL, sanction.pk, until=until)
    token = link.rstrip("/").rpartition("/")[2]
    client = Client(raise_request_exception=False)
    address = reverse("hosted_appeal", args=[token])
    run.look(client.get(address))
    run.look(client.post(address, {"text": "zq-appeal " * LONGEST_APPEAL}))
    run.look(client.post(address, {"text": f"zq-appeal {CONTACT}"}))
    run.look(client.get(reverse("hosted_appeal", args=[f"{token}x"])))
    return [token]
