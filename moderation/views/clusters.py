"""Groups of accounts in contact off the site: the list, one of them, taking somebody out, deciding together."""

from uuid import UUID, uuid5

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.planning import NAME_PLACE
from moderation.domain.refusals import Refused
from moderation.domain.vocabulary import ClusterState, DecisionState, Outcome
from moderation.forms.people import GroupDecisionForm, RemovalForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest
from moderation.models import Case, Decision
from moderation.operations import decisions, leases
from moderation.operations.clusters import remove_member, settle_cluster
from moderation.operations.together import claim_cluster
from moderation.operations.verdicts import Measured, Verdict
from moderation.queries import tally
from moderation.queries.cluster_plans import CasePlan, GroupPlan, group_plan
from moderation.queries.clusters import cluster_page, clusters_page
from moderation.queries.desk import usernames

LIST, PAGE, DECIDE = "moderation/clusters.html", "moderation/cluster.html", "moderation/cluster_decide.html"


@require_safe
@requires(Capability.READ_CASES)
def clusters(request: StaffRequest) -> HttpResponse:
    return render(request, LIST, {"page": clusters_page(viewer=request.user)})


@require_safe
@requires(Capability.READ_CASES)
def cluster(request: StaffRequest, cluster_id: int) -> HttpResponse:
    """One group; the address of one that was joined to another leads there."""
    page = cluster_page(cluster_id, viewer=request.user)
    if page.merged_into is not None:
        return SeeOther(resolve_url("cluster", page.merged_into))
    return render(request, PAGE, {"page": page})


@require_POST
@requires(Capability.WORK_CASES)
def cluster_claim(request: StaffRequest, cluster_id: int) -> HttpResponse:
    """Take them all and go to the most urgent. The rest follow: after a decision comes a case that one holds."""
    claimed = claim_cluster(cluster_id, actor=request.user)
    taken, held = len(claimed.taken), len(claimed.held)
    words = f"{_cases(taken)} of this group {'are' if taken > 1 else 'is'} yours now, one after the other."
    if held:
        words += f" {held} {'stay' if held > 1 else 'stays'} with somebody else."
    messages.info(request, words)
    return SeeOther(resolve_url("case", claimed.taken[0].pk))


@require_POST
@requires(Capability.WORK_CASES)
def cluster_remove(request: StaffRequest, cluster_id: int) -> HttpResponse:
    form = RemovalForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    said = form.cleaned_data
    left = remove_member(
        cluster_id, actor=request.user, account_id=said["account"], reason=said["reason"].replace("\r\n", "\n")
    )
    words = "Taken out, and not added again."
    if left.state == ClusterState.DISSOLVED:
        words += " Nothing holds the others together any more: the group is dissolved, its cases stay in the queue."
    messages.success(request, words)
    return SeeOther(resolve_url("cluster", cluster_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.WORK_CASES)
def cluster_decide(request: StaffRequest, cluster_id: int) -> HttpResponse:
    """What one decision for all would do; sent back, it is made, case by case, each as if by itself."""
    if request.method != "POST":
        return render(request, DECIDE, {"plan": group_plan(cluster_id, viewer=request.user)})
    form = GroupDecisionForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    said = form.cleaned_data
    keys = [uuid5(said["key"], str(case_id)) for case_id in said["cases"]]
    if Decision.objects.filter(key__in=keys, decided_by=request.user).exists():
        return SeeOther(resolve_url("cluster", cluster_id))  # sent twice: the page shows what became of it
    plan = group_plan(cluster_id, viewer=request.user)
    if plan.code != said["seen"]:
        return _again(request, plan, said["note"])
    _tell(request, *_decide_all(request, plan, said["key"], said["note"]))
    settle_cluster(cluster_id, actor=request.user)
    tally.forget()
    return SeeOther(resolve_url("cluster", cluster_id))


def _again(request: StaffRequest, plan: GroupPlan, note: str) -> HttpResponse:
    context = {"plan": plan, "note": note, "has_changed": True}
    response = render(request, DECIDE, context, status=409)
    return push_url(response, resolve_url("cluster_decide", plan.cluster_id))


def _decide_all(request: StaffRequest, plan: GroupPlan, key: UUID, note: str) -> tuple[list[Decision], list[str]]:
    """The decisions, and of the others why they were not made. Each stands and falls by itself."""
    made, left = [], []
    told = f"Decided together with the group of {plan.size} in contact off the site."
    for one in plan.plans:
        try:
            case = leases.claim_case(one.case_id, actor=request.user)
            verdict = _verdict(one, case, uuid5(key, str(one.case_id)), f"{note}\n\n{told}".strip())
            made.append(decisions.decide_case(one.case_id, actor=request.user, verdict=verdict))
        except Refused as refused:
            left.append(f"Case {one.case_id}: {refused}")
    return made, left


def _verdict(plan: CasePlan, case: Case, key: UUID, note: str) -> Verdict:
    """As the page of the case would send it, with everything as the policy suggests."""
    names = usernames(plan.steps)
    sanctions = tuple(
        Measured(
            step.candidate.account_id,
            step.ground,
            step.measure,
            shown.text.replace(NAME_PLACE, names[step.candidate.account_id]),
            clause=step.clause.code,
            also=step.also,
        )
        for step, shown in zip(plan.steps, plan.notices, strict=True)
    )
    return Verdict(
        key=key,
        outcome=Outcome.SANCTIONED,
        grounds=tuple(dict.fromkeys(cause.ground for step in plan.steps for cause in step.causes)),
        sanctions=sanctions,
        note=note,
        seen_version=plan.version,
        lease_token=case.lease_token,
    )


def _tell(request: StaffRequest, made: list[Decision], left: list[str]) -> None:
    waiting = sum(decision.state == DecisionState.PROPOSED for decision in made)
    if made:
        words = f"{_cases(len(made))} decided together."
        if waiting:
            words += f" {waiting} {'wait' if waiting > 1 else 'waits'} for a second person."
        messages.success(request, f"{words} Each can be undone below as long as there is time.")
    for words in left:
        messages.info(request, words)


def _cases(count: int) -> str:
    return f"{count} case{'' if count == 1 else 's'}"
