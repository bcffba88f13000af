"""Forgetting an account: what something open needs stays, what is left goes or loses its name."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pgtrigger
import pytest
from django.conf import LazySettings

from accounts import SYSTEM
from accounts.models import AuditEntry
from moderation.domain.appeals import Ruling
from moderation.domain.persons import Fact
from moderation.domain.questions_asked import SIX_QUESTIONS
from moderation.domain.refusals import Missing, NotPermitted
from moderation.domain.vocabulary import AppealState, Deed, OutboxState
from moderation.models import (
    Account,
    AccountChange,
    Appeal,
    Case,
    CheckIn,
    Decision,
    ErasureRequest,
    Evidence,
    Message,
    OutboxEvent,
    PolicyVersion,
    Reflection,
    Sanction,
    ScreeningFailure,
    clock,
)
from moderation.operations.asking import tell_due
from moderation.operations.changing import Wanted, change_sanction
from moderation.operations.erasing import carry_out, request_erasure
from moderation.operations.hearing import hear_appeal, write_first_view
from moderation.operations.sanctions import lift_sanction
from tests import making

pytestmark = pytest.mark.django_db


def _erased(account: Account) -> ErasureRequest:
    """The request, once a worker has gone over it."""
    request = request_erasure(account.ext_id, actor=SYSTEM)
    carry_out(request.pk)
    request.refresh_from_db()
    return request


def _talk(author: Account, **given: Any) -> Message:
    return making.message(author, "hello", within=making.conversation(author), **{"screened_at": making.NOON} | given)


def test_nobody_on_staff_asks_for_it() -> None:
    account = making.account()
    with pytest.raises(NotPermitted):
        request_erasure(account.ext_id, actor=making.admin())


def test_somebody_unknown_is_missing() -> None:
    with pytest.raises(Missing):
        request_erasure("nobody", actor=SYSTEM)


def test_what_an_open_case_needs_stays() -> None:
    case = making.case(actor=making.account(ext_id="ann"))
    elsewhere = _talk(case.subject)

    request = _erased(case.subject)

    assert (request.done_at, set(request.kept_for)) == (None, {"open_case", "messages"})
    assert Account.objects.filter(ext_id="ann").exists()
    assert list(Message.objects.filter(sender=case.subject).values_list("conversation", flat=True)) == [
        case.conversation_id
    ]
    assert not Message.objects.filter(pk=elsewhere.pk).exists()


def test_an_open_case_about_the_account_alone_keeps_all_it_wrote() -> None:
    case = making.case()
    said = _talk(case.subject)
    type(case).objects.filter(pk=case.pk).update(conversation=None)

    _erased(case.subject)

    assert Message.objects.filter(pk=said.pk).exists()


def test_whoever_reports_is_needed_while_the_case_is_open() -> None:
    report = making.report(making.case())
    assert _erased(report.reporter).kept_for == ["open_case"]


def test_a_sanction_in_force_and_a_time_to_appeal_hold_it_back() -> None:
    making.decided(making.case(), "suspension:7")
    sanction = Sanction.objects.get()
    assert {"sanction", "appeal_window"} <= set(_erased(sanction.account).kept_for)

    lift_sanction(sanction.pk, actor=making.admin(), reason="a mistake")
    OutboxEvent.objects.update(state=OutboxState.DELIVERED)
    request = ErasureRequest.objects.get()
    carry_out(request.pk)
    request.refresh_from_db()
    assert set(request.kept_for) <= {"appeal_window", "messages"}
    assert "appeal_window" in request.kept_for


def test_what_is_not_told_yet_holds_it_back(settings: LazySettings) -> None:
    settings.WEBHOOK_URL = "https://chat.example.org/haven"
    making.decided(making.case(), "suspension:7")
    assert "untold" in _erased(Sanction.objects.get().account).kept_for


def test_with_nobody_to_tell_nothing_is_waited_for_and_what_was_to_be_told_goes(settings: LazySettings) -> None:
    settings.WEBHOOK_URL = ""
    making.decided(making.case(), "education_notice")
    sanction, past = Sanction.objects.get(), clock.now() - timedelta(days=40)
    Sanction.objects.update(appeal_until=past)
    Decision.objects.update(undo_until=past)
    assert OutboxEvent.objects.filter(account=sanction.account, state=OutboxState.PENDING).exists()

    assert _erased(sanction.account).done_at is not None

    assert not OutboxEvent.objects.filter(account=sanction.account).exists()


def test_what_is_still_to_be_screened_is_screened_first() -> None:
    said = _talk(making.account(), screened_at=None)
    assert _erased(said.sender).kept_for == ["messages"]
    assert Message.objects.filter(pk=said.pk).exists()


def test_when_nothing_needs_it_the_words_go_and_the_record_stays_without_a_name() -> None:
    making.decided(making.case(actor=making.teen(ext_id="ann", username="quiet_river", person="p-1")), "suspension:7")
    sanction = Sanction.objects.get()
    lift_sanction(sanction.pk, actor=making.admin(), reason="a mistake")
    past = clock.now() - timedelta(days=40)
    Sanction.objects.update(appeal_until=past)
    Decision.objects.update(undo_until=past)
    OutboxEvent.objects.update(state=OutboxState.DELIVERED)

    request = _erased(sanction.account)

    assert request.done_at is not None
    account = Account.objects.get(pk=sanction.account_id)
    assert account.ext_id.startswith("erased:")
    assert (account.username, account.person, account.badges, account.joined_at) == ("", "", [], None)
    assert account.is_teen
    assert not Message.objects.filter(sender=account).exists()
    assert not OutboxEvent.objects.filter(account=account).exists()
    assert not Evidence.objects.filter(sender=account).exists()
    assert not Case.objects.filter(subject=account).exclude(snippet="").exists()
    assert Sanction.objects.filter(account=account).exists()
    done = AuditEntry.objects.get(verb="erasure.done")
    assert done.details["rows"]["evidence"] == done.details["rows"]["snippets"] == 1


def test_what_the_account_was_sent_goes_with_its_name() -> None:
    sanction = making.sanction(actor=making.account(username="quiet_river"))
    Sanction.objects.update(notice="Dear quiet_river, you shared a contact.")
    wanted = Wanted(Deed.EXTEND, "goes on", uuid4(), days=7)
    change_sanction(sanction.pk, actor=making.admin(), wanted=wanted)
    appeal, senior = making.appeal(sanction), making.senior()
    write_first_view(appeal.pk, actor=senior, text="a number, plainly, and a mistake")
    ruling = Ruling(AppealState.OVERTURNED, "Dear quiet_river, it is lifted.")
    hear_appeal(appeal.pk, actor=senior, ruling=ruling, seen=Appeal.objects.get().stamp)
    past = clock.now() - timedelta(days=40)
    Sanction.objects.update(appeal_until=past)
    Appeal.objects.update(undo_until=past)
    OutboxEvent.objects.update(state=OutboxState.DELIVERED)
    assert "quiet_river" in Sanction.objects.get().notice

    assert _erased(sanction.account).done_at is not None

    heard, kept = Appeal.objects.get(), Sanction.objects.get()
    said = f"{kept.notice} {kept.changes.get().notice} {heard.reply} {heard.before} {heard.after}"
    assert "quiet_river" not in said
    assert (heard.state, heard.before["kind"], kept.ended_how) == ("overturned", "suspension", "appeal")
    assert AuditEntry.objects.get(verb="erasure.done").details["rows"]["notices"] == 2


def test_an_education_notice_that_can_no_longer_be_appealed_holds_nothing_back() -> None:
    making.decided(making.case(), "education_notice")
    sanction = Sanction.objects.get()
    past = clock.now() - timedelta(days=40)
    Sanction.objects.update(appeal_until=past)
    Decision.objects.update(undo_until=past)
    OutboxEvent.objects.update(state=OutboxState.DELIVERED)

    assert sanction.state == "in_force"
    assert _erased(sanction.account).done_at is not None


def test_what_the_case_of_another_needs_stays_when_the_name_goes() -> None:
    making.decided(making.case(), "suspension:7")
    sanction, witness = Sanction.objects.get(), making.account(ext_id="bea")
    evidence = Evidence.objects.get(case=sanction.case_id)
    with pgtrigger.ignore("moderation.Evidence:evidence_stays_as_it_was"):
        Evidence.objects.filter(pk=evidence.pk).update(sender=witness)

    assert _erased(witness).done_at is not None

    assert Evidence.objects.get(pk=evidence.pk).sender.ext_id.startswith("erased:")


def test_what_was_set_aside_goes_as_well() -> None:
    said = _talk(making.account(), screened_at=None, attempts=3)
    ScreeningFailure.objects.create(message=said, error="E", place="p", engine="1", failed_at=making.NOON)
    assert _erased(said.sender).done_at is not None
    assert not Message.objects.filter(pk=said.pk).exists()


def test_former_names_and_answers_go_and_no_check_in_is_asked_for() -> None:
    account = making.listener(ext_id="ann", username="quiet_river")
    for fact, before in ((Fact.USERNAME, "still_river"), (Fact.BADGES, "gold"), (Fact.AGE_GROUP, "teen")):
        AccountChange.objects.create(account=account, fact=fact, before=[before], after=[])
    check_in = CheckIn.objects.create(
        account=account,
        policy_version=PolicyVersion.objects.in_force(),
        due_at=making.NOON,
        overdue_at=making.NOON,
        next_notice_at=making.NOON,
    )
    answers = [""] * len(SIX_QUESTIONS)
    Reflection.objects.create(account=account, check_in=check_in, answers=answers, saved_at=making.NOON)

    assert _erased(account).done_at is not None

    assert list(AccountChange.objects.filter(account=account).values_list("fact", flat=True)) == [Fact.AGE_GROUP]
    assert not Reflection.objects.exists()
    assert tell_due() == 0
    assert not OutboxEvent.objects.exists()


def test_going_over_it_again_changes_nothing() -> None:
    account = making.account()
    request = _erased(account)
    pseudonym = Account.objects.get(pk=account.pk).ext_id
    assert carry_out(request.pk) is False
    assert Account.objects.get(pk=account.pk).ext_id == pseudonym
