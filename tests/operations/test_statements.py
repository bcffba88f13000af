"""Statements of reasons: none can be changed, every sanction in force has one, and each says what it must."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from accounts.models import AuditEntry
from moderation.domain.refusals import NotPermitted
from moderation.domain.statements import Source
from moderation.domain.vocabulary import TEEN_BADGE, EndedBy, Ground, SanctionKind, SanctionState
from moderation.models import Sanction, Statement
from moderation.operations import standings
from moderation.operations.approvals import approve_decision
from moderation.operations.decisions import undo_decision
from moderation.operations.sanctions import lift_sanction
from moderation.operations.statements import record_export
from tests import making

pytestmark = pytest.mark.django_db


def suspended(code: str = "suspension:7", **about) -> Statement:
    decision = making.decided(making.case(**about), code)
    return Statement.objects.get(sanction__decision=decision)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE moderation_statement SET facts = 'other'",
        "DELETE FROM moderation_statement",
        "TRUNCATE moderation_statement",
    ],
)
def test_a_statement_can_be_neither_changed_nor_removed(statement: str) -> None:
    said = suspended()
    connection.check_constraints()  # what a table still has to check keeps it from being emptied, too
    with pytest.raises(ProgrammingError, match="as it was given"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Statement.objects.get().facts == said.facts


@pytest.mark.parametrize("column", ["facts", "clause", "clause_text", "redress", "decided"])
def test_the_database_takes_no_statement_that_leaves_something_out(column: str) -> None:
    said = suspended()
    said.pk, said.number, said.puid = None, 2, "another"
    setattr(said, column, "")
    with pytest.raises(IntegrityError, match="leaves_nothing_out"), transaction.atomic():
        said.save(force_insert=True)


def test_the_database_takes_no_education_notice_as_a_restriction() -> None:
    said = suspended("education_notice")
    assert (said.is_restriction, said.decided) == (False, "An education notice was sent. Nothing is restricted.")
    said.pk, said.number, said.puid, said.is_restriction = None, 2, "another", True
    with pytest.raises(IntegrityError, match="restricts_unless"), transaction.atomic():
        said.save(force_insert=True)


def test_an_export_is_for_admins_and_on_record() -> None:
    days: Any = {"since": making.NOON.date(), "until": making.NOON.date(), "written_as": "csv"}
    for person in (making.moderator(), making.senior(), making.auditor()):
        with pytest.raises(NotPermitted):
            record_export(actor=person, **days)
    record_export(actor=making.admin(), **days)
    entry = AuditEntry.objects.get(verb="statements.exported")
    assert entry.details == {"since": "2026-03-01", "until": "2026-03-01", "written_as": "csv"}


def test_nothing_is_stated_for_what_is_only_proposed() -> None:
    making.decided(making.case(), "suspension:permanent")
    assert not Statement.objects.exists()


def test_a_suspension_says_all_that_article_17_asks_for() -> None:
    said = suspended(text=f"call me on {making.PHONE}, it is ann")
    sanction = said.sanction

    assert said.decided == f"The account is suspended until {sanction.ends_at:%-d %B %Y, %H:%M} UTC."
    assert said.territory == "Everywhere the service is offered."
    assert (said.starts_at, said.ends_at) == (sanction.starts_at, sanction.ends_at)
    assert said.duration.startswith(f"From {sanction.starts_at:%-d %B %Y}, until ")
    assert said.facts.startswith("Automated screening found this. It concerns one message in a one-to-one conversation")
    assert "contact shared (phone)" in said.facts
    assert (said.ground, said.clause, said.policy_version) == ("contact_shared", "sharing", sanction.policy_version)
    assert said.clause_text.startswith("Sharing contact information")
    assert (said.source, said.detected_by_machine, said.decided_by_machine) == (Source.OWN_INITIATIVE, True, False)
    assert said.complaint_until == sanction.appeal_until
    assert f"until {sanction.appeal_until:%-d %B %Y}" in said.redress
    assert "dispute settlement body" in said.redress
    assert "court" in said.redress


def test_a_statement_holds_no_name_no_contact_and_no_word_that_was_said() -> None:
    ann = making.account(username="PlantedAnn", ext_id="planted-ann")
    case = making.case(actor=ann, text=f"planted words {making.PHONE}")
    making.report(case, text="planted report", reporter="planted-reporter")
    case.refresh_from_db()
    making.decided(case, "suspension:7")
    said = Statement.objects.get()
    told = " ".join(str(getattr(said, field.attname)) for field in Statement._meta.concrete_fields)
    for planted in ("planted", "Planted", "7700", "900142"):
        assert planted not in told


def test_a_case_that_was_reported_before_anything_was_found_came_of_the_report() -> None:
    case = making.case()
    case.findings.all().delete()
    making.report(case)
    case.refresh_from_db()
    making.decided(case, "suspension:7")
    said = Statement.objects.get()
    assert (said.source, said.detected_by_machine) == (Source.REPORT, False)
    assert said.facts.startswith("Another user reported this.")


def test_a_held_badge_has_one_and_its_removal_another() -> None:
    case = making.case(actor=making.listener(badges=[TEEN_BADGE]), other=making.teen())
    decision = making.decided(case, "teen_badge_removal")
    held = Statement.objects.get()
    assert (held.kind, held.ends_at, held.with_minor) == (SanctionKind.TEEN_BADGE_HOLD, None, True)
    assert held.complaint_until > held.starts_at + timedelta(days=180)

    approve_decision(decision.pk, actor=making.senior())
    removed = Statement.objects.get(kind=SanctionKind.TEEN_BADGE_REMOVAL)
    assert removed.decided == "The teen badge is removed."
    assert Statement.objects.count() == 2


def test_what_haven_did_by_itself_says_so() -> None:
    sanction = suspended().sanction
    Sanction.objects.filter(pk=sanction.pk).update(
        proposer=None, ends_at=None, kind=SanctionKind.TEEN_BADGE_HOLD, days=None
    )
    standings.settle([sanction.account])
    said = Statement.objects.get(sanction=sanction, number=2)
    assert said.decided_by_machine
    assert "No person has decided this yet" in said.facts


def test_a_change_is_stated_anew_and_names_what_it_replaces() -> None:
    first = suspended()
    assert first.ends_at
    Sanction.objects.filter(pk=first.sanction_id).update(ends_at=first.ends_at + timedelta(days=7))
    standings.settle([first.sanction.account])
    standings.settle([first.sanction.account])

    second = Statement.objects.get(number=2)
    assert Statement.objects.count() == 2
    assert second.ends_at == first.ends_at + timedelta(days=7)
    assert f"which said: “{first.decided}”" in second.facts
    assert second.puid != first.puid


def test_what_ends_or_is_undone_is_not_stated_again() -> None:
    first = suspended()
    lift_sanction(first.sanction_id, actor=making.admin(), reason="a mistake")
    undone = making.decided(making.case(), "suspension:7")
    undo_decision(undone.pk, actor=undone.decided_by)

    states = dict(Statement.objects.values_list("sanction", "sanction__state"))
    assert sorted(states.values()) == [SanctionState.ENDED, SanctionState.UNDONE]
    assert Sanction.objects.get(pk=first.sanction_id).ended_how == EndedBy.LIFTING


def test_many_sanctions_at_once_cost_no_more_queries(django_assert_num_queries) -> None:
    few, many = making.account(), making.account()
    for account, number in ((few, 1), (many, 4)):
        for _ in range(number):
            making.decided(making.case(actor=account), "suspension:7")
    Sanction.objects.update(ground=Ground.OTHER)
    for account in (few, many):
        with django_assert_num_queries(10):
            standings.settle([account])
    for account in (few, many):
        with django_assert_num_queries(4):
            standings.settle([account])
    numbers = Statement.objects.filter(sanction__account=many).values_list("number", flat=True)
    assert sorted(numbers) == [1] * 4 + [2] * 4, "each was stated anew, once"


def test_the_name_under_which_it_is_published_needs_the_key(settings) -> None:
    before = suspended()
    settings.CONTACT_KEY = "another key of at least thirty-two characters"
    Sanction.objects.update(ends_at=None, days=None)
    standings.settle([before.sanction.account])
    assert len({said.puid for said in Statement.objects.all()}) == 2
    assert all(len(said.puid) == 64 for said in Statement.objects.all())
