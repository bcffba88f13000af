"""Dismissing look-alikes together, and taking that back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import push_url

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.refusals import Missing, NotPermitted, Refused, Stale
from moderation.forms.desk import AlikeForm, UndoForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.operations import bulk
from moderation.operations.bulk import Dismissal, Done
from moderation.queries import tally
from moderation.queries.alike import alike_page

PAGE = "moderation/alike.html"
MOST_NAMED = 3  # cases that were left as they were, in one message


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.WORK_CASES)
def case_alike(request: StaffRequest, case_id: int) -> HttpResponse:
    """The list, with `?tick=none` without its ticks; sent back, it dismisses what is ticked."""
    if request.method == "POST":
        return _dismiss(request, case_id)
    ticked = frozenset[int]() if request.GET.get("tick") == "none" else None
    return render(request, PAGE, {"page": alike_page(case_id, viewer=request.user, ticked=ticked)})


@require_POST
@requires(Capability.WORK_CASES)
def decisions_undo(request: StaffRequest) -> HttpResponse:
    """Take several decisions back and go to the queue, where their cases are again."""
    form = UndoForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    undone = bulk.undo_together(form.cleaned_data["decisions"], actor=request.user)
    tally.forget()
    messages.info(request, f"{_cases(undone)} undone: open again. Nothing has been sent.{_left(undone)}")
    return SeeOther(resolve_url("queue"))


def _dismiss(request: StaffRequest, case_id: int) -> HttpResponse:
    """What was refused comes back as the list as it stands now, with the ticks that were made and why."""
    form = AlikeForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    seen: dict[int, int] = form.cleaned_data["seen"]
    try:
        done = bulk.dismiss_alike(
            case_id, actor=request.user, dismissal=Dismissal(key=form.cleaned_data["key"], seen=seen)
        )
    except (Missing, NotPermitted):
        raise
    except Refused as refused:
        page = alike_page(case_id, viewer=request.user, ticked=frozenset(seen))
        card = {"title": "Nothing was dismissed", "text": str(refused)}
        status = 409 if isinstance(refused, Stale) else 422
        response = render(request, PAGE, {"page": page, "card": card}, status=status)
        return push_url(response, resolve_url("case_alike", case_id))
    tally.forget()
    _tell(request, done)
    return SeeOther(resolve_url("queue"))


def _tell(request: StaffRequest, done: Done) -> None:
    """A toast from which all of it can be undone, as long as it can."""
    until = done.decisions[0].undo_until
    assert until is not None
    decisions = ",".join(str(decision.pk) for decision in done.decisions)
    messages.info(
        request, f"{_cases(done)}: no violation.{_left(done)}", extra_tags=f"undo:{decisions}:{until.isoformat()}"
    )


def _cases(done: Done) -> str:
    if len(done.decisions) == 1:
        return f"Case {done.decisions[0].case_id}"
    return f"{len(done.decisions)} cases"


def _left(done: Done) -> str:
    """Of those that were left, the first few with the reason."""
    if not done.left:
        return ""
    more = len(done.left) - MOST_NAMED
    return " Left as they are: " + " ".join(done.left[:MOST_NAMED]) + (f" And {more} more." if more > 0 else "")
