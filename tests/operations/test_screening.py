"""Unscreened messages become findings and cases, once, whatever happens in between."""

import pytest
from django.conf import LazySettings

from accounts.models import AuditEntry
from moderation.domain.vocabulary import CaseState, Ground, Severity
from moderation.models import Case, Evidence, Finding, Message, MessageEdit
from moderation.operations.screening import screen_batch
from tests import making

pytestmark = pytest.mark.django_db


def test_nothing_to_screen_is_no_work() -> None:
    assert screen_batch() == 0


def test_harmless_messages_are_screened_and_open_no_case() -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    said = making.message(ann, "how was your day?", within=where)

    assert screen_batch() == 1

    said.refresh_from_db()
    assert said.screened_at is not None
    assert said.engine
    assert not Case.objects.exists()


def test_a_shared_phone_opens_a_case_with_reasons_and_evidence() -> None:
    ann, kim = making.listener(), making.teen()
    where = making.conversation(ann, kim)
    making.message(kim, "the nights are the worst", within=where)
    said = making.message(ann, f"text me on {making.PHONE} whenever", within=where)

    screen_batch()

    case = Case.objects.get()
    assert (case.ground, case.severity, case.subject, case.teen) == (
        Ground.CONTACT_SHARED,
        Severity.CRITICAL,
        ann,
        True,
    )
    assert case.headline == "Phone number shared with a teen"
    assert making.PHONE not in case.snippet
    assert "+•• •••• ••••42" in case.snippet
    assert case.reasons[0] == "Critical: contact shared with a teen"
    assert {party.account: party.is_actor for party in case.parties.all()} == {ann: True, kim: False}
    assert Evidence.objects.get().text == said.text
    assert AuditEntry.objects.filter(verb="case.opened", target_id=str(case.pk)).exists()


def test_a_second_finding_joins_the_open_case_and_raises_its_version() -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    making.message(ann, f"text me on {making.PHONE}", within=where)
    screen_batch()
    making.message(ben, "can i have your number? i am on whatsapp", within=where)
    screen_batch()

    case = Case.objects.get()
    assert case.version == 2
    assert case.grounds == [Ground.CONTACT_REQUESTED, Ground.CONTACT_SHARED]
    assert case.findings.count() == 2


def test_screening_again_doubles_nothing() -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    making.message(ann, f"text me on {making.PHONE}", within=where)
    screen_batch()
    Message.objects.update(screened_at=None)
    screen_batch()

    assert Case.objects.count() == 1
    assert Finding.objects.count() == 1
    assert Evidence.objects.count() == 1


def test_after_closing_new_evidence_opens_a_new_case() -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    making.message(ann, f"text me on {making.PHONE}", within=where)
    screen_batch()
    making.decided(Case.objects.get())
    said = making.message(ann, "or mail me: someone@mail.example", within=where)
    screen_batch()

    assert sorted(Case.objects.values_list("state", flat=True)) == [CaseState.CLOSED, CaseState.OPEN]
    assert said.pk in Case.objects.open().get().findings.get().message_ids


def test_an_edited_message_keeps_what_was_found_in_its_first_text() -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    said = making.message(ann, f"text me on {making.PHONE}", within=where)
    screen_batch()
    MessageEdit.objects.create(message=said, text=said.text)
    Message.objects.filter(pk=said.pk).update(text="mail me: someone.else@gmail.com", screened_at=None)
    screen_batch()

    texts = set(Evidence.objects.values_list("text", flat=True))
    assert texts == {f"text me on {making.PHONE}", "mail me: someone.else@gmail.com"}
    assert sorted(Finding.objects.values_list("kind", flat=True)) == ["email", "phone"]


def test_a_message_that_a_detector_chokes_on_is_set_aside_and_its_neighbours_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    poison = making.message(ann, "poison", within=where)
    making.message(ben, f"text me on {making.PHONE}", within=where)
    monkeypatch.setattr("moderation.prescreen.engine._look", _choking_on_poison())

    for _ in range(4):
        screen_batch()

    assert list(Message.objects.set_aside()) == [poison]
    assert Case.objects.count() == 1
    assert screen_batch() == 0


def _choking_on_poison():
    from moderation.prescreen.engine import _look

    def choke(text, media):
        if text == "poison":
            raise ValueError
        return _look(text, media)

    return choke


def test_what_a_deployment_allows_or_calls_a_medium_is_known(settings: LazySettings) -> None:
    settings.HAVEN_ALLOWED_CONTACTS = [making.PHONE]
    settings.HAVEN_PRIVATE_TERMS = {"orbitroom": "messaging_app"}
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    making.message(ann, f"our clinic: {making.PHONE}", within=where)
    making.message(ben, "add me on orbitroom, i am mossy.tadpole", within=where)

    screen_batch()

    finding = Finding.objects.get()
    assert (finding.actor, finding.kind) == (ben, "messaging_app")
