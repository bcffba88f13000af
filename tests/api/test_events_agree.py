"""What the platform is sent is what the OpenAPI document says, for every sort of event."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from django.conf import LazySettings

from accounts import SYSTEM, audit, sealing
from moderation.domain.appeals import Ruling
from moderation.domain.vocabulary import TEEN_BADGE, AppealState
from moderation.integrations import audit_head
from moderation.integrations.webhook import body, try_current
from moderation.models import Appeal, OutboxEvent, clock
from moderation.operations.approvals import approve_decision
from moderation.operations.asking import plan_batch, tell_due
from moderation.operations.hearing import hear_appeal, write_first_view
from moderation.operations.holds import lift_hold
from moderation.operations.questions import ask_reporter
from moderation.operations.sanctions import lift_sanction
from tests import making
from tests.api.platform import document
from tests.integrations.receiver import SECRET, receiving

pytestmark = pytest.mark.django_db


def lifted() -> None:
    lift_sanction(making.sanction().pk, actor=making.admin(), reason="a mistake")


def badge_back() -> None:
    lift_hold(making.held_badge().pk, actor=making.moderator(), reason="it was the number of a crisis line")


def badge_removed() -> None:
    decision = making.decided(making.case(actor=making.listener(badges=[TEEN_BADGE])), "teen_badge_removal")
    approve_decision(decision.pk, actor=making.senior())


def asked() -> None:
    ask_reporter(making.report(making.case()).pk, actor=making.moderator(), text="which messages?")


def report_closed() -> None:
    case = making.case()
    making.report(case)
    making.decided(case, "suspension:7")


def appeal_decided() -> None:
    appeal, hearer = making.appeal(), making.senior()
    write_first_view(appeal.pk, actor=hearer, text="I see a number of his own, which he gave once. I would remind him.")
    stamp = Appeal.objects.get(pk=appeal.pk).stamp
    hear_appeal(appeal.pk, actor=hearer, ruling=Ruling(AppealState.UPHELD, "so it is", None), seen=stamp)


def check_in_due() -> None:
    making.listener(checked_in_at=clock.now() - timedelta(days=300))
    plan_batch()
    tell_due()


MAKERS: dict[str, Callable[[], object]] = {
    "sanction.applied": making.sanction,
    "sanction.lifted": lifted,
    "badge.held": making.held_badge,
    "badge.removed": badge_removed,
    "badge.restored": badge_back,
    "notice.sent": asked,
    "report.closed": report_closed,
    "appeal.decided": appeal_decided,
    "check_in.due": check_in_due,
}


def _check(topic: str, sent: str) -> None:
    schema = document()["webhooks"][topic]["post"]["requestBody"]["content"]["application/json"]["schema"]
    jsonschema_rs.validate(schema | {"components": document()["components"]}, json.loads(sent), validate_formats=True)


@pytest.mark.parametrize(("topic", "make"), MAKERS.items(), ids=MAKERS)
def test_an_event_is_as_documented(topic: str, make: Callable[[], object]) -> None:
    make()
    _check(topic, body(OutboxEvent.objects.filter(topic=topic).latest("pk")))


def test_the_test_event_is_as_documented(settings: LazySettings) -> None:
    with receiving() as platform:
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET, settings.WEBHOOK_ALLOW_PRIVATE = platform.url, SECRET, True
        try_current("msg_1")
        (call,) = platform.calls
    _check("endpoint.test", call.body.decode())


def test_the_head_of_the_trail_is_as_documented(settings: LazySettings) -> None:
    with receiving() as platform:
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET, settings.WEBHOOK_ALLOW_PRIVATE = platform.url, SECRET, True
        audit.record("something.done", actor=SYSTEM, target=making.account())
        sealing.seal_batch()
        audit_head.tell()
        (call,) = platform.calls
    _check("audit.sealed", call.body.decode())


def test_every_event_is_documented() -> None:
    described: dict[str, Any] = document()["webhooks"]
    assert described.keys() == {*MAKERS, "endpoint.test", "audit.sealed"}


def test_another_shape_would_be_noticed() -> None:
    sent = {"type": "notice.sent", "timestamp": "2026-03-01T12:00:00Z", "data": {"account": "ann"}}
    with pytest.raises(jsonschema_rs.ValidationError):
        _check("notice.sent", json.dumps(sent))
