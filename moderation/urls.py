"""The addresses of the product's pages, one list a page."""

from django.urls import include, path

from moderation.views import (
    alike,
    case,
    decisions,
    escalations,
    evidence,
    failures,
    handing,
    health,
    manual_cases,
    people,
    queue,
    reports,
    sanctions,
    shift,
)

QUEUE = [
    path("", queue.queue, name="queue"),
    path("queue/news/", queue.queue_news, name="queue_news"),
    path("queue/views/", queue.view_save, name="view_save"),
    path("queue/views/<int:view_id>/delete/", queue.view_delete, name="view_delete"),
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
    path("cases/<int:case_id>/skip/", case.case_skip, name="case_skip"),
    path("cases/<int:case_id>/renew/", case.case_renew, name="case_renew"),
    path("cases/<int:case_id>/put-off/", handing.case_put_off, name="case_put_off"),
    path("cases/<int:case_id>/hand-on/", handing.case_hand_on, name="case_hand_on"),
    path("cases/<int:case_id>/hand-over/", handing.case_hand_over, name="case_hand_over"),
    path("cases/<int:case_id>/raise/", escalations.case_raise, name="case_raise"),
    path("cases/<int:case_id>/reveal/", case.case_reveal, name="case_reveal"),
    path("cases/<int:case_id>/preview/", decisions.case_preview, name="case_preview"),
    path("cases/<int:case_id>/decide/", decisions.case_decide, name="case_decide"),
    path("decisions/<int:decision_id>/undo/", decisions.decision_undo, name="decision_undo"),
]

ALIKE = [
    path("cases/<int:case_id>/alike/", alike.case_alike, name="case_alike"),
    path("decisions/undo/", alike.decisions_undo, name="decisions_undo"),
]

EVIDENCE = [
    path("cases/<int:case_id>/more/", evidence.case_more, name="case_more"),
    path("cases/<int:case_id>/missed/", evidence.case_missed, name="case_missed"),
    path("cases/<int:case_id>/findings/<int:finding_id>/wrong/", evidence.finding_wrong, name="finding_wrong"),
    path("cases/<int:case_id>/labels/<int:label_id>/withdraw/", evidence.label_withdraw, name="label_withdraw"),
]

MANUAL_CASES = [
    path("cases/new/", manual_cases.case_new, name="case_new"),
    path("cases/new/open/", manual_cases.case_new_open, name="case_new_open"),
]

PEOPLE = [
    path("cases/<int:case_id>/notes/", people.case_notes, name="case_notes"),
    path("cases/<int:case_id>/notes/write/", people.case_note, name="case_note"),
    path("cases/<int:case_id>/together/<int:account_id>/", people.case_together, name="case_together"),
    path(
        "cases/<int:case_id>/together/<int:account_id>/claim/", people.case_claim_together, name="case_claim_together"
    ),
]

REPORTS = [
    path("reports/<int:report_id>/same/", reports.report_repeats, name="report_repeats"),
    path("reports/<int:report_id>/ask/", reports.report_ask, name="report_ask"),
    path("reports/<int:report_id>/withdraw/", reports.report_withdraw, name="report_withdraw"),
]

PROPOSALS = [
    path("approvals/", decisions.proposals, name="proposals"),
    path("approvals/<int:decision_id>/approve/", decisions.proposal_approve, name="proposal_approve"),
    path("approvals/<int:decision_id>/refuse/", decisions.proposal_refuse, name="proposal_refuse"),
]

ESCALATIONS = [
    path("escalations/", escalations.escalations, name="escalations"),
    path("escalations/<int:escalation_id>/answer/", escalations.escalation_answer, name="escalation_answer"),
]

SANCTIONS = [
    path("sanctions/", sanctions.sanctions, name="sanctions"),
    path("sanctions/<int:sanction_id>/lift/", sanctions.sanction_lift, name="sanction_lift"),
]

FAILURES = [
    path("failures/", failures.failures, name="failures"),
    path("failures/retry/", failures.failures_retry, name="failures_retry"),
    path("failures/<int:message_id>/retry/", failures.failure_retry, name="failure_retry"),
]

PAUSE = [path("me/pause/", shift.pause_dismiss, name="pause_dismiss")]

urlpatterns = [
    *QUEUE,
    *HEALTH,
    *MACHINES,
    *MANUAL_CASES,
    *CASE,
    *ALIKE,
    *EVIDENCE,
    *PEOPLE,
    *REPORTS,
    *PROPOSALS,
    *ESCALATIONS,
    *SANCTIONS,
    *FAILURES,
    *PAUSE,
]
