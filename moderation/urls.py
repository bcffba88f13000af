"""The addresses of the product's pages, one list a page."""

from django.urls import include, path

from moderation.views import case, decisions, evidence, health, queue, sanctions

QUEUE = [
    path("", queue.queue, name="queue"),
    path("queue/news/", queue.queue_news, name="queue_news"),
]
HEALTH = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
MACHINES = [path("api/v1/", include("moderation.api.urls"))]

CASE = [
    path("cases/next/", case.case_next, name="case_next"),
    path("cases/<int:case_id>/", case.case, name="case"),
    path("cases/<int:case_id>/open/", case.case_open, name="case_open"),
    path("cases/<int:case_id>/take-over/", case.case_take_over, name="case_take_over"),
    path("cases/<int:case_id>/release/", case.case_release, name="case_release"),
    path("cases/<int:case_id>/renew/", case.case_renew, name="case_renew"),
    path("cases/<int:case_id>/reveal/", case.case_reveal, name="case_reveal"),
    path("cases/<int:case_id>/preview/", decisions.case_preview, name="case_preview"),
    path("cases/<int:case_id>/decide/", decisions.case_decide, name="case_decide"),
    path("decisions/<int:decision_id>/undo/", decisions.decision_undo, name="decision_undo"),
]

EVIDENCE = [
    path("cases/<int:case_id>/more/", evidence.case_more, name="case_more"),
    path("cases/<int:case_id>/missed/", evidence.case_missed, name="case_missed"),
    path("cases/<int:case_id>/findings/<int:finding_id>/wrong/", evidence.finding_wrong, name="finding_wrong"),
    path("cases/<int:case_id>/labels/<int:label_id>/withdraw/", evidence.label_withdraw, name="label_withdraw"),
]

PROPOSALS = [
    path("approvals/", decisions.proposals, name="proposals"),
    path("approvals/<int:decision_id>/approve/", decisions.proposal_approve, name="proposal_approve"),
    path("approvals/<int:decision_id>/refuse/", decisions.proposal_refuse, name="proposal_refuse"),
]

SANCTIONS = [
    path("sanctions/", sanctions.sanctions, name="sanctions"),
    path("sanctions/<int:sanction_id>/lift/", sanctions.sanction_lift, name="sanction_lift"),
]

urlpatterns = [
    *QUEUE,
    *HEALTH,
    *MACHINES,
    *CASE,
    *EVIDENCE,
    *PROPOSALS,
    *SANCTIONS,
]
