"""Deciding: the preview, the decision, taking it back, and the second signature."""

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain import planning
from moderation.domain.holding import removed
from moderation.domain.planning import NAME_PLACE, Candidate, Step
from moderation.domain.refusals import Held, Refused, Stale, WrongMove
from moderation.domain.vocabulary import DecisionState, Outcome, SanctionKind
from moderation.forms.decisions import AnswerForm, DecisionForm, DraftForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.models import Decision
from moderation.operations import approvals, decisions, leases
from moderation.operations.verdicts import Measured, Verdict
from moderation.queries.cases import case_candidates, case_page, own_case
from moderation.queries.desk import Draft, desk, unread, usernames
from moderation.queries.proposals import proposals_page
from moderation.views.case import PAGE, show

PROPOSALS = "moderation/proposals.html"


@require_POST
@requires(Capability.WORK_CASES)
def case_preview(request: StaffRequest, case_id: int) -> HttpResponse:
    """What confirming would do, as things stand on the form. Changes nothing."""
    page = case_page(case_id, viewer=request.user)
    form = DraftForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    draft = form.draft()
    if wants_fragment(request):
        return render(request, f"{PAGE}#consequences", {"page": page, "desk": desk(page, draft)})
    return show(request, page, draft)


@require_POST
@requires(Capability.WORK_CASES)
def case_decide(request: StaffRequest, case_id: int) -> HttpResponse:
    """Decide and go on to the next case. Whatever is refused leaves everything that was typed where it is."""
    candidates = case_candidates(case_id, viewer=request.user)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    draft = form.draft()
    steps = planning.plan(draft.wish, candidates)
    if unread(steps, draft):
        return _not_decided(request, case_id, draft, status=422, **_TO_READ)
    try:
        decision = decisions.decide_case(case_id, actor=request.user, verdict=_verdict(form, candidates, draft, steps))
    except Stale as refused:
        said = {"title": "Not decided: the case has changed", "text": str(refused)}
        return _not_decided(request, case_id, draft, status=409, **said)
    except Refused as refused:
        return _not_decided(request, case_id, draft, status=422, title="Not decided yet", text=str(refused))
    _tell(request, decision)
    return _to_next(request, case_id)


_TO_READ = {
    "title": "Not decided yet",
    "text": "Your choice has changed what is sent. Read below what will happen, then confirm.",
    "tone": "good",
}


def _not_decided(request: StaffRequest, case_id: int, draft: Draft, *, status: int, **said: str) -> HttpResponse:
    return show(request, case_page(case_id, viewer=request.user), draft, status=status, **said)


@require_POST
@requires(Capability.WORK_CASES)
def decision_undo(request: StaffRequest, decision_id: int) -> HttpResponse:
    """Take a decision back and go to its case, which is one's own again unless somebody was faster."""
    decision = decisions.undo_decision(decision_id, actor=request.user)
    messages.info(request, f"Case {decision.case_id}: undone. Nothing has been sent.")
    try:
        leases.claim_case(decision.case_id, actor=request.user)
    except (Held, WrongMove):
        messages.info(request, "Somebody else has taken the case meanwhile.")
    return SeeOther(resolve_url("case", decision.case_id))


@require_safe
@requires(Capability.APPROVE)
def proposals(request: StaffRequest) -> HttpResponse:
    return render(request, PROPOSALS, {"page": proposals_page(viewer=request.user)})


@require_POST
@requires(Capability.APPROVE)
def proposal_approve(request: StaffRequest, decision_id: int) -> HttpResponse:
    decision = approvals.approve_decision(decision_id, actor=request.user, note=_note(request))
    messages.success(request, f"Case {decision.case_id}: approved. The platform is being told.")
    return SeeOther(resolve_url("proposals"))


@require_POST
@requires(Capability.APPROVE)
def proposal_refuse(request: StaffRequest, decision_id: int) -> HttpResponse:
    decision = approvals.refuse_decision(decision_id, actor=request.user, note=_note(request))
    messages.success(
        request,
        f"Case {decision.case_id}: refused. It is back in the queue, first for whoever proposed it, with your note.",
    )
    return SeeOther(resolve_url("proposals"))


def _note(request: StaffRequest) -> str:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    note: str = form.cleaned_data["note"]
    return note


def _verdict(form: DecisionForm, candidates: tuple[Candidate, ...], draft: Draft, steps: tuple[Step, ...]) -> Verdict:
    names = usernames(steps)
    finds_nothing = planning.finds_nothing(draft.wish, candidates)
    clearing = planning.cleared(draft.wish, candidates)
    return Verdict(
        key=draft.key,
        outcome=Outcome.NO_VIOLATION if finds_nothing else Outcome.SANCTIONED,
        grounds=tuple(dict.fromkeys(cause.ground for step in steps for cause in step.causes)),
        sanctions=tuple(_measured(step, draft, names[step.candidate.account_id]) for step in steps),
        note=draft.note,
        seen_version=form.cleaned_data["seen_version"],
        lease_token=form.cleaned_data["lease_token"],
        cleared=tuple((one.candidate.account_id, one.ground) for one in clearing),
        reasons=() if finds_nothing else draft.reasons,  # the page hides them then
        gives_back=tuple(sorted(draft.gives_back - removed(steps))),
    )


def _measured(step: Step, draft: Draft, username: str) -> Measured:
    notice = draft.notices[step.code].replace(NAME_PLACE, username)
    return Measured(
        step.candidate.account_id,
        step.ground,
        step.measure,
        notice,
        clause=step.clause.code,
        also=step.also,
        after_check_in=step.after_check_in,
    )


def _tell(request: StaffRequest, decision: Decision) -> None:
    """A toast from which the decision can be undone, as long as it can; one, also when the form was sent twice."""
    if decision.undo_until is None:
        return
    tag = f"undo:{decision.pk}:{decision.undo_until.isoformat()}"
    waiting = messages.get_messages(request)
    assert isinstance(waiting, BaseStorage)
    is_told = any(message.extra_tags == tag for message in waiting)
    waiting.used = False  # looked at, not shown
    if not is_told:
        messages.info(request, f"Case {decision.case_id}: {_in_short(decision)}.", extra_tags=tag)


def _in_short(decision: Decision) -> str:
    """«suspension, 7 days», «proposed: suspension, permanent», «no violation»"""
    if decision.outcome == Outcome.NO_VIOLATION:
        return "no violation"
    given = decision.sanctions.exclude(kind=SanctionKind.TEEN_BADGE_HOLD).order_by("pk")
    labels = " and ".join(dict.fromkeys(sanction.measure.label.lower() for sanction in given))
    return f"proposed: {labels}" if decision.state == DecisionState.PROPOSED else labels


def _to_next(request: StaffRequest, case_id: int) -> HttpResponse:
    """A case that one holds already comes before a new one: so a form that is sent twice leads to the same place."""
    held = own_case(request.user, besides=case_id)
    if held is None:
        taken = leases.claim_next(actor=request.user)
        held = taken.pk if taken else None
    if held is None:
        messages.info(request, "That was the last case that nobody else holds.")
        return SeeOther(resolve_url("queue"))
    return SeeOther(resolve_url("case", held))
