"""The tasks of the record and of retention do what beat asks them for."""

import pytest
from django.conf import settings

from accounts import SYSTEM, audit, sealing
from accounts.encryption import keys
from accounts.models import AuditEntry, AuditSeal
from moderation import tasks
from moderation.domain.retention import Kept
from moderation.operations.resealing import left
from tests import making

pytestmark = pytest.mark.django_db


def test_beat_knows_when() -> None:
    schedule = settings.CELERY_BEAT_SCHEDULE
    assert schedule["seal_audit"]["schedule"] == 2
    assert schedule["tell_audit_head"]["schedule"] == 60
    assert schedule["let_go_what_is_over"]["task"] == "moderation.tasks.let_go_what_is_over"


def test_sealing_goes_on_until_everything_is_sealed() -> None:
    for _ in range(3):
        audit.record("something.done", actor=SYSTEM, target=making.account())
    tasks.seal_audit()
    assert AuditSeal.objects.count() == AuditEntry.objects.count() == 3
    assert sealing.seal_batch() == 0


@pytest.mark.parametrize("kind", list(Kept))
def test_every_kind_can_be_let_go_of_an_empty_haven(kind: Kept) -> None:
    tasks.let_go_of_kind(kind.value)
    assert not AuditEntry.objects.filter(verb="retention.applied").exists()


def test_texts_are_written_anew_in_the_background(settings) -> None:
    case = making.case(text="a word or two")
    settings.TEXT_KEYS = ["k9:" + "abcdefgh" * 5]
    settings.SECRET_KEY_FALLBACKS = []
    assert keys().current == "k9"
    assert left() > 0
    tasks.reseal_texts()
    assert left() == 0
    assert case.evidence.get().text == "a word or two"
    assert AuditEntry.objects.filter(verb="texts.resealed", details__key="k9").exists()
