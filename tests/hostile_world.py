"""A community of which every field, on every way in, holds hostile text: by the interfaces, the links and the forms."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import User
from moderation.domain.vocabulary import Lane
from moderation.hosted_links import Purpose, link_to
from moderation.models import Account, Appeal, Case, Cluster, Report, Sanction, clock
from moderation.operations.clusters import gather_lately
from moderation.operations.hearing import write_first_view
from moderation.operations.leases import claim_case
from moderation.operations.screening import screen_batch
from tests import hostile, making
from tests.hostile import Sort
from tests.signing_in import signed_in

SENT = "2026-03-01T18:%02d:%02dZ"
NAMES = [payload.text[:150] for payload in hostile.CORPUS]
OF_ACCOUNTS = 6  # hostile user names are spread over so many conversations
WHOLE = "\n".join(payload.text for payload in hostile.of(Sort.SCRIPT, Sort.TEMPLATE, Sort.BIDI, Sort.TERMINAL))[:3900]
WORST = (
    f'"><img src=x onerror=window.{hostile.GLOBAL}=1>',
    "\u202etxet\u2067 ann",
    "Z" + "\u0336\u0310\u0351\u035b" * 30,
    "w" * 140,
)


def worst(longest: int = 120) -> str:
    """A little of everything that is worst, for a field in which there is little room."""
    mixed = "".join(part[: max(8, longest // len(WORST))] for part in WORST)
    return mixed[:longest]


@dataclass
class World:
    admin: User
    senior: User
    moderator: User
    cases: list[Case]
    sanction: Sanction
    appeal: Appeal
    refused: list[Any] = field(default_factory=list)  # answers of the interfaces that took something not


def _call(client: Client, method: str, path: str, body: Any, secret: str, refused: list[Any]) -> Any:
    headers = {"Authorization": f"Bearer {secret}", "X-API-KEY": secret}
    answer = client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)
    assert answer.status_code < 500, (path, answer.status_code)
    if answer.status_code >= 400:
        refused.append(answer)
    return answer


def by_the_interfaces() -> list[Any]:
    """Messages, edits, accounts, reports and Coop's bodies, with the corpus in every field that takes free text."""
    client, secret, refused = Client(raise_request_exception=False), making.api_key()[1], []  # type: ignore[var-annotated]

    def call(method: str, path: str, body: Any) -> Any:
        return _call(client, method, path, body, secret, refused)

    accounts = [
        {
            "id": f"h{number} {text}"[:200],
            "username": text,
            "role": "listener" if number % 2 else "member",
            "age_group": "teen" if number % 3 else "adult",
            "badges": [text[:64], "teen_listener"],
            "person": text[:200],
        }
        for number, text in enumerate(NAMES)
    ]
    messages = []
    for number, payload in enumerate(hostile.CORPUS):
        where = number % OF_ACCOUNTS
        messages.append(
            {
                "id": f"m{number} {payload.text}"[:200],
                "conversation": {"id": f"c{where} {NAMES[where]}"[:200], "room": "one_to_one"},
                "sender": accounts[where + OF_ACCOUNTS * (number % 2)]["id"],
                "sent_at": SENT % (number // 60, number % 60),
                "text": f"{payload.text} text me on {making.PHONE} {payload.text}"[:20_000],
            }
        )
    taken = call("POST", "/api/v1/messages", {"messages": messages, "accounts": accounts})
    assert (taken.status_code, taken.json()["rejected"]) == (202, [])
    edits = [message | {"text": f"{message['text']} edited"} for message in messages[::7]]
    assert call("POST", "/api/v1/messages", {"messages": edits}).json()["edited"] == len(edits)
    for account in accounts[:3]:
        put = call("PUT", "/api/v1/accounts/one", account | {"id": "one"})
        assert put.status_code in (200, 201), put.content
    screen_batch()
    for number in range(OF_ACCOUNTS):
        call("POST", "/api/v1/reports", _report(number, accounts, messages))
    call("POST", "/api/coop/v1/report", _coop_report())
    screen_batch()
    return refused


def _report(number: int, accounts: list[dict[str, Any]], messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"r{number} {worst(80)}",
        "reporter": accounts[number + OF_ACCOUNTS]["id"],
        "reported": accounts[number]["id"],
        "conversation": messages[number]["conversation"]["id"],
        "messages": [messages[number]["id"]],
        "reason": "contact_shared",
        "text": WHOLE,
        "channel": worst(64),
        "created_at": "2026-03-01T18:30:00Z",
    }


def _coop_report() -> dict[str, Any]:
    data = {"creatorId": worst(), "threadId": f"{worst()} coop", "text": WHOLE, "createdAt": "2026-03-01T18:00:00Z"}
    item = {"id": f"{worst(100)} item", "typeId": worst(40), "data": data}
    return {
        "reporter": {"kind": "user", "typeId": "user", "id": worst(150)},
        "reportedAt": "2026-03-01T18:05:00Z",
        "reportedItem": item,
        "reportedForReason": {"policyId": worst(), "reason": WHOLE},
        "reportedItemThread": [item | {"id": f"{worst(100)} before"}],
    }


def by_the_forms(world: World) -> None:
    """What staff type, through their forms: notes, views, escalations, refusals, keys, settings."""
    people = (world.moderator, world.senior, world.admin)
    staff, senior, admin = (signed_in(person, raise_request_exception=False) for person in people)
    case = world.cases[0]
    sent = [
        staff.post(reverse("case_note", args=[case.pk]), {"text": WHOLE, "account": case.subject_id, "pinned": "on"}),
        staff.post(reverse("case_note", args=[case.pk]), {"text": worst(400), "kind": "note"}),
        staff.post(reverse("case_raise", args=[case.pk]), {"lane": Lane.CRISIS.value, "why": worst(500)}),
        staff.post(reverse("view_save"), {"name": worst(60), "query": "teen=1", "shared": "on"}),
        senior.post(reverse("person_note", args=[case.subject_id]), {"text": WHOLE}),
        admin.post(reverse("api_key_create"), {"name": worst(80), "may": ["reports.write"], "days": "30"}),
        admin.post(reverse("sanction_lift", args=[world.sanction.pk]), {"reason": worst(200)}),
        admin.get(reverse("audit"), {"target": worst()}),
    ]
    for report in Report.objects.filter(case=case)[:1]:
        sent.append(staff.post(reverse("report_ask", args=[report.pk]), {"text": worst(300)}))
    assert [answer.status_code for answer in sent if answer.status_code >= 500] == []


def _sanctions(world_of: User, accounts: list[Account]) -> list[Sanction]:
    return [making.sanction(code, actor=account, by=world_of) for code, account in zip(CODES, accounts, strict=True)]


CODES = ("suspension:7", "education_notice", "suspension:30")


def path_of(purpose: Purpose, row_id: int) -> str:
    return link_to(purpose, row_id, until=clock.now() + timedelta(days=1)).removeprefix(settings.PUBLIC_URL)


def make() -> World:
    refused = by_the_interfaces()
    admin, senior, moderator = (make(name=worst(90)) for make in (making.admin, making.senior, making.moderator))
    people = list(Account.objects.exclude(username="").order_by("pk")[: len(CODES)])
    sanction, education, _ = _sanctions(moderator, people)
    appeal = making.appeal(sanction, text=WHOLE)
    write_first_view(appeal.pk, actor=senior, text=worst(300))
    stranger = Client(raise_request_exception=False)
    answers = {f"answer_{number}": WHOLE for number in range(1, 7)}
    assert stranger.post(path_of(Purpose.QUESTIONS, education.pk), answers | {"hand_in": "1"}).status_code == 303
    cases = list(Case.objects.filter(state="open").order_by("pk"))
    world = World(admin, senior, moderator, cases, sanction, appeal, refused)
    by_the_forms(world)
    gather_lately()
    return world


def pages(world: World) -> list[tuple[str, User | None]]:
    """Every page that shows something of it, and who opens it."""
    held = claim_case(world.cases[-1].pk, actor=world.moderator)
    waiting, person = world.cases[0], world.cases[0].subject_id
    hosted = path_of(Purpose.APPEAL, world.sanction.pk)
    listed: list[tuple[str, User | None]] = [
        (reverse(name), world.admin)
        for name in (
            *("queue", "audit", "api_keys", "preferences", "case_new", "clusters", "proposals", "escalations"),
            *("sanctions", "persons", "appeals", "appeal_figures", "check_ins", "questions_asked", "policies"),
            *("transparency", "deliveries", "endpoint", "failures"),
        )
    ]
    single = [
        (reverse("case", args=[held.pk]), world.moderator),
        (reverse("case", args=[waiting.pk]), world.senior),
        (reverse("case_notes", args=[waiting.pk]), world.senior),
        (reverse("person", args=[person]), world.admin),
        (reverse("person_links", args=[person]), world.admin),
        (reverse("sanction", args=[world.sanction.pk]), world.admin),
        (reverse("sanction_statement", args=[world.sanction.pk]), world.admin),
        (reverse("appeal", args=[world.appeal.pk]), world.senior),
    ]
    clusters = [(reverse("cluster", args=[cluster.pk]), world.moderator) for cluster in Cluster.objects.all()[:1]]
    return [*listed, *single, *clusters, (hosted, None), (path_of(Purpose.QUESTIONS, world.sanction.pk), None)]
