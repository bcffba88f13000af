"""The yearly transparency report: the page, and all its figures as a file."""

import csv
import io

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Missing
from moderation.http import StaffRequest
from moderation.operations.exports import record_export
from moderation.queries.statements import Form
from moderation.queries.transparency import csv_rows, transparency_page
from moderation.queries.transparency_sections import sections

PAGE = "moderation/transparency.html"


@require_safe
@requires(Capability.READ_TRANSPARENCY)
def transparency(request: StaffRequest) -> HttpResponse:
    page = transparency_page(_year(request.GET.get("year", "")), viewer=request.user)
    told = sections(page.figures) if page.figures else []
    return render(request, PAGE, {"page": page, "sections": told, "forms": list(Form)})


@require_safe
@requires(Capability.READ_TRANSPARENCY)
def transparency_csv(request: StaffRequest, year: int) -> HttpResponse:
    page = transparency_page(year, viewer=request.user)
    if page.figures is None or page.year != year:
        raise Missing(f"The year {year} has not been counted.")
    record_export("transparency", actor=request.user, narrowed={"year": str(year)})
    text = io.StringIO()
    csv.writer(text).writerows(csv_rows(page.figures))
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="transparency-{year}.csv"'
    return response


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else None
