"""The reasons of a sanction on a page of their own, and the anonymised export of all of them."""

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms.sentences import sentences
from moderation.forms.statements import StatementsExportForm
from moderation.http import StaffRequest
from moderation.operations.statements import record_export
from moderation.queries.statements import published_lines, statement_page

PAGE = "moderation/statement.html"


@require_safe
@requires(Capability.READ_SANCTIONS)
def sanction_statement(request: StaffRequest, sanction_id: int) -> HttpResponse:
    return render(request, PAGE, {"page": statement_page(sanction_id, viewer=request.user)})


@require_POST
@requires(Capability.EXPORT_STATEMENTS)
def statements_export(request: StaffRequest) -> StreamingHttpResponse:
    """A file, line by line. It is on record before the first of them leaves."""
    form = StatementsExportForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    period, written_as = form.period(), form.form()
    period.check()
    record_export(actor=request.user, since=period.since, until=period.until, written_as=written_as)
    response = StreamingHttpResponse(published_lines(period, written_as), content_type=written_as.content_type)
    name = f"statements-{period.since}-{period.until}.{written_as}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
