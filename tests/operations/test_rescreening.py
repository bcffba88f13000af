"""History is screened anew; what people decided is not opened again."""

import io

import pytest
from django.core.management import call_command

from moderation.domain.vocabulary import CaseState
from moderation.models import Case, Finding, Message
from moderation.operations.rescreening import rescreen_batch
from moderation.operations.screening import screen_batch
from moderation.prescreen import ENGINE_VERSION
from tests import making

pytestmark = pytest.mark.django_db


def _said(text: str = f"text me on {making.PHONE}", **given):
    ann, ben = making.account(), making.account()
    return making.message(ann, text, within=making.conversation(ann, ben), **given)


def _by_an_older_engine() -> None:
    Message.objects.update(engine="0.0.1")


def test_without_history_nothing_is_left() -> None:
    _said()
    assert rescreen_batch().last is None, "what waits for its first screening is not history"
    screen_batch()
    assert rescreen_batch().last is None


def test_what_an_older_engine_missed_opens_a_case() -> None:
    said = _said(screened_at=making.NOON, engine="0.0.1")
    assert rescreen_batch().screened == 1
    said.refresh_from_db()
    assert (said.engine, said.screened_at) == (ENGINE_VERSION, making.NOON)
    assert Case.objects.get().conversation == said.conversation


def test_an_open_case_is_not_doubled() -> None:
    _said()
    screen_batch()
    _by_an_older_engine()
    rescreen_batch()
    assert (Case.objects.count(), Finding.objects.count()) == (1, 1)


def test_what_a_person_has_decided_stays_decided() -> None:
    _said()
    screen_batch()
    making.decided(Case.objects.get())
    _by_an_older_engine()
    rescreen_batch()
    assert Case.objects.get().state == CaseState.CLOSED


def test_what_came_in_after_the_decision_is_news() -> None:
    said = _said()
    screen_batch()
    making.decided(Case.objects.get())
    later = making.message(said.sender, "or mail me: someone.else@gmail.com", within=said.conversation)
    Message.objects.filter(pk=later.pk).update(screened_at=making.NOON)
    _by_an_older_engine()
    rescreen_batch()
    assert later.pk in Case.objects.open().get().findings.get().message_ids


def test_batches_go_on_where_the_last_one_ended() -> None:
    for _ in range(5):
        _said(screened_at=making.NOON, engine="0.0.1")
    first = rescreen_batch(limit=3)
    assert first.screened == 3
    assert first.last is not None
    assert rescreen_batch(first.last, limit=3).screened == 2


def test_the_command_screens_here_and_says_when_nothing_is_left() -> None:
    _said(screened_at=making.NOON, engine="0.0.1")
    out = io.StringIO()
    call_command("rescreen", "--here", stdout=out)
    call_command("rescreen", stdout=out)
    assert out.getvalue() == (
        f"1 messages were screened again.\nEverything has been screened by engine {ENGINE_VERSION}.\n"
    )
