"""Deciding and undoing: one transaction, the right person, the version that was seen."""

from dataclasses import replace
from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import (
    TEEN_BADGE,
    CaseState,
    DecisionState,
    Ground,
    OutboxState,
    ReportState,
    SanctionKind,
    SanctionState,
)
from moderation.models import Case, Decision, OutboxEvent, Report, Sanction
from moderation.operations import leases
from moderation.operations.approvals import approve_decision
from moderation.operations.decisions import decide_case, undo_decision
from moderation.operations.reports import ToldReport, take_report
from moderation.operations.sanctions import lift_sanction
from tests import making

pytestmark = pytest.mark.django_db


def _held(case: Case, user) -> Case:
    return leases.claim_case(case.pk, actor=user)


class TestRefusals:
    def test_an_unknown_case_is_missing(self) -> None:
        with pytest.raises(Missing):
            decide_case(making.NOBODYS_ID, actor=making.moderator(), verdict=making.verdict(making.case()))

    def test_an_auditor_may_not_decide(self) -> None:
        case = making.case()
        with pytest.raises(NotPermitted):
            decide_case(case.pk, actor=making.auditor(), verdict=making.verdict(case))

    def test_without_the_lease_nothing_is_decided(self) -> None:
        case = making.case()
        with pytest.raises(Stale, match="lease"):
            decide_case(case.pk, actor=making.moderator(), verdict=making.verdict(case))
        assert not Decision.objects.exists()

    def test_after_a_take_over_the_first_holder_is_told_who_has_it(self) -> None:
        case, first = making.case(), making.moderator()
        held = _held(case, first)
        leases.take_over(case.pk, actor=making.moderator(name="Robin"))
        with pytest.raises(Stale, match="Robin"):
            decide_case(case.pk, actor=first, verdict=making.verdict(held))

    def test_a_case_that_changed_since_it_was_seen_is_stale(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        with pytest.raises(Stale, match="new has come"):
            decide_case(case.pk, actor=me, verdict=making.verdict(held, seen_version=held.version - 1))

    def test_no_violation_takes_no_sanction(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        said = making.verdict(held, making.measured(held.subject), outcome="no_violation")
        with pytest.raises(Refused):
            decide_case(case.pk, actor=me, verdict=_outcome(said, "no_violation"))

    def test_a_sanction_needs_a_ground_that_is_upheld(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        said = making.verdict(held, making.measured(held.subject), grounds=(Ground.OFFSITE_HARM,))
        with pytest.raises(Refused, match="ground"):
            decide_case(case.pk, actor=me, verdict=said)

    def test_an_account_outside_the_case_cannot_be_sanctioned(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        with pytest.raises(Refused, match="no part in this case"):
            decide_case(case.pk, actor=me, verdict=making.verdict(held, making.measured(making.account())))

    def test_a_badge_that_is_not_held_cannot_be_removed(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        said = making.verdict(held, making.measured(held.subject, "teen_badge_removal"))
        with pytest.raises(Refused, match="no teen badge"):
            decide_case(case.pk, actor=me, verdict=said)

    @pytest.mark.parametrize("clause", ["", "no such clause", "asking"])
    def test_a_sanction_rests_on_a_clause_of_its_ground(self, clause: str) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        said = replace(making.measured(held.subject), clause=clause)
        with pytest.raises(Refused, match="clause"):
            decide_case(case.pk, actor=me, verdict=making.verdict(held, said))
        assert not Decision.objects.exists()

    @pytest.mark.parametrize("reason", ["no_such_reason", "gossip"])
    def test_a_reason_is_one_that_the_policy_has_for_the_grounds_of_the_case(self, reason: str) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        said = making.verdict(held, making.measured(held.subject), reasons=("gave_number", reason))
        with pytest.raises(Refused, match="no reason"):
            decide_case(case.pk, actor=me, verdict=said)
        assert not Decision.objects.exists()

    def test_no_violation_takes_no_reason(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        with pytest.raises(Refused, match="Reasons belong to a sanction"):
            decide_case(case.pk, actor=me, verdict=making.verdict(held, reasons=("gave_number",)))

    def test_what_a_sanction_stands_for_besides_has_to_be_upheld_too(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        said = replace(making.measured(held.subject), also=(Ground.CONTACT_REQUESTED,))
        with pytest.raises(Refused, match="ground"):
            decide_case(case.pk, actor=me, verdict=making.verdict(held, said))

    def test_nobody_is_sanctioned_and_cleared_on_the_same_ground(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        said = making.verdict(held, making.measured(held.subject), cleared=((held.subject_id, Ground.CONTACT_SHARED),))
        with pytest.raises(Refused, match="sanctioned and cleared"):
            decide_case(case.pk, actor=me, verdict=said)

    def test_an_account_outside_the_case_cannot_be_cleared(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        stranger = (making.account().pk, Ground.CONTACT_SHARED)
        with pytest.raises(Refused, match="no part in this case"):
            decide_case(case.pk, actor=me, verdict=making.verdict(held, cleared=(stranger,)))

    def test_an_account_gets_one_suspension_in_a_decision(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        two = [
            making.measured(held.subject, "suspension:7"),
            making.measured(held.subject, "suspension:30", Ground.CONTACT_REQUESTED),
        ]
        with pytest.raises(Refused, match="only once"):
            decide_case(case.pk, actor=me, verdict=making.verdict(held, *two))

    def test_a_closed_case_is_stale(self) -> None:
        case, me = making.case(), making.moderator()
        held = _held(case, me)
        decide_case(case.pk, actor=me, verdict=making.verdict(held))
        with pytest.raises(Stale, match="decided meanwhile"):
            decide_case(case.pk, actor=me, verdict=making.verdict(held))


def _outcome(said, outcome):
    from moderation.domain.vocabulary import Outcome

    return replace(said, outcome=Outcome(outcome))


def test_no_violation_closes_the_case_and_tells_nobody_but_the_reporter() -> None:
    case, me = making.case(), making.moderator()
    held = _held(case, me)

    decide_case(case.pk, actor=me, verdict=making.verdict(held))

    case.refresh_from_db()
    assert (case.state, case.holder, case.version) == (CaseState.CLOSED, None, 2)
    assert not OutboxEvent.objects.exists()


def test_a_suspension_is_in_force_at_once_and_leaves_after_the_undo_window() -> None:
    case = making.case()
    decision = making.decided(case, "suspension:7")

    sanction = Sanction.objects.get()
    assert sanction.state == SanctionState.IN_FORCE
    assert sanction.starts_at is not None
    assert sanction.ends_at is not None
    assert (sanction.ends_at - sanction.starts_at).days == 7
    case.subject.refresh_from_db()
    assert case.subject.suspended_until == sanction.ends_at
    event = OutboxEvent.objects.get()
    assert event.topic == "sanction.applied"
    assert event.not_before == decision.undo_until
    assert event.payload["account"] == case.subject.ext_id
    assert event.payload["policy_clause"] == "sharing"
    assert AuditEntry.objects.get(verb="case.decided").policy_version == 1


def test_the_same_form_twice_is_one_decision() -> None:
    case, me = making.case(), making.moderator()
    held = _held(case, me)
    said = making.verdict(held, making.measured(held.subject))
    first = decide_case(case.pk, actor=me, verdict=said)
    assert decide_case(case.pk, actor=me, verdict=said) == first
    assert Sanction.objects.count() == 1


def test_a_key_of_another_person_is_refused() -> None:
    case, me = making.case(), making.moderator()
    held = _held(case, me)
    said = making.verdict(held)
    decide_case(case.pk, actor=me, verdict=said)
    with pytest.raises(Refused, match="another decision"):
        decide_case(case.pk, actor=making.moderator(), verdict=said)


def test_harm_reaches_all_accounts_of_the_person() -> None:
    one = making.account(person="p1")
    twin = making.account(person="p1")
    case, me = making.case(actor=one, ground=Ground.OFFSITE_HARM), making.moderator()
    held = _held(case, me)
    both = [making.measured(account, "suspension:open", Ground.OFFSITE_HARM) for account in (one, twin)]
    decision = decide_case(case.pk, actor=me, verdict=making.verdict(held, *both))
    approve_decision(decision.pk, actor=making.senior())
    for account in (one, twin):
        account.refresh_from_db()
        assert (account.suspended, account.suspended_until) == (True, None)


def test_a_critical_removal_waits_for_a_second_person_and_holds_the_badge_meanwhile() -> None:
    ann = making.listener(badges=[TEEN_BADGE])
    case = making.case(actor=ann, other=making.teen())
    decision = making.decided(case, "teen_badge_removal", "suspension:7")

    assert decision.state == DecisionState.PROPOSED
    states = dict(Sanction.objects.values_list("kind", "state"))
    assert states == {
        SanctionKind.TEEN_BADGE_REMOVAL: SanctionState.PROPOSED,
        SanctionKind.SUSPENSION: SanctionState.PROPOSED,
        SanctionKind.TEEN_BADGE_HOLD: SanctionState.IN_FORCE,
    }
    ann.refresh_from_db()
    assert (ann.suspended, ann.badges_held) == (False, [TEEN_BADGE])
    case.refresh_from_db()
    assert case.state == CaseState.PROPOSED
    assert [event.topic for event in OutboxEvent.objects.all()] == ["badge.held"]


def test_no_violation_clears_every_ground_of_the_case() -> None:
    decision = making.decided(making.case())

    assert (decision.grounds, decision.cleared) == ([], ["contact_shared"])


def test_several_accounts_and_grounds_in_one_decision_with_what_was_found_to_be_nothing() -> None:
    case, me = making.case(), making.moderator()
    held, other = _held(case, me), case.parties.get(is_actor=False).account
    suspended = replace(making.measured(held.subject, "suspension:30"), also=(Ground.CONTACT_REQUESTED,))
    taught = making.measured(other, "education_notice", Ground.CONTACT_REQUESTED)
    cleared = ((other.pk, Ground.CONTACT_SHARED), (other.pk, Ground.OFFSITE_CONTACT))
    said = making.verdict(held, suspended, taught, cleared=cleared, reasons=("gave_number", "asked_twice"))

    decision = decide_case(case.pk, actor=me, verdict=said)

    assert (decision.cleared, decision.reasons) == (["offsite_contact"], ["gave_number", "asked_twice"])
    reasons = {sanction.account_id: sanction.reason for sanction in Sanction.objects.all()}
    assert reasons[held.subject_id].endswith(
        "It stands for contact requested too. Reasons: gave a number; asked twice."
    )
    assert reasons[other.pk].endswith("Reasons: asked twice.")
    details = AuditEntry.objects.get(verb="case.decided").details
    assert details["reasons"] == ["gave_number", "asked_twice"]
    assert details["cleared"] == [f"{other.pk}:contact_shared", f"{other.pk}:offsite_contact"]


def test_each_sanction_of_a_decision_can_be_lifted_by_itself() -> None:
    case, me = making.case(), making.moderator()
    held, other = _held(case, me), case.parties.get(is_actor=False).account
    both = [making.measured(account, "suspension:7") for account in (held.subject, other)]
    decide_case(case.pk, actor=me, verdict=making.verdict(held, *both))

    lift_sanction(other.sanctions.get().pk, actor=making.admin(), reason="was not there")

    other.refresh_from_db()
    held.subject.refresh_from_db()
    assert (other.suspended, held.subject.suspended) == (False, True)


def test_the_clause_that_was_shown_is_the_one_on_record() -> None:
    ann = making.listener(badges=[TEEN_BADGE])
    case, me = making.case(actor=ann, other=making.teen()), making.moderator()
    held = _held(case, me)
    removal = replace(making.measured(ann, "teen_badge_removal"), clause="teen")

    decide_case(case.pk, actor=me, verdict=making.verdict(held, removal, reasons=("teen_present",)))

    given = {sanction.kind: sanction for sanction in Sanction.objects.all()}
    assert {sanction.clause for sanction in given.values()} == {"teen"}
    assert "Reasons: teen present." in given[SanctionKind.TEEN_BADGE_REMOVAL].reason
    assert "Zero tolerance" in given[SanctionKind.TEEN_BADGE_HOLD].notice
    assert "Reasons" not in given[SanctionKind.TEEN_BADGE_HOLD].notice


class TestUndo:
    def test_another_person_may_not(self) -> None:
        decision = making.decided(making.case(), "suspension:7")
        with pytest.raises(NotPermitted):
            undo_decision(decision.pk, actor=making.moderator())

    def test_not_after_the_window(self) -> None:
        me = making.moderator()
        decision = making.decided(making.case(), "suspension:7", by=me)
        Decision.objects.update(undo_until=making.NOON)
        with pytest.raises(WrongMove, match="time to undo is over"):
            undo_decision(decision.pk, actor=me)

    def test_not_once_an_event_is_on_its_way(self) -> None:
        me = making.moderator()
        decision = making.decided(making.case(), "suspension:7", by=me)
        OutboxEvent.objects.update(claim=uuid4())
        with pytest.raises(WrongMove):
            undo_decision(decision.pk, actor=me)
        assert Sanction.objects.get().state == SanctionState.IN_FORCE

    def test_not_twice(self) -> None:
        me = making.moderator()
        decision = making.decided(making.case(), by=me)
        undo_decision(decision.pk, actor=me)
        with pytest.raises(WrongMove, match="undone already"):
            undo_decision(decision.pk, actor=me)

    def test_not_when_a_new_case_of_the_conversation_is_open(self) -> None:
        me, case = making.moderator(), making.case()
        decision = making.decided(case, by=me)
        told = ToldReport(
            id="r9",
            reporter=making.account().ext_id,
            reported=case.subject.ext_id,
            conversation=case.conversation.ext_id if case.conversation else None,
            reason=Ground.OTHER,
            text="again",
            created_at=making.NOON,
        )
        take_report(told, actor=making.api_key()[0])
        with pytest.raises(WrongMove, match="new case"):
            undo_decision(decision.pk, actor=me)

    def test_it_reverses_everything(self) -> None:
        me, case = making.moderator(), making.case()
        decision = making.decided(case, "suspension:7", by=me)

        undo_decision(decision.pk, actor=me)

        case.refresh_from_db()
        case.subject.refresh_from_db()
        assert case.state == CaseState.OPEN
        assert not case.subject.suspended
        assert Sanction.objects.get().state == SanctionState.UNDONE
        assert OutboxEvent.objects.get().state == OutboxState.CANCELLED

    def test_the_case_can_be_decided_again(self) -> None:
        me, case = making.moderator(), making.case()
        undo_decision(making.decided(case, "suspension:7", by=me).pk, actor=me)
        assert making.decided(case, "education_notice", by=me).state == DecisionState.IN_FORCE


def test_reports_are_closed_with_the_case_and_their_reporters_hear_of_it() -> None:
    case, reporter = making.case(), making.account()
    assert case.conversation is not None
    told = ToldReport(
        id="r1",
        reporter=reporter.ext_id,
        reported=case.subject.ext_id,
        conversation=case.conversation.ext_id,
        reason=Ground.CONTACT_SHARED,
        text="she gave me her number",
        created_at=making.NOON,
    )
    take_report(told, actor=making.api_key()[0])
    making.decided(case, "suspension:7")

    assert Report.objects.get().state == ReportState.CLOSED
    event = OutboxEvent.objects.get(topic="report.closed")
    assert event.payload == {"report": "r1", "reporter": reporter.ext_id, "outcome": "action_taken"}
