"""Screening beside the people and the platform whose cases it touches. Real threads on real connections."""

import pytest
from django.db import transaction

from moderation.domain.vocabulary import Ground
from moderation.models import Case, Message, clock
from moderation.operations import leases
from moderation.operations.decisions import decide_case
from moderation.operations.reports import ToldReport, take_report
from moderation.operations.rescreening import rescreen_batch
from moderation.operations.screening import Claimed, screen_batch, screen_claimed
from tests import making
from tests.races.test_cases import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_report_waits_for_nobody_who_only_reads_its_conversation() -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    making.message(ann, "how was your day?", within=where)
    key, _ = making.api_key()
    told = ToldReport(
        id="r1",
        reporter=ben.ext_id,
        reported=ann.ext_id,
        conversation=where.ext_id,
        reason=Ground.CONTACT_SHARED,
        text="",
        created_at=making.NOON,
    )
    claims = Message.objects.select_for_update().values_list("id", "conversation_id", "sent_at")
    with transaction.atomic():
        screen_claimed([Claimed(*row) for row in claims], now=clock.now())
        (report,) = at_once(lambda: take_report(told, actor=key))  # on another connection, while this one goes on
    assert report.case.conversation == where


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_rescreening_does_not_open_anew_what_is_decided_at_that_moment(_round: int) -> None:
    ann, ben = making.account(), making.account()
    making.message(ann, f"text me on {making.PHONE}", within=making.conversation(ann, ben))
    screen_batch()
    me = making.moderator()
    held = leases.claim_case(Case.objects.get().pk, actor=me)
    said = making.verdict(held, making.measured(held.subject))
    Message.objects.update(engine="0.0.1")

    at_once(rescreen_batch, lambda: decide_case(held.pk, actor=me, verdict=said))

    assert Case.objects.count() == 1
