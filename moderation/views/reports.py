"""What can be done about a report on its case page: marking it as a repeat, asking its reporter."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Refused
from moderation.forms.reports import QuestionForm, RepeatForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.models import Report
from moderation.operations.questions import ask_reporter, withdraw_question
from moderation.operations.repeats import mark_repeat, unmark_repeat
from moderation.queries.cases import case_page
from moderation.views.case import PAGE


@require_POST
@requires(Capability.WORK_CASES)
def report_repeats(request: StaffRequest, report_id: int) -> HttpResponse:
    """The same as another report or, without one named, the same as none."""
    form = RepeatForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    of, seen = form.cleaned_data["of"], form.cleaned_data["seen_version"]
    if of is None:
        report = unmark_repeat(report_id, actor=request.user)
        return _changed(request, report, "The report counts for itself again.", seen=seen)
    report = mark_repeat(report_id, actor=request.user, of=of)
    return _changed(request, report, "Marked as the same report.", seen=seen)


@require_POST
@requires(Capability.WORK_CASES)
def report_ask(request: StaffRequest, report_id: int) -> HttpResponse:
    form = QuestionForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    report = ask_reporter(report_id, actor=request.user, text=form.cleaned_data["text"].replace("\r\n", "\n"))
    return _changed(request, report, "The reporter is being asked.")


@require_POST
@requires(Capability.WORK_CASES)
def report_withdraw(request: StaffRequest, report_id: int) -> HttpResponse:
    report = withdraw_question(report_id, actor=request.user)
    return _changed(request, report, "Taken back: nothing has been sent.")


def _changed(request: StaffRequest, report: Report, words: str, *, seen: int | None = None) -> HttpResponse:
    """The reports anew, and nothing else of the page, so that a decision that was begun stays as it is.

    The decision form learns the case's new version only when this change is all that was new: whatever came in
    besides, the person has still to see.
    """
    if not wants_fragment(request):
        messages.success(request, words)
        return SeeOther(resolve_url("case", report.case_id))
    page = case_page(report.case_id, viewer=request.user)
    is_all_news = seen is not None and page.version == seen + 1
    response = render(request, f"{PAGE}#reports-changed", {"page": page, "is_all_news": is_all_news})
    return trigger_client_event(response, "announce", {"value": words})
