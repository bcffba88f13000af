"""The yearly report over HTTP: who reads it, years, figures, and how little it asks of the database."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from moderation.domain.transparency import Figure
from moderation.domain.vocabulary import Ground
from moderation.models import DailyFigure, TransparencyYear, clock
from moderation.queries.transparency import transparency_page
from tests import making
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def year_of_figures(year: int = 2025, *, days: int = 1, most: int = 7) -> TransparencyYear:
    for number, figure in enumerate(Figure):
        kind = {Figure.MEASURES: "suspension", Figure.APPEALS_HEARD: "overturned", Figure.FLAGGED_DECIDED: "sanctioned"}
        DailyFigure.objects.bulk_create(
            DailyFigure(
                day=date(year, 1 + day % 12, 1 + day // 12),
                figure=figure,
                ground=Ground.CONTACT_SHARED,
                kind=kind.get(figure, ""),
                count=most + number,
            )
            for day in range(days)
        )
    return TransparencyYear.objects.create(
        year=year,
        counted_at=clock.now(),
        medians={"report_to_decision": {"": 840.0, "contact_shared": 12_000.0}},
        staff={"moderator": 12, "senior": 3},
    )


def test_moderators_do_not_read_it_and_auditors_do_not_export() -> None:
    year_of_figures()
    assert signed_in(making.moderator()).get(reverse("transparency")).status_code == 403
    assert signed_in(making.moderator()).get(reverse("transparency_csv", args=[2025])).status_code == 403
    for who in (making.senior, making.auditor):
        page = signed_in(who()).get(reverse("transparency"), {"year": "2025"})
        assert page.status_code == 200
        assert reverse("statements_export") not in page.content.decode()


def test_a_year_that_was_not_counted_has_no_file() -> None:
    for year in (2025, 0, 9999, 10**9):
        assert signed_in(making.admin()).get(reverse("transparency_csv", args=[year])).status_code == 404


@pytest.mark.parametrize("year", ["", "0", "9999", "٢٠٢٥", "<script>"])
def test_a_year_that_makes_no_sense_is_this_one(year: str) -> None:
    page = signed_in(making.admin()).get(reverse("transparency"), {"year": year}).content.decode()
    assert f"{clock.now().year} has not been counted yet" in page


def test_the_page_tells_every_figure_in_a_table_beside_its_chart() -> None:
    year_of_figures()
    page = signed_in(making.admin()).get(reverse("transparency"), {"year": "2025"}).content.decode()
    for words in ("14 min", "3 h 20 min", "Overturned", "None are recorded", "lower bound", "Article 15(1)(e)", "12"):
        assert words in page
    assert page.count("<svg") >= 6
    assert page.count('role="img"') == 5
    assert reverse("statements_export") in page
    assert reverse("transparency_csv", args=[2025]) in page


def test_years_are_offered_the_latest_first() -> None:
    year_of_figures(2024)
    year_of_figures(2025)
    page = transparency_page(2024, viewer=making.auditor())
    assert page.years == (clock.now().year, 2025, 2024)
    assert page.figures is not None
    assert page.figures.count(Figure.REPORTS) == 7


def test_the_file_has_every_figure() -> None:
    year_of_figures()
    answer = signed_in(making.auditor()).get(reverse("transparency_csv", args=[2025]))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {row["figure"] for row in rows} >= {figure.value for figure in Figure} | {"report_to_decision", "staff"}
    (reports,) = (row for row in rows if row["figure"] == "reports")
    assert (reports["year"], reports["ground"], reports["month"], reports["value"]) == (
        "2025",
        "contact_shared",
        "1",
        "7",
    )
    assert {row["year"] for row in rows} == {"2025"}


def test_a_full_year_asks_no_more_than_an_empty_one(django_assert_num_queries: Any) -> None:
    viewer = making.admin()
    year_of_figures(2024)
    year_of_figures(2025, days=300, most=1_000_000)
    for year, reports in ((2024, 7), (2025, 300 * 1_000_000)):
        with django_assert_num_queries(3):  # the clock is one of them
            page = transparency_page(year, viewer=viewer)
        assert page.figures is not None
        assert page.figures.count(Figure.REPORTS) == reports
