"""Dismissing look-alikes together: what is refused, what is left, what is one decision each, and the way back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts import SYSTEM
from accounts.models import AuditEntry, User
from moderation.domain.alike import MOST_AT_ONCE
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import CaseState, DecisionState, Ground, Lane, Outcome, ReportState, Severity
from moderation.models import Case, Decision, OutboxEvent, Report, clock
from moderation.operations.bulk import Dismissal, dismiss_alike, undo_together
from moderation.operations.decisions import undo_decision
from moderation.operations.leases import claim_case
from moderation.operations.reports import ToldReport, take_report
from tests import making

pytestmark = pytest.mark.django_db


def light(count: int = 1) -> list[Case]:
    """Cases that look alike and weigh little."""
    made = [making.case(ground=Ground.CONTACT_REQUESTED, score=0.6) for _ in range(count)]
    return list(Case.objects.filter(pk__in=[case.pk for case in made]).order_by("pk"))


def ticked(*cases: Case, **given: Any) -> Dismissal:
    known: dict[str, Any] = {"key": uuid4(), "seen": {case.pk: case.version for case in cases}}
    return Dismissal(**known | given)


def dismissed(*cases: Case, by: User | None = None) -> tuple[Decision, ...]:
    return dismiss_alike(cases[0].pk, actor=by or making.moderator(), dismissal=ticked(*cases)).decisions


def reported(case: Case) -> Report:
    told = ToldReport(
        id=uuid4().hex,
        reporter=making.account().ext_id,
        reported=case.subject.ext_id,
        conversation=case.conversation.ext_id if case.conversation else None,
        reason=Ground.CONTACT_REQUESTED,
        text="",
        created_at=making.NOON,
    )
    return take_report(told, actor=making.api_key()[0])


def lease(holder: User, **given: Any) -> dict[str, Any]:
    return {"holder": holder, "lease_expires_at": clock.now() + timedelta(minutes=4)} | given


class TestRefusals:
    @pytest.mark.parametrize("who", [making.auditor])
    def test_whoever_only_reads_dismisses_nothing(self, who: Any) -> None:
        [case] = light()
        with pytest.raises(NotPermitted):
            dismissed(case, by=who())
        assert not Decision.objects.exists()

    def test_only_a_person_decides(self) -> None:
        [case] = light()
        with pytest.raises(NotPermitted, match="not a person"):
            dismiss_alike(case.pk, actor=SYSTEM, dismissal=ticked(case))

    def test_an_unknown_case_has_no_look_alikes(self) -> None:
        [case] = light()
        with pytest.raises(Missing):
            dismiss_alike(making.NOBODYS_ID, actor=making.moderator(), dismissal=ticked(case))

    def test_nothing_ticked_is_nothing_to_do(self) -> None:
        [case] = light()
        with pytest.raises(Refused, match="at least one"):
            dismiss_alike(case.pk, actor=making.moderator(), dismissal=ticked())

    def test_more_than_a_person_can_have_looked_at_is_too_many(self) -> None:
        [case] = light()
        seen = {case.pk: case.version} | {making.NOBODYS_ID + n: 1 for n in range(MOST_AT_ONCE)}
        with pytest.raises(Refused, match=f"51 cases are too many at once: tick at most {MOST_AT_ONCE}"):
            dismiss_alike(case.pk, actor=making.moderator(), dismissal=ticked(seen=seen))
        assert not Decision.objects.exists()

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"severity": Severity.HIGH}, "severity is high"),
            ({"severity": Severity.CRITICAL}, "severity is critical"),
            ({"teen": True}, "teen is involved"),
            ({"reporters": 1}, "reported it"),
            ({"score": 0.7}, "below 0.70"),
            ({"lane": Lane.SAFEGUARDING}, "somebody in particular"),
            ({"waits_until": making.NOON.replace(year=2100)}, "put it off"),
        ],
    )
    def test_what_weighs_more_is_looked_at_alone(self, changed: dict[str, Any], why: str) -> None:
        """Also where the version says nothing, as when the policy has changed or the form was made up."""
        [case] = light()
        Case.objects.update(**changed)
        with pytest.raises(Stale, match=why):
            dismissed(case)
        assert not Decision.objects.exists()

    def test_what_is_handed_to_somebody_is_theirs(self) -> None:
        [case] = light()
        Case.objects.update(handed_to=making.senior())
        with pytest.raises(Stale, match="somebody in particular"):
            dismissed(case)

    def test_what_another_holds_is_theirs(self) -> None:
        [case] = light()
        Case.objects.update(**lease(making.moderator(name="Robin")))
        with pytest.raises(Stale, match="Robin has it now"):
            dismissed(case)
        case.refresh_from_db()
        assert (case.state, case.holder and case.holder.name) == (CaseState.OPEN, "Robin")

    def test_what_has_changed_since_it_was_seen_is_looked_at_again(self) -> None:
        [case] = light()
        Case.objects.update(version=case.version + 1)
        with pytest.raises(Stale, match="something new"):
            dismissed(case)

    def test_a_report_that_came_meanwhile_saves_the_case(self) -> None:
        [case] = light()
        reported(case)
        with pytest.raises(Stale, match="something new"):
            dismissed(case)

    def test_what_is_decided_is_decided(self) -> None:
        [case] = light()
        dismissed(case)
        with pytest.raises(Stale, match="decided meanwhile"):
            dismissed(case)
        assert Decision.objects.count() == 1

    def test_what_does_not_look_like_the_others_is_left(self) -> None:
        one, other = light(2)
        Case.objects.filter(pk=other.pk).update(headline="Something else")
        with pytest.raises(Stale, match="does not look like"):
            dismiss_alike(one.pk, actor=making.moderator(), dismissal=ticked(other))

    def test_a_case_that_is_not_there_any_more_is_said_to_be_so(self) -> None:
        [case] = light()
        with pytest.raises(Stale, match="None of these"):
            dismiss_alike(case.pk, actor=making.moderator(), dismissal=ticked(seen={making.NOBODYS_ID: 1}))

    def test_the_form_of_another_person_is_refused(self) -> None:
        [case] = light()
        said = ticked(case)
        dismiss_alike(case.pk, actor=making.moderator(), dismissal=said)
        with pytest.raises(Refused, match="somebody else"):
            dismiss_alike(case.pk, actor=making.moderator(), dismissal=said)


def test_each_gets_a_decision_of_its_own_and_nobody_is_told() -> None:
    me, cases = making.moderator(), light(3)

    decisions = dismissed(*cases, by=me)

    assert [decision.case_id for decision in decisions] == [case.pk for case in cases]
    for decision, case in zip(decisions, cases, strict=True):
        case.refresh_from_db()
        decision.refresh_from_db()
        assert (case.state, case.version) == (CaseState.CLOSED, decision.seen_version + 1)
        assert (decision.state, decision.outcome, decision.decided_by) == (
            DecisionState.IN_FORCE,
            Outcome.NO_VIOLATION,
            me,
        )
        assert (decision.grounds, decision.cleared) == ([], [Ground.CONTACT_REQUESTED])
        assert decision.undo_until is not None
        assert (decision.undo_until - decision.decided_at).total_seconds() == 10
    assert not OutboxEvent.objects.exists()


def test_each_is_on_record_and_so_is_the_whole() -> None:
    cases = light(2)

    decisions = dismissed(*cases)

    single = AuditEntry.objects.filter(verb="case.decided").order_by("id")
    assert [(row.target_id, row.details["decision"], row.details["together"]) for row in single] == [
        (str(decision.case_id), decision.pk, 2) for decision in decisions
    ]
    whole = AuditEntry.objects.get(verb="cases.dismissed_together")
    assert (whole.target_type, whole.target_id, whole.policy_version) == ("case", str(cases[0].pk), 1)
    assert whole.details == {"decisions": [decision.pk for decision in decisions], "left": []}


def test_what_has_changed_is_left_and_the_others_are_dismissed() -> None:
    changed, taken, fine = light(3)
    Case.objects.filter(pk=changed.pk).update(version=changed.version + 1)
    Case.objects.filter(pk=taken.pk).update(**lease(making.moderator(name="Robin")))

    done = dismiss_alike(fine.pk, actor=making.moderator(), dismissal=ticked(changed, taken, fine))

    assert [decision.case_id for decision in done.decisions] == [fine.pk]
    assert done.left == (
        f"Case {changed.pk}: something new has come into it since you looked.",
        f"Case {taken.pk}: Robin has it now.",
    )
    assert AuditEntry.objects.get(verb="cases.dismissed_together").details["left"] == [changed.pk, taken.pk]


def test_low_severity_goes_whatever_the_score() -> None:
    [case] = light()
    Case.objects.update(severity=Severity.LOW, score=0.99)
    assert dismissed(case)[0].case_id == case.pk


def test_what_one_holds_oneself_goes_with_the_rest_and_so_does_what_nobody_holds_any_more() -> None:
    me = making.moderator()
    own, run_out = light(2)
    Case.objects.filter(pk=own.pk).update(**lease(me))
    Case.objects.filter(pk=run_out.pk).update(holder=making.senior(), lease_expires_at=making.NOON)

    assert len(dismissed(own, run_out, by=me)) == 2
    assert not Case.objects.filter(holder__isnull=False).exists()


def test_the_same_form_twice_dismisses_once() -> None:
    me, cases = making.moderator(), light(2)
    said = ticked(*cases)

    first = dismiss_alike(cases[0].pk, actor=me, dismissal=said)
    second = dismiss_alike(cases[0].pk, actor=me, dismissal=said)

    assert set(first.decisions) == set(second.decisions)
    assert Decision.objects.count() == 2
    assert AuditEntry.objects.filter(verb="cases.dismissed_together").count() == 1


class TestUndo:
    def test_another_person_may_not(self) -> None:
        decisions = dismissed(*light(2))
        with pytest.raises(NotPermitted, match="Only the person"):
            undo_together([decision.pk for decision in decisions], actor=making.senior())
        assert not Decision.objects.exclude(state=DecisionState.IN_FORCE).exists()

    def test_not_whoever_may_not_work_cases(self) -> None:
        with pytest.raises(NotPermitted):
            undo_together([making.NOBODYS_ID], actor=making.auditor())

    def test_what_is_not_there_is_missing(self) -> None:
        with pytest.raises(Missing):
            undo_together([making.NOBODYS_ID], actor=making.moderator())

    def test_too_many_are_refused(self) -> None:
        me = making.moderator()
        [decision] = dismissed(*light(), by=me)
        ids = [decision.pk, *range(making.NOBODYS_ID, making.NOBODYS_ID + MOST_AT_ONCE)]
        with pytest.raises(Refused, match="too many"):
            undo_together(ids, actor=me)

    def test_a_decision_with_sanctions_is_undone_by_itself(self) -> None:
        me = making.moderator()
        decision = making.decided(making.case(), "suspension:7", by=me)
        with pytest.raises(Refused, match="with sanctions"):
            undo_together([decision.pk], actor=me)

    def test_not_after_the_window(self) -> None:
        me = making.moderator()
        decisions = dismissed(*light(2), by=me)
        Decision.objects.update(undo_until=making.NOON)
        with pytest.raises(WrongMove, match="time to undo is over"):
            undo_together([decision.pk for decision in decisions], actor=me)

    def test_not_twice(self) -> None:
        me = making.moderator()
        ids = [decision.pk for decision in dismissed(*light(2), by=me)]
        undo_together(ids, actor=me)
        with pytest.raises(WrongMove, match="undone already"):
            undo_together(ids, actor=me)

    def test_one_whose_conversation_has_a_new_case_stays_and_the_others_come_back(self) -> None:
        me = making.moderator()
        renewed, other = light(2)
        ids = [decision.pk for decision in dismissed(renewed, other, by=me)]
        reported(renewed)

        done = undo_together(ids, actor=me)

        assert [decision.case_id for decision in done.decisions] == [other.pk]
        assert done.left == (f"Case {renewed.pk}: a new case of this conversation has been opened since.",)

    def test_all_are_open_again_and_it_is_on_record(self) -> None:
        me, cases = making.moderator(), light(3)
        ids = [decision.pk for decision in dismissed(*cases, by=me)]

        undo_together(ids, actor=me)

        assert Case.objects.open().unheld().count() == 3
        assert Decision.objects.filter(state=DecisionState.UNDONE, undone_at__isnull=False).count() == 3
        assert AuditEntry.objects.filter(verb="decision.undone").count() == 3
        assert AuditEntry.objects.get(verb="decisions.undone_together").details == {"decisions": ids}

    def test_each_can_be_undone_by_itself(self) -> None:
        me, cases = making.moderator(), light(2)
        one, other = dismissed(*cases, by=me)

        undo_decision(one.pk, actor=me)

        other.refresh_from_db()
        assert other.state == DecisionState.IN_FORCE
        assert [case.pk for case in Case.objects.open()] == [one.case_id]

    def test_a_dismissal_that_reporters_would_hear_of_takes_its_words_back(self) -> None:
        """One that was decided by itself, whose report waits in the outbox, may be among them."""
        me, case = making.moderator(), making.case()
        told = reported(case)
        decision = making.decided(case, by=me)

        undo_together([decision.pk], actor=me)

        told.refresh_from_db()
        assert told.state == ReportState.OPEN
        assert [event.state for event in OutboxEvent.objects.all()] == ["cancelled"]

    def test_the_cases_can_be_taken_and_dismissed_again(self) -> None:
        me, cases = making.moderator(), light(2)
        undo_together([decision.pk for decision in dismissed(*cases, by=me)], actor=me)
        claim_case(cases[0].pk, actor=me)

        assert len(dismissed(*Case.objects.order_by("pk"), by=me)) == 2
