"""The pages of check-ins for admins: who is overdue, which suspensions wait, the list as a file; and waiving one."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.domain.spreadsheet import cell
from moderation.forms.people import WaiveForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.models import clock
from moderation.operations.check_ins import record_export, waive_check_in
from moderation.queries.check_ins import (
    Late,
    Overdue,
    OverdueRow,
    every_overdue,
    holding_page,
    late_from,
    overdue_page,
)

OVERDUE, HOLDING = "moderation/check_ins.html", "moderation/check_ins_holding.html"
HEAD = ("account", "user name", "last check-in", "due", "overdue since", "asked", "reminders", "last reminder")


@require_safe
@requires(Capability.MANAGE_SANCTIONS)
def check_ins(request: StaffRequest) -> HttpResponse:
    page = overdue_page(_filters(request), viewer=request.user, after=request.GET.get("after", ""))
    return render(request, OVERDUE, {"page": page, "lates": list(Late)})


@require_safe
@requires(Capability.MANAGE_SANCTIONS)
def check_ins_holding(request: StaffRequest) -> HttpResponse:
    after = request.GET.get("after", "")
    page = holding_page(viewer=request.user, after=int(after) if _is_id(after) else 0)
    return render(request, HOLDING, {"page": page})


@require_safe
@requires(Capability.MANAGE_SANCTIONS)
def check_ins_csv(request: StaffRequest) -> StreamingHttpResponse:
    """All rows that the filters leave, a stretch at a time, however many; on record before the first is sent."""
    filters, now = _filters(request), clock.now()
    record_export(actor=request.user, late=filters.late.value, never=filters.never)
    answer = StreamingHttpResponse(_lines(every_overdue(filters, now=now)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="overdue-check-ins-{now:%Y-%m-%d}.csv"'
    return answer


@require_POST
@requires(Capability.MANAGE_SANCTIONS)
def check_in_waive(request: StaffRequest, check_in_id: int) -> HttpResponse:
    form = WaiveForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    waived = waive_check_in(check_in_id, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{waived.account}: waived. The suspension ends when its time is over.")
    return SeeOther(resolve_url("check_ins_holding"))


def _filters(request: StaffRequest) -> Overdue:
    return Overdue(late_from(request.GET.get("late", "")), never="never" in request.GET)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


class _Line:
    """What the csv writer writes to; the line comes back from `writerow`."""

    def write(self, line: str) -> str:
        return line


def _lines(rows: Iterable[OverdueRow]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(HEAD)
    for row in rows:
        yield writer.writerow(
            (
                cell(row.account_id),
                cell(row.account),
                _time(row.last_at) or "never",
                _time(row.due_at),
                _time(row.overdue_at),
                _time(row.asked_at),
                row.reminders,
                _time(row.reminded_at),
            )
        )


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
