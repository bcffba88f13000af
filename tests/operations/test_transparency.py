"""The nightly count: the small tables say what a plain count says, by day, ground and kind; medians are exact."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import pytest

from moderation import tasks
from moderation.domain.transparency import Figure, Median
from moderation.domain.vocabulary import AppealState, Ground, Judgement, Outcome, SanctionKind
from moderation.models import (
    Appeal,
    Case,
    DailyFigure,
    Decision,
    Finding,
    FirstView,
    Label,
    Referral,
    Report,
    Sanction,
    TransparencyYear,
    clock,
)
from moderation.operations.decisions import undo_decision
from moderation.operations.transparency import count_due, count_year
from tests import making

pytestmark = pytest.mark.django_db

Counted = Counter[tuple[date, str, str]]
YEAR = 2024  # a leap year
MOMENTS = [
    datetime(YEAR, 1, 1, 0, 0, tzinfo=UTC),
    datetime(YEAR, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(YEAR, 3, 31, 1, 30, tzinfo=UTC),  # clocks go forward in much of Europe
    datetime(YEAR, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(YEAR + 1, 1, 1, 0, 0, tzinfo=UTC),  # not in it
    datetime(YEAR - 1, 12, 31, 23, 59, 59, tzinfo=UTC),  # nor this
]


def counted(figure: Figure) -> Counted:
    rows = DailyFigure.objects.filter(figure=figure)
    return Counter({(row.day, row.ground, row.kind): row.count for row in rows})


def plain(rows: Any, moment: str, ground: str, kind: str | None = None) -> Counted:
    """One by one, in Python."""
    found: Counted = Counter()
    for row in rows:
        at = getattr(row, moment)
        if at is not None and at.year == YEAR:
            found[at.date(), _of(row, ground), _of(row, kind) if kind else ""] += 1
    return found


def _of(row: Any, path: str) -> str:
    for name in path.split("."):
        row = getattr(row, name)
    return str(row)


@pytest.fixture
def community() -> None:
    """Something of everything at every moment, on several grounds."""
    person = making.senior()
    for number, moment in enumerate(MOMENTS):
        ground = [Ground.CONTACT_SHARED, Ground.CONTACT_REQUESTED, Ground.OFFSITE_CONTACT][number % 3]
        _decided(moment, ground, "suspension:7", number)
        _decided(moment, ground, "education_notice", number, is_reported=True)
        _dismissed(moment, ground)
        case = making.case(ground=ground)
        Label.objects.create(
            case=case, judgement=Judgement.WRONG, rule=ground, finding=case.findings.get(), given_by=person
        )
        for place in range(2):
            Label.objects.create(
                case=case,
                judgement=Judgement.MISSED,
                rule=ground,
                message_id=1,
                start=place,
                end=place + 1,
                given_by=person,
                withdrawn_at=moment if place else None,
            )
        Label.objects.filter(case=case).update(given_at=moment)
        Case.objects.filter(pk=case.pk).update(opened_at=moment)
        Referral.objects.create(
            key=f"00000000-0000-0000-0000-{number:012}", case=case, ground=ground, reason="seen", made_by=person
        )
    Finding.objects.update(found_at=MOMENTS[1])


def _decided(moment: datetime, ground: Ground, code: str, number: int, *, is_reported: bool = False) -> None:
    case = making.case(ground=ground)
    if is_reported:
        report = making.report(case)
        Report.objects.filter(pk=report.pk).update(received_at=moment)
        case.refresh_from_db()
    decision = making.decided(case, code)
    Case.objects.filter(pk=case.pk).update(opened_at=moment)
    Decision.objects.filter(pk=decision.pk).update(decided_at=moment + timedelta(minutes=10 + number**2))
    sanction = decision.sanctions.get()
    Sanction.objects.filter(pk=sanction.pk).update(
        starts_at=moment,
        ends_at=None,
        days=None,
        state="ended",
        ended_at=moment,
        ended_how="lifting",
        proposer=None if number % 2 else sanction.proposer,
    )
    appeal = Appeal.objects.create(
        ext_id=f"appeal {sanction.pk}", sanction=sanction, text="please", created_at=moment, due_at=moment
    )
    Appeal.objects.filter(sanction=sanction).update(received_at=moment - timedelta(hours=number + 1))
    if number != 1:
        _heard(appeal, [AppealState.UPHELD, AppealState.REDUCED, AppealState.OVERTURNED][number % 3], moment)


def _heard(appeal: Appeal, state: AppealState, moment: datetime) -> None:
    by = making.senior()
    view = FirstView.objects.create(appeal=appeal, person=by, text="a look")
    Appeal.objects.filter(pk=appeal.pk).update(
        state=state, hearer=by, heard_at=moment, first_view=view, reply="we have looked again"
    )


def _dismissed(moment: datetime, ground: Ground) -> None:
    decision = making.decided(making.case(ground=ground))
    Decision.objects.filter(pk=decision.pk).update(decided_at=moment)


@pytest.mark.usefixtures("community")
def test_the_summary_equals_a_plain_count() -> None:
    count_year(YEAR)

    sanctions = list(Sanction.objects.filter(state__in=["in_force", "ended"]))
    machine = [one for one in sanctions if one.proposer_id is None and one.approver_id is None]
    appeals = Appeal.objects.select_related("sanction")
    labels = [label for label in Label.objects.all() if label.withdrawn_at is None]
    own = Case.objects.filter(screened=True, reporters=0)
    flagged = Decision.objects.select_related("case").filter(state="in_force", case__screened=True)
    expected = {
        Figure.REPORTS: plain(Report.objects.all(), "received_at", "reason"),
        Figure.FINDINGS: plain(Finding.objects.all(), "found_at", "rule"),
        Figure.OWN_CASES: plain(own, "opened_at", "ground"),
        Figure.REFERRALS: plain(Referral.objects.all(), "made_at", "ground"),
        Figure.MEASURES: plain(sanctions, "starts_at", "ground", "kind"),
        Figure.MEASURES_BY_MACHINE: plain(machine, "starts_at", "ground", "kind"),
        Figure.MACHINE_REVERSED: plain(machine, "starts_at", "ground", "kind"),
        Figure.ENDINGS: plain(sanctions, "ended_at", "ground", "ended_how"),
        Figure.APPEALS: plain(appeals, "received_at", "sanction.ground", "sanction.kind"),
        Figure.APPEALS_HEARD: plain(appeals, "heard_at", "sanction.ground", "state"),
        Figure.FLAGGED_DECIDED: plain(flagged, "decided_at", "case.ground", "outcome"),
        Figure.FINDINGS_WRONG: plain([la for la in labels if la.judgement == "wrong"], "given_at", "rule"),
        Figure.FINDINGS_MISSED: plain([la for la in labels if la.judgement == "missed"], "given_at", "rule"),
    }
    assert {figure: counted(figure) for figure in Figure} == expected
    assert all(expected[figure] for figure in Figure if figure is not Figure.REFERRALS)
    assert {row.day.year for row in DailyFigure.objects.all()} == {YEAR}


@pytest.mark.usefixtures("community")
def test_medians_are_exact_for_all_and_for_each_ground() -> None:
    told = count_year(YEAR).medians

    took: dict[str, list[float]] = {"": []}
    for report in Report.objects.filter(received_at__year=YEAR):
        at = Decision.objects.get(case=report.case_id).decided_at
        for ground in ("", report.reason):
            took.setdefault(ground, []).append((at - report.received_at).total_seconds())
    assert told[Median.REPORT_TO_DECISION] == pytest.approx({ground: median(all_) for ground, all_ in took.items()})

    heard = Appeal.objects.filter(heard_at__year=YEAR)
    waited = [(one.heard_at - one.received_at).total_seconds() for one in heard if one.heard_at]
    assert told[Median.COMPLAINT_TO_OUTCOME][""] == median(waited)
    turned = [
        (one.heard_at - one.received_at).total_seconds() for one in heard if one.heard_at and one.state != "upheld"
    ]
    assert told[Median.COMPLAINT_TO_REVERSAL][""] == median(turned)
    assert set(told[Median.OWN_CASE_TO_DECISION]) > {""}


@pytest.mark.usefixtures("community")
def test_counting_again_changes_nothing_and_what_is_gone_is_no_longer_counted() -> None:
    first = count_year(YEAR)
    before = {figure: counted(figure) for figure in Figure}
    again = count_year(YEAR)
    assert {figure: counted(figure) for figure in Figure} == before
    assert (again.pk, again.medians) == (first.pk, first.medians)

    Label.objects.update(withdrawn_at=clock.now())
    count_year(YEAR)
    assert not counted(Figure.FINDINGS_WRONG)


def test_what_was_taken_back_or_only_proposed_is_no_measure() -> None:
    undone = making.decided(making.case(), "suspension:7")
    undo_decision(undone.pk, actor=undone.decided_by)
    making.decided(making.case(), "suspension:permanent")
    count_year(clock.now().year)
    assert not counted(Figure.MEASURES)
    assert not counted(Figure.FLAGGED_DECIDED)


def test_a_day_is_counted_once_and_the_next_one_anew() -> None:
    making.decided(making.case(), "suspension:7")
    this_year = clock.now().year
    assert count_due() == [this_year]
    assert count_due() == []

    TransparencyYear.objects.update(counted_at=clock.now() - timedelta(days=1))
    assert count_due() == [this_year]


def test_years_never_counted_are_counted_too() -> None:
    making.decided(making.case(), "suspension:7")
    this_year = clock.now().year
    Case.objects.update(opened_at=clock.now().replace(year=this_year - 3, month=2, day=1))
    assert count_due() == list(range(this_year - 3, this_year + 1))
    TransparencyYear.objects.update(counted_at=clock.now() - timedelta(days=1))
    assert count_due() == [this_year - 1, this_year]


def test_the_task_counts_and_staff_are_those_with_an_active_account() -> None:
    making.moderator()
    gone = making.moderator()
    gone.is_active = False
    gone.save()
    making.decided(making.case(), by=making.senior())
    tasks.count_transparency()
    told = TransparencyYear.objects.get()
    assert told.staff == {"moderator": 1, "senior": 1}
    outcome = DailyFigure.objects.get(figure=Figure.FLAGGED_DECIDED)
    assert (outcome.kind, outcome.count) == (Outcome.NO_VIOLATION, 1)
    assert not DailyFigure.objects.filter(kind=SanctionKind.SUSPENSION).exists()
