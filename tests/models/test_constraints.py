"""What the database itself refuses, whatever the code above it does."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import ApiKey, User
from moderation.domain.vocabulary import CaseState, DecisionState, HoldState, Room, SanctionKind, SanctionState
from moderation.models import (
    Account,
    Appeal,
    Case,
    Conversation,
    Decision,
    Evidence,
    Finding,
    FirstView,
    Hold,
    Sanction,
)
from tests import making

pytestmark = pytest.mark.django_db


def check_refused(name: str, act: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act()


def test_a_conversation_has_one_open_case() -> None:
    case = making.case()
    copy = Case.objects.get(pk=case.pk)
    copy.pk = None
    copy._state.adding = True
    check_refused("one_open_case_a_conversation", copy.save)


def test_an_account_without_conversation_has_one_open_case() -> None:
    case = making.case()
    Case.objects.filter(pk=case.pk).update(conversation=None)
    copy = Case.objects.get(pk=case.pk)
    copy.pk = None
    copy._state.adding = True
    check_refused("one_open_case_an_account_without_conversation", copy.save)


def test_a_lease_is_whole_and_on_an_open_case() -> None:
    case = Case.objects.filter(pk=making.case().pk)
    someone = making.moderator()
    check_refused("case_lease_is_whole_and_open", lambda: case.update(holder=someone))
    check_refused("case_lease_is_whole_and_open", lambda: case.update(lease_expires_at=making.NOON))
    closed = {"state": CaseState.CLOSED, "closed_at": making.NOON}
    check_refused(
        "case_lease_is_whole_and_open", lambda: case.update(holder=someone, lease_expires_at=making.NOON, **closed)
    )


def test_a_closed_case_says_when() -> None:
    check_refused("case_closed_at_when_closed", lambda: Case.objects.filter(pk=making.case().pk).update(state="closed"))


@pytest.mark.parametrize(
    ("model", "column", "name"),
    [
        (Account, "role", "account_role_is_known"),
        (Account, "age_group", "account_age_group_is_known"),
        (Account, "status", "account_status_is_known"),
        (Case, "state", "case_state_is_known"),
        (Case, "ground", "case_ground_is_known"),
        (Finding, "rule", "finding_rule_is_known"),
        (Finding, "kind", "finding_kind_is_known"),
        (User, "role", "user_role_is_known"),
        (Conversation, "room", "conversation_room_is_known"),
    ],
)
def test_words_outside_the_vocabulary(model: type, column: str, name: str) -> None:
    making.case()
    making.moderator()
    check_refused(name, lambda: model.objects.update(**{column: "nonsense"}))  # type: ignore[attr-defined]


def test_scopes_outside_the_vocabulary() -> None:
    making.api_key()
    check_refused("api_key_scopes_are_known", lambda: ApiKey.objects.update(scopes=["everything"]))


def test_nobody_signs_their_own_decision_or_sanction() -> None:
    me = making.moderator()
    making.decided(making.case(), "suspension:7", by=me)
    check_refused("decision_answered_by_a_second_person", lambda: Decision.objects.update(answered_by=me))
    check_refused("sanction_approved_by_a_second_person", lambda: Sanction.objects.update(approver=me))


def test_what_needs_a_second_signature_is_not_in_force_without() -> None:
    making.decided(making.case(), "suspension:permanent")
    check_refused(
        "sanction_in_force_only_when_approved",
        lambda: Sanction.objects.update(state=SanctionState.IN_FORCE, starts_at=making.NOON),
    )


def test_a_case_has_one_proposal() -> None:
    making.decided(making.case(), "suspension:permanent")
    again = Decision.objects.get()
    again.pk, again.key = None, uuid4()
    again._state.adding = True
    assert again.state == DecisionState.PROPOSED
    check_refused("one_proposal_a_case", again.save)


def test_times_of_a_sanction_make_sense() -> None:
    making.decided(making.case(), "suspension:7")
    rows = Sanction.objects.all()
    check_refused("sanction_ends_after_it_starts", lambda: rows.update(ends_at=making.NOON - timedelta(days=999)))
    check_refused("sanction_in_force_has_a_start", lambda: rows.update(starts_at=None, ends_at=None))
    check_refused("sanction_permanent_has_no_end", lambda: rows.update(permanent=True))
    check_refused("sanction_ended_says_how", lambda: rows.update(state=SanctionState.ENDED))


def test_an_appeal_is_heard_by_somebody_else() -> None:
    proposer, approver, hearer = making.moderator(), making.senior(), making.senior()
    making.decided(making.case(), "suspension:7", by=proposer)
    sanction = Sanction.objects.get(kind=SanctionKind.SUSPENSION)
    appeal = Appeal.objects.create(
        ext_id="a1",
        sanction=sanction,
        text="please",
        created_at=making.NOON,
        proposer=proposer,
        approver=approver,
    )
    one = Appeal.objects.filter(pk=appeal.pk)
    check_refused("appeal_heard_by_another", lambda: one.update(hearer=proposer))
    check_refused("appeal_heard_by_another", lambda: one.update(hearer=approver))
    check_refused("appeal_decided_by_somebody", lambda: one.update(state="upheld"))
    heard = {"hearer": hearer, "heard_at": making.NOON, "state": "upheld"}
    view = FirstView.objects.create(appeal=appeal, person=hearer, text="I see one number")
    check_refused("appeal_view_and_reply_when_decided", lambda: one.update(**heard, reply="it stays"))
    check_refused("appeal_view_and_reply_when_decided", lambda: one.update(**heard, first_view=view))
    assert one.update(**heard, first_view=view, reply="it stays") == 1


def test_a_sanction_is_appealed_once() -> None:
    making.decided(making.case(), "suspension:7")
    given = {"sanction": Sanction.objects.get(), "text": "", "created_at": making.NOON}
    Appeal.objects.create(ext_id="a1", **given)
    check_refused("sanction", lambda: Appeal.objects.create(ext_id="a2", **given))


def test_evidence_stays_as_it_was() -> None:
    making.case()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Evidence.objects.update(text="something else")


def test_an_end_of_suspension_only_while_suspended() -> None:
    account = making.account()
    check_refused(
        "account_end_only_while_suspended",
        lambda: Account.objects.filter(pk=account.pk).update(suspended_until=making.NOON),
    )


def test_platform_ids_are_unique() -> None:
    ann = making.account()
    check_refused("ext_id", lambda: Account.objects.create(ext_id=ann.ext_id))
    where = making.conversation(ann)
    check_refused("ext_id", lambda: Conversation.objects.create(ext_id=where.ext_id, room=Room.GROUP))


def test_only_a_hold_by_haven_comes_without_a_decision() -> None:
    name = "sanction_only_a_hold_comes_without_decision"
    sanctions = Sanction.objects.filter(pk=making.held_badge().sanction_id)
    someone = making.moderator()
    check_refused(name, lambda: sanctions.update(kind=SanctionKind.TEEN_BADGE_REMOVAL))
    check_refused(name, lambda: sanctions.update(kind=SanctionKind.SUSPENSION))
    check_refused(name, lambda: sanctions.update(proposer=someone))


def test_a_hold_that_is_confirmed_says_by_whom_and_when() -> None:
    holds = Hold.objects.filter(pk=making.held_badge().pk)
    someone = making.moderator()
    check_refused("hold_state_is_known", lambda: holds.update(state="nonsense"))
    check_refused("hold_confirmed_says_when", lambda: holds.update(state=HoldState.CONFIRMED))
    check_refused("hold_confirmed_by_somebody", lambda: holds.update(state=HoldState.LIFTED, confirmed_by=someone))
    check_refused("hold_waiting_is_not_confirmed", lambda: holds.update(confirmed_by=someone, confirmed_at=making.NOON))
    check_refused("hold_leaves_time_to_confirm", lambda: holds.update(confirm_by=making.NOON))


def test_an_account_is_held_once_a_case() -> None:
    hold = making.held_badge()
    copy = Sanction.objects.get(pk=hold.sanction_id)
    copy.pk = None
    copy._state.adding = True
    copy.save()
    hold.pk, hold.sanction = None, copy
    hold._state.adding = True
    check_refused("one_open_hold_a_case_and_account", hold.save)


def test_a_proposal_says_by_when_it_escalates() -> None:
    made = making.decided(making.case(), "suspension:permanent")
    check_refused("decision_proposed_says_by_when", lambda: Decision.objects.filter(pk=made.pk).update(answer_by=None))
