"""Hearing an appeal: who may not, what cannot be, then what follows from each outcome, and undoing it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import AuditEntry, User
from moderation.domain.appeals import Ruling
from moderation.domain.policy import Measure
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale, WrongMove
from moderation.domain.vocabulary import TEEN_BADGE, AppealState, EndedBy, OutboxState, SanctionKind, SanctionState
from moderation.models import Account, Appeal, FirstView, OutboxEvent, Sanction, clock
from moderation.operations.approvals import approve_decision
from moderation.operations.hearing import hear_appeal, undo_hearing, write_first_view
from moderation.operations.sanctions import expire_sanctions, lift_sanction
from tests import making

pytestmark = pytest.mark.django_db

VIEW = "I see a number of his own, which he gave once. I would remind him."
WEEK = Measure(SanctionKind.SUSPENSION, days=7)
EDUCATION = Measure(SanctionKind.EDUCATION_NOTICE)


def ruling(
    outcome: AppealState = AppealState.UPHELD, measure: Measure | None = None, reply: str = "so it is"
) -> Ruling:
    return Ruling(outcome, reply, measure)


def viewed(appeal: Appeal | None = None, by: User | None = None) -> tuple[Appeal, User]:
    appeal, by = appeal or making.appeal(), by or making.senior()
    write_first_view(appeal.pk, actor=by, text=VIEW)
    return appeal, by


def heard(said: Ruling, against: Sanction | None = None) -> tuple[Appeal, User]:
    appeal, by = viewed(making.appeal(against) if against else None)
    return hear_appeal(appeal.pk, actor=by, ruling=said, seen=Appeal.objects.get(pk=appeal.pk).stamp), by


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def events(**about: Any) -> list[str]:
    return list(OutboxEvent.objects.filter(**about).order_by("pk").values_list("topic", flat=True))


def run_out(sanction: Sanction) -> None:
    now = clock.now()
    Sanction.objects.filter(pk=sanction.pk).update(
        starts_at=now - timedelta(days=8), ends_at=now - timedelta(seconds=1)
    )


class TestFirstView:
    def test_what_is_not_there_is_missing(self) -> None:
        with pytest.raises(Missing):
            write_first_view(making.NOBODYS_ID, actor=making.senior(), text=VIEW)

    @pytest.mark.parametrize("role", [making.moderator, making.admin, making.auditor])
    def test_only_seniors_hear_appeals(self, role: Any) -> None:
        with pytest.raises(NotPermitted):
            write_first_view(making.appeal().pk, actor=role(), text=VIEW)

    def test_whoever_proposed_it_does_not_hear_it(self) -> None:
        senior = making.senior()
        appeal = making.appeal(making.sanction(by=senior))
        with pytest.raises(NotPermitted, match="no part in it"):
            write_first_view(appeal.pk, actor=senior, text=VIEW)

    def test_nor_whoever_approved_it(self) -> None:
        decision, senior = making.decided(making.case(), "suspension:permanent"), making.senior()
        approve_decision(decision.pk, actor=senior)
        appeal = making.appeal(decision.sanctions.get())
        with pytest.raises(NotPermitted, match="no part in it"):
            write_first_view(appeal.pk, actor=senior, text=VIEW)

    @pytest.mark.parametrize("text", ["", "fine.", "x" * 4001])
    def test_it_says_something_and_not_too_much(self, text: str) -> None:
        with pytest.raises(Refused, match=r"sentence|shorten"):
            write_first_view(making.appeal().pk, actor=making.senior(), text=text)

    def test_it_is_never_changed(self) -> None:
        appeal, by = viewed()
        with pytest.raises(WrongMove, match="stays as it is"):
            write_first_view(appeal.pk, actor=by, text="On second thoughts I see it otherwise.")
        assert write_first_view(appeal.pk, actor=by, text=VIEW).text == VIEW
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            FirstView.objects.update(text="something else entirely")

    def test_after_the_ruling_there_is_none(self) -> None:
        appeal, _ = heard(ruling())
        with pytest.raises(WrongMove, match="decided this appeal meanwhile"):
            write_first_view(appeal.pk, actor=making.senior(), text=VIEW)

    def test_it_is_on_record_without_its_text(self) -> None:
        appeal, by = viewed()
        entry = AuditEntry.objects.get(verb="appeal.viewed")
        assert (entry.target_id, entry.actor_name) == (str(appeal.pk), by.name)
        assert VIEW not in str(entry.details)


class TestRefusals:
    def test_without_a_first_view_nothing_is_decided(self) -> None:
        appeal = making.appeal()
        with pytest.raises(Refused, match="first view"):
            hear_appeal(appeal.pk, actor=making.senior(), ruling=ruling(), seen=appeal.stamp)

    def test_the_first_view_of_another_is_not_one_s_own(self) -> None:
        appeal, _ = viewed()
        with pytest.raises(Refused, match="first view"):
            hear_appeal(appeal.pk, actor=making.senior(), ruling=ruling(), seen=appeal.stamp)

    def test_the_database_itself_keeps_the_proposer_out(self) -> None:
        appeal, _ = viewed()
        view = appeal.first_views.get()
        with pytest.raises(IntegrityError, match="appeal_heard_by_another"), transaction.atomic():
            Appeal.objects.filter(pk=appeal.pk).update(
                state="upheld", hearer=appeal.proposer, heard_at=making.NOON, reply="no", first_view=view
            )

    def test_the_database_wants_a_first_view(self) -> None:
        appeal = making.appeal()
        with pytest.raises(IntegrityError, match="appeal_view_and_reply"), transaction.atomic():
            Appeal.objects.filter(pk=appeal.pk).update(
                state="upheld", hearer=making.senior(), heard_at=making.NOON, reply="no"
            )

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            (ruling(AppealState.OPEN), "outcomes offered"),
            (ruling(AppealState.REDUCED), "reduced to"),
            (ruling(AppealState.UPHELD, EDUCATION), "reduced to"),
            (ruling(AppealState.REDUCED, WEEK), "not milder"),
            (ruling(AppealState.REDUCED, Measure(SanctionKind.SUSPENSION, permanent=True)), "not milder"),
            (ruling(reply=" "), "Write a reply"),
            (ruling(reply="x" * 8001), "shorten"),
        ],
    )
    def test_a_ruling_that_makes_no_sense(self, said: Ruling, why: str) -> None:
        appeal, by = viewed()
        with pytest.raises(Refused, match=why):
            hear_appeal(appeal.pk, actor=by, ruling=said, seen=appeal.stamp)
        assert again(appeal).state == AppealState.OPEN

    def test_a_sanction_that_changed_since_it_was_seen(self) -> None:
        appeal, by = viewed()
        lift_sanction(appeal.sanction_id, actor=making.admin(), reason="a mistake")
        with pytest.raises(Stale, match="Look again"):
            hear_appeal(appeal.pk, actor=by, ruling=ruling(), seen=appeal.stamp)

    def test_it_is_decided_once(self) -> None:
        appeal, _ = heard(ruling())
        other = making.senior()
        with pytest.raises(WrongMove, match="upheld"):
            hear_appeal(appeal.pk, actor=other, ruling=ruling(AppealState.OVERTURNED), seen=appeal.stamp)

    def test_the_same_form_sent_twice_is_one_ruling(self) -> None:
        appeal, by = heard(ruling())
        assert hear_appeal(appeal.pk, actor=by, ruling=ruling(), seen="whatever").pk == appeal.pk
        assert events(topic="appeal.decided") == ["appeal.decided"]


class TestUpheld:
    def test_the_sanction_stays_and_the_person_hears(self) -> None:
        appeal, by = heard(ruling())
        assert again(appeal.sanction).state == SanctionState.IN_FORCE
        event = OutboxEvent.objects.get(topic="appeal.decided")
        assert event.payload == {
            "appeal": appeal.ext_id,
            "sanction": str(appeal.sanction_id),
            "outcome": "upheld",
            "text": "so it is",
        }
        assert event.not_before == appeal.undo_until
        entry = AuditEntry.objects.get(verb="appeal.decided")
        assert (entry.actor_name, entry.details["outcome"]) == (by.name, "upheld")


class TestOverturned:
    def test_it_ends_counts_no_longer_and_the_platform_is_told(self) -> None:
        appeal, by = heard(ruling(AppealState.OVERTURNED))
        sanction = again(appeal.sanction)
        assert (sanction.state, sanction.ended_how, sanction.ended_by) == (SanctionState.ENDED, EndedBy.APPEAL, by)
        assert not Sanction.objects.that_counted().exists()
        assert not again(sanction.account).suspended
        assert events(cause=appeal.cause) == ["sanction.lifted", "appeal.decided"]

    def test_another_suspension_keeps_the_account_suspended(self) -> None:
        account = making.account()
        making.sanction("suspension:30", actor=account)
        heard(ruling(AppealState.OVERTURNED), making.sanction(actor=account))
        assert again(account).suspended

    def test_a_badge_is_given_back(self) -> None:
        listener = making.listener(badges=[TEEN_BADGE])
        decision = making.decided(making.case(actor=listener), "teen_badge_removal")
        approve_decision(decision.pk, actor=making.senior())
        assert again(listener).badges_removed == [TEEN_BADGE]
        removal = decision.sanctions.get(kind=SanctionKind.TEEN_BADGE_REMOVAL)

        appeal, _ = heard(ruling(AppealState.OVERTURNED), removal)

        assert again(listener).badges_removed == []
        assert events(cause=appeal.cause) == ["badge.restored", "appeal.decided"]

    def test_what_has_run_out_goes_from_the_record(self) -> None:
        sanction = making.sanction()
        run_out(sanction)
        expire_sanctions()
        appeal, _ = heard(ruling(AppealState.OVERTURNED), sanction)
        assert again(sanction).ended_how == EndedBy.APPEAL
        assert not Sanction.objects.that_counted().exists()
        assert events(cause=appeal.cause) == ["appeal.decided"]


class TestReduced:
    def test_a_shorter_suspension_ends_sooner_counted_from_its_beginning(self) -> None:
        appeal, _ = heard(ruling(AppealState.REDUCED, WEEK), making.sanction("suspension:30"))
        sanction = again(appeal.sanction)
        assert (sanction.days, sanction.ends_at - sanction.starts_at) == (7, timedelta(days=7))
        assert again(sanction.account).suspended_until == sanction.ends_at
        told = OutboxEvent.objects.get(topic="sanction.applied", cause=appeal.cause).payload
        assert (told["ends_at"], told["notice"]) == (sanction.ends_at.isoformat(), "")
        assert Sanction.objects.that_counted().count() == 1

    def test_what_is_over_by_then_ends_now(self) -> None:
        sanction = making.sanction("suspension:30")
        begun = clock.now() - timedelta(days=10)
        Sanction.objects.filter(pk=sanction.pk).update(starts_at=begun, ends_at=begun + timedelta(days=30))
        appeal, _ = heard(ruling(AppealState.REDUCED, WEEK), sanction)
        assert again(sanction).ended_how == EndedBy.EXPIRY
        assert not again(sanction.account).suspended
        assert events(cause=appeal.cause) == ["sanction.lifted", "appeal.decided"]
        assert Sanction.objects.that_counted().count() == 1

    def test_a_permanent_one_gets_an_end(self) -> None:
        decision = making.decided(making.case(), "suspension:permanent")
        approve_decision(decision.pk, actor=making.senior())
        appeal, _ = heard(ruling(AppealState.REDUCED, WEEK), decision.sanctions.get())
        assert (again(appeal.sanction).permanent, again(appeal.sanction).days) == (False, 7)

    def test_an_education_notice_takes_its_place(self) -> None:
        appeal, _ = heard(ruling(AppealState.REDUCED, EDUCATION))
        sanction = again(appeal.sanction)
        assert (sanction.kind, sanction.state) == (SanctionKind.EDUCATION_NOTICE, SanctionState.IN_FORCE)
        assert "Six questions" in sanction.notice
        assert not again(sanction.account).suspended
        assert events(cause=appeal.cause) == ["sanction.lifted", "sanction.applied", "appeal.decided"]
        assert OutboxEvent.objects.get(cause=appeal.cause, topic="sanction.lifted").payload["kind"] == "suspension"
        assert Sanction.objects.that_counted().count() == 1

    def test_an_education_notice_cannot_be_reduced(self) -> None:
        sanction = making.sanction("education_notice")
        appeal, by = viewed(making.appeal(sanction))
        with pytest.raises(Refused, match="outcomes offered"):
            hear_appeal(appeal.pk, actor=by, ruling=ruling(AppealState.REDUCED, EDUCATION), seen=appeal.stamp)


class TestUndoing:
    def test_only_whoever_decided_it(self) -> None:
        appeal, _ = heard(ruling())
        with pytest.raises(NotPermitted, match="Only the person"):
            undo_hearing(appeal.pk, actor=making.senior())

    def test_what_was_not_decided_cannot_be_undone(self) -> None:
        appeal, by = viewed()
        with pytest.raises(WrongMove, match="nothing to undo"):
            undo_hearing(appeal.pk, actor=by)

    def test_after_the_window_it_stays(self) -> None:
        appeal, by = heard(ruling(AppealState.OVERTURNED))
        Appeal.objects.filter(pk=appeal.pk).update(undo_until=clock.now())
        with pytest.raises(WrongMove, match="time to undo is over"):
            undo_hearing(appeal.pk, actor=by)
        assert again(appeal.sanction).state == SanctionState.ENDED

    def test_what_somebody_has_changed_since_stays(self) -> None:
        appeal, by = heard(ruling(AppealState.REDUCED, WEEK), making.sanction("suspension:30"))
        lift_sanction(appeal.sanction_id, actor=making.admin(), reason="a mistake")
        with pytest.raises(WrongMove, match="changed since"):
            undo_hearing(appeal.pk, actor=by)

    @pytest.mark.parametrize(
        "said",
        [
            ruling(),
            ruling(AppealState.OVERTURNED),
            ruling(AppealState.REDUCED, WEEK),
            ruling(AppealState.REDUCED, EDUCATION),
        ],
        ids=["upheld", "overturned", "shortened", "education"],
    )
    def test_everything_is_as_before_and_can_be_decided_again(self, said: Ruling) -> None:
        sanction = making.sanction("suspension:30")
        columns = [field.attname for field in Sanction._meta.concrete_fields]
        before = Sanction.objects.values(*columns).get(pk=sanction.pk)
        until = Account.objects.get(pk=sanction.account_id).suspended_until
        appeal, by = heard(said, sanction)

        undo_hearing(appeal.pk, actor=by)

        assert Sanction.objects.values(*columns).get(pk=sanction.pk) == before
        assert Account.objects.get(pk=sanction.account_id).suspended_until == until
        assert again(appeal).state == AppealState.OPEN
        assert set(OutboxEvent.objects.filter(cause=appeal.cause).values_list("state", flat=True)) == {
            OutboxState.CANCELLED
        }
        decided = hear_appeal(appeal.pk, actor=by, ruling=said, seen=again(appeal).stamp)
        assert "appeal.decided" in events(cause=decided.cause, state=OutboxState.PENDING)


class TestLinks:
    def test_the_platform_gets_the_link_in_its_place_or_behind_the_notice(self) -> None:
        sanction = making.sanction()
        told = OutboxEvent.objects.get(topic="sanction.applied").payload["notice"]
        assert told.startswith(sanction.notice)
        assert "/appeal/" in told
        assert "/appeal/" not in sanction.notice

    def test_a_hold_has_none(self) -> None:
        listener = making.listener(badges=[TEEN_BADGE])
        making.decided(making.case(actor=listener), "teen_badge_removal")
        assert "/appeal/" not in OutboxEvent.objects.get(topic="badge.held").payload["notice"]
