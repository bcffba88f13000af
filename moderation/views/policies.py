"""The pages of the policy: versions, editor, comparison, trials, publishing."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.policy_fields import BY_CODE, SECTIONS
from moderation.domain.refusals import Missing, Refused, Stale
from moderation.forms.policies import PublishForm, SectionForm, SeenForm, TryForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.operations import policies as deeds
from moderation.operations import trying
from moderation.queries.policies import draft_page, trial_page, version_page, versions_page

EDITOR = "moderation/policy_edit.html"
VERSION = "moderation/policy.html"


@require_safe
@requires(Capability.READ_POLICY)
def policies(request: StaffRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    page = versions_page(viewer=request.user, before=int(before) if before.isdecimal() and len(before) < 10 else None)
    return render(request, "moderation/policies.html", {"page": page, "first": SECTIONS[0].code})


@require_POST
@requires(Capability.MANAGE_POLICY)
def policy_start(request: StaffRequest) -> HttpResponse:
    draft = deeds.start_draft(actor=request.user)
    messages.success(request, f"Version {draft.number} is a draft now. Nothing changes before it is published.")
    return SeeOther(resolve_url("policy_edit", draft.number, SECTIONS[0].code))


@require_safe
@requires(Capability.READ_POLICY)
def policy(request: StaffRequest, number: int) -> HttpResponse:
    """A version beside another, and everything that it says."""
    other = request.GET.get("with", "")
    with_ = int(other) if other.isdecimal() and len(other) < 10 else None
    page = version_page(number, viewer=request.user, other=with_)
    return render(request, VERSION, {"page": page, "first": SECTIONS[0].code, "days": 30})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_POLICY)
def policy_edit(request: StaffRequest, number: int, section: str) -> HttpResponse:
    """One section of the draft. What cannot be kept leaves everything as it was typed, with a sentence beside it."""
    if section not in BY_CODE:
        raise Missing("The policy has no such section.")
    page = draft_page(number, viewer=request.user)
    if request.method != "POST":
        return _editor(request, number, SectionForm.of(BY_CODE[section], page.body, page.version.revision))
    form = SectionForm.sent(BY_CODE[section], request.POST)
    if form.faults:
        return _editor(request, number, form, status=422)
    try:
        saved = deeds.save_draft(number, actor=request.user, seen_revision=form.revision, values=form.values)
    except deeds.Faulty as faulty:
        form.faults = {path: said for path, said in faulty.faults.items() if path in form.values} or {"": str(faulty)}
        return _editor(request, number, form, status=422)
    except Stale as stale:
        now = draft_page(number, viewer=request.user)
        return _editor(request, number, form.onto(now.body, now.version.revision), stale=str(stale), status=409)
    if saved.revision == form.revision:
        messages.info(request, "Nothing was different: the draft is as it was.")
    else:
        messages.success(request, f"{BY_CODE[section].label}: saved in the draft of version {number}.")
    return SeeOther(resolve_url("policy_edit", number, section))


@require_POST
@requires(Capability.MANAGE_POLICY)
def policy_discard(request: StaffRequest, number: int) -> HttpResponse:
    deeds.discard_draft(number, actor=request.user, seen_revision=_seen(request))
    messages.success(request, f"The draft of version {number} is thrown away.")
    return SeeOther(resolve_url("policies"))


@require_POST
@requires(Capability.MANAGE_POLICY)
def policy_publish(request: StaffRequest, number: int) -> HttpResponse:
    form = PublishForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    said = form.cleaned_data
    deeds.publish(number, actor=request.user, seen_revision=said["revision"], note=said["note"])
    messages.success(request, f"Version {number} is in force. Cases that are open keep the version they name.")
    return SeeOther(resolve_url("policies"))


@require_POST
@requires(Capability.MANAGE_POLICY)
def policy_try(request: StaffRequest, number: int) -> HttpResponse:
    form = TryForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    trial = trying.start_trial(number, actor=request.user, days=form.cleaned_data["days"])
    return SeeOther(resolve_url("policy_trial", trial.pk))


@require_safe
@requires(Capability.READ_POLICY)
def policy_trial(request: StaffRequest, trial_id: int) -> HttpResponse:
    """How far it is and what it found; htmx asks for the middle of it until it is done."""
    trial = trial_page(trial_id, viewer=request.user)
    template = "moderation/_trial.html" if wants_fragment(request) else "moderation/policy_trial.html"
    return render(request, template, {"trial": trial, "can_manage": request.user.can(Capability.MANAGE_POLICY)})


@require_POST
@requires(Capability.MANAGE_POLICY)
def policy_trial_cancel(request: StaffRequest, trial_id: int) -> HttpResponse:
    trying.cancel_trial(trial_id, actor=request.user)
    messages.success(request, "Cancelled. What was read so far stays here.")
    return SeeOther(resolve_url("policy_trial", trial_id))


def _editor(
    request: StaffRequest, number: int, form: SectionForm, *, stale: str = "", status: int = 200
) -> HttpResponse:
    page = draft_page(number, viewer=request.user)
    context = {"page": page, "form": form, "sections": SECTIONS, "stale": stale}
    return render(request, EDITOR, context, status=status)


def _seen(request: StaffRequest) -> int:
    form = SeenForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    seen: int = form.cleaned_data["revision"]
    return seen
