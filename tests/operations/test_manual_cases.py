"""Cases that somebody on staff opens by hand."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import NotPermitted, Refused
from moderation.domain.vocabulary import Ground, Room, Severity
from moderation.models import Account, Case, Conversation, Evidence, Referral
from moderation.operations.manual_cases import MOST_MESSAGES, Referred, open_case
from tests import making

pytestmark = pytest.mark.django_db


def _referred(**given: Any) -> Referred:
    known: dict[str, Any] = {"key": uuid4(), "ground": Ground.CONTACT_SHARED, "reason": "seen in passing"}
    return Referred(**known | given)


def _talk() -> tuple[Account, Account, Conversation]:
    ann, ben = making.account(), making.account()
    where = making.conversation(ann, ben)
    return ann, ben, where


def test_an_auditor_opens_nothing() -> None:
    account = making.account()
    with pytest.raises(NotPermitted):
        open_case(_referred(account=account.ext_id), actor=making.auditor())
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "Name the conversation or the account"),
        ({"account": "ann", "reason": " "}, "Say why"),
        ({"account": "ann", "reason": "x" * 4001}, "shorten it"),
        ({"account": "nobody"}, "No account has the id or the user name “nobody”"),
        ({"conversation": "nowhere"}, "No conversation with the id “nowhere”"),
        ({"account": "ann", "messages": ["m404"]}, "No message with this id has arrived from the platform: m404"),
        ({"messages": [str(number) for number in range(MOST_MESSAGES + 1)]}, "at most 50 messages"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(given: dict[str, Any], why: str) -> None:
    making.account(ext_id="ann")
    with pytest.raises(Refused, match=why):
        open_case(_referred(**given), actor=making.moderator())
    assert not Case.objects.exists()


def test_a_conversation_of_which_no_message_has_arrived_is_refused() -> None:
    where = Conversation.objects.create(ext_id="later", room=Room.ONE_TO_ONE)
    with pytest.raises(Refused, match="open the case from the account instead"):
        open_case(_referred(conversation=where.ext_id), actor=making.moderator())


def test_a_user_name_of_two_accounts_is_ambiguous() -> None:
    for _ in range(2):
        making.account(username="calm")
    with pytest.raises(Refused, match="More than one account is called “calm”"):
        open_case(_referred(account="calm"), actor=making.moderator())


def test_an_account_that_was_not_in_the_conversation_is_refused() -> None:
    _, _, where = _talk()
    with pytest.raises(Refused, match="has written nothing in this conversation"):
        open_case(_referred(conversation=where.ext_id, account=making.account().ext_id), actor=making.moderator())


def test_messages_of_another_conversation_are_refused() -> None:
    ann, _, where = _talk()
    stray = making.message(ann, "hello", within=making.conversation(ann))
    with pytest.raises(Refused, match=stray.ext_id):
        open_case(_referred(conversation=where.ext_id, messages=[stray.ext_id]), actor=making.moderator())


def test_a_case_about_an_account_alone() -> None:
    ann = making.account(username="calmHarbor")
    opened = open_case(_referred(account="calmHarbor"), actor=making.moderator())
    case = opened.case
    assert opened.is_new
    assert (case.conversation, case.subject, case.ground, case.severity) == (
        None,
        ann,
        Ground.CONTACT_SHARED,
        Severity.HIGH,
    )
    assert (case.reporters, case.screened, case.headline) == (0, False, "Opened by hand: contact shared")
    assert "opened by hand" in case.reasons


def test_the_platforms_id_comes_before_a_user_name() -> None:
    named = making.account(ext_id="calm")
    making.account(username="calm")
    assert open_case(_referred(account="calm"), actor=making.moderator()).case.subject == named


def test_a_case_about_messages_is_about_who_wrote_them_and_keeps_them() -> None:
    ann, ben, where = _talk()
    making.message(ann, "hi", within=where)
    said = making.message(ben, "add me", within=where)

    case = open_case(_referred(messages=[said.ext_id]), actor=making.moderator()).case

    assert (case.conversation, case.subject) == (where, ben)
    assert set(case.parties.values_list("account", "is_actor")) == {(ben.pk, True), (ann.pk, False)}
    assert Evidence.objects.get().message_id == said.pk


def test_a_conversation_alone_accuses_nobody() -> None:
    ann, ben, where = _talk()

    case = open_case(_referred(conversation=where.ext_id), actor=making.moderator()).case

    assert set(case.parties.values_list("account", "is_actor")) == {(ann.pk, False), (ben.pk, False)}


def test_sharing_with_a_teen_by_hand_is_critical() -> None:
    ann, ben = making.listener(), making.teen()
    where = making.conversation(ann, ben)
    opened = open_case(_referred(conversation=where.ext_id, account=ann.ext_id), actor=making.moderator())
    assert opened.case.severity == Severity.CRITICAL


def test_it_joins_the_case_that_is_open_and_makes_it_more_urgent() -> None:
    case = making.case()
    before = case.priority
    assert case.conversation is not None
    opened = open_case(
        _referred(conversation=case.conversation.ext_id, ground=Ground.OFFSITE_CONTACT), actor=making.moderator()
    )
    assert (opened.case, opened.is_new) == (case, False)
    assert opened.case.priority > before
    assert opened.case.version == case.version + 1
    assert set(opened.case.grounds) == {Ground.CONTACT_SHARED, Ground.OFFSITE_CONTACT}
    assert opened.case.headline == "Opened by hand: off-site contact"


def test_what_the_pre_screen_found_already_keeps_its_headline() -> None:
    case = making.case()
    assert case.conversation is not None
    opened = open_case(_referred(conversation=case.conversation.ext_id), actor=making.moderator())
    assert opened.case.headline == case.headline


def test_two_about_one_account_are_one_case() -> None:
    ann, me = making.account(), making.moderator()
    first = open_case(_referred(account=ann.ext_id), actor=me)
    second = open_case(_referred(account=ann.ext_id), actor=me)
    assert (second.case, second.is_new) == (first.case, False)
    assert Referral.objects.count() == 2


def test_the_same_form_sent_twice_counts_once() -> None:
    ann, me = making.account(), making.moderator()
    said = _referred(account=ann.ext_id)
    first, second = open_case(said, actor=me), open_case(said, actor=me)
    assert first.case == second.case
    assert Referral.objects.count() == 1
    with pytest.raises(Refused, match="used for another case"):
        open_case(said, actor=making.moderator())


def test_it_is_recorded_without_the_reason() -> None:
    ann, me = making.account(), making.moderator()
    case = open_case(_referred(account=ann.ext_id), actor=me).case
    entry = AuditEntry.objects.get(verb="case.opened_by_hand")
    assert (entry.actor_id, entry.details) == (me.pk, {"case": case.pk, "ground": "contact_shared"})


def test_a_case_opened_by_hand_is_decided_like_any_other() -> None:
    case = open_case(_referred(account=making.account().ext_id), actor=making.moderator()).case
    assert making.decided(case, "suspension:7").sanctions.count() == 1


def test_a_report_that_follows_joins_it() -> None:
    case = open_case(_referred(account=making.account().ext_id), actor=making.moderator()).case
    making.report(case)
    case.refresh_from_db()
    assert (Case.objects.count(), case.reporters, case.headline) == (1, 1, "Reported: contact shared")
    assert "opened by hand" in case.reasons
