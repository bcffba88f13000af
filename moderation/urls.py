"""The addresses of the product's pages, one list a page."""

from django.urls import include, path

from moderation.views import (
    alike,
    appeals,
    case,
    check_ins,
    clusters,
    decisions,
    deliveries,
    endpoint,
    escalations,
    evidence,
    failures,
    handing,
    health,
    holds,
    hosted_appeals,
    hosted_learning,
    manual_cases,
    metrics,
    people,
    personal_data,
    persons,
    policies,
    questions_asked,
    queue,
    reports,
    sanction_changes,
    sanctions,
    shift,
    statements,
    team,
    transparency,
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
    path("metrics", metrics.metrics, name="metrics"),
]
MACHINES = [
    path("api/v1/", include("moderation.api.urls")),
    path("api/coop/v1/", include("moderation.api.coop_urls")),
]

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

CLUSTERS = [
    path("groups/", clusters.clusters, name="clusters"),
    path("groups/<int:cluster_id>/", clusters.cluster, name="cluster"),
    path("groups/<int:cluster_id>/claim/", clusters.cluster_claim, name="cluster_claim"),
    path("groups/<int:cluster_id>/remove/", clusters.cluster_remove, name="cluster_remove"),
    path("groups/<int:cluster_id>/decide/", clusters.cluster_decide, name="cluster_decide"),
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

HOLDS = [
    path("holds/<int:hold_id>/confirm/", holds.hold_confirm, name="hold_confirm"),
    path("holds/<int:hold_id>/lift/", holds.hold_lift, name="hold_lift"),
]

SANCTIONS = [
    path("sanctions/", sanctions.sanctions, name="sanctions"),
    path("sanctions/export.csv", sanctions.sanctions_export, name="sanctions_export"),
    path("sanctions/change/", sanction_changes.sanctions_preview, name="sanctions_preview"),
    path("sanctions/change/do/", sanction_changes.sanctions_change, name="sanctions_change"),
    path("sanctions/changes/<int:change_id>/approve/", sanction_changes.change_approve, name="change_approve"),
    path("sanctions/changes/<int:change_id>/refuse/", sanction_changes.change_refuse, name="change_refuse"),
    path("sanctions/<int:sanction_id>/", sanctions.sanction, name="sanction"),
    path("sanctions/<int:sanction_id>/lift/", sanctions.sanction_lift, name="sanction_lift"),
]

PERSONS = [
    path("people/", persons.persons, name="persons"),
    path("people/<int:account_id>/", persons.person, name="person"),
    path("people/<int:account_id>/links/", persons.person_links, name="person_links"),
    path("people/<int:account_id>/data/", personal_data.person_data_page, name="person_data"),
    path("people/<int:account_id>/data/take/", personal_data.person_data_take, name="person_data_take"),
    path("retention/", personal_data.retention, name="retention"),
    path("people/<int:account_id>/notes/", persons.person_note, name="person_note"),
    path("notes/<int:note_id>/pin/", persons.note_pin, name="note_pin"),
]

APPEALS = [
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/figures/", appeals.appeal_figures_page, name="appeal_figures"),
    path("appeals/<int:appeal_id>/", appeals.appeal, name="appeal"),
    path("appeals/<int:appeal_id>/view/", appeals.appeal_view, name="appeal_view"),
    path("appeals/<int:appeal_id>/preview/", appeals.appeal_preview, name="appeal_preview"),
    path("appeals/<int:appeal_id>/decide/", appeals.appeal_decide, name="appeal_decide"),
    path("appeals/<int:appeal_id>/undo/", appeals.appeal_undo, name="appeal_undo"),
    path("appeal/<str:token>/", hosted_appeals.hosted_appeal, name="hosted_appeal"),
]

LEARNING = [
    path("check-ins/", check_ins.check_ins, name="check_ins"),
    path("check-ins/export/", check_ins.check_ins_csv, name="check_ins_csv"),
    path("check-ins/suspensions/", check_ins.check_ins_holding, name="check_ins_holding"),
    path("check-ins/<int:check_in_id>/waive/", check_ins.check_in_waive, name="check_in_waive"),
    path("answers/", questions_asked.questions_asked, name="questions_asked"),
    path("answers/<int:reflection_id>/", questions_asked.answers, name="answers"),
    path("questions/<str:token>/", hosted_learning.hosted_questions, name="hosted_questions"),
    path("check-in/<str:token>/", hosted_learning.hosted_check_in, name="hosted_check_in"),
]

POLICIES = [
    path("policies/", policies.policies, name="policies"),
    path("policies/start/", policies.policy_start, name="policy_start"),
    path("policies/<int:number>/", policies.policy, name="policy"),
    path("policies/<int:number>/edit/<slug:section>/", policies.policy_edit, name="policy_edit"),
    path("policies/<int:number>/discard/", policies.policy_discard, name="policy_discard"),
    path("policies/<int:number>/publish/", policies.policy_publish, name="policy_publish"),
    path("policies/<int:number>/try/", policies.policy_try, name="policy_try"),
    path("policies/trials/<int:trial_id>/", policies.policy_trial, name="policy_trial"),
    path("policies/trials/<int:trial_id>/cancel/", policies.policy_trial_cancel, name="policy_trial_cancel"),
]

STATEMENTS = [
    path("sanctions/<int:sanction_id>/statement/", statements.sanction_statement, name="sanction_statement"),
    path("transparency/statements/", statements.statements_export, name="statements_export"),
]

TRANSPARENCY = [
    path("transparency/", transparency.transparency, name="transparency"),
    path("transparency/<int:year>/figures.csv", transparency.transparency_csv, name="transparency_csv"),
]

DELIVERIES = [
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("deliveries/redeliver/", deliveries.deliveries_redeliver, name="deliveries_redeliver"),
    path("deliveries/redeliver-all/", deliveries.deliveries_redeliver_all, name="deliveries_redeliver_all"),
    path("deliveries/<int:event_id>/", deliveries.delivery, name="delivery"),
    path("deliveries/<int:event_id>/redeliver/", deliveries.delivery_redeliver, name="delivery_redeliver"),
    path("webhooks/", endpoint.endpoint, name="endpoint"),
    path("webhooks/address/", endpoint.endpoint_change, name="endpoint_change"),
    path("webhooks/secrets/", endpoint.secret_make, name="secret_make"),
    path("webhooks/secrets/retire/", endpoint.secret_retire, name="secret_retire"),
    path("webhooks/try/", endpoint.endpoint_try, name="endpoint_try"),
]

FAILURES = [
    path("failures/", failures.failures, name="failures"),
    path("failures/retry/", failures.failures_retry, name="failures_retry"),
    path("failures/<int:message_id>/retry/", failures.failure_retry, name="failure_retry"),
]

TEAM = [
    path("staff/", team.staff, name="staff"),
    path("staff/invite/", team.staff_invite, name="staff_invite"),
    path("staff/invitations/<int:invitation_id>/withdraw/", team.invitation_withdraw, name="invitation_withdraw"),
    path("staff/roles/", team.roles, name="staff_roles"),
    path("staff/roles/make/", team.role_make, name="role_make"),
    path("staff/roles/<int:role_id>/change/", team.role_change, name="role_change"),
    path("staff/roles/<int:role_id>/remove/", team.role_remove, name="role_remove"),
    path("staff/<int:person_id>/", team.staff_member, name="staff_member"),
    path("staff/<int:person_id>/role/", team.staff_role, name="staff_role"),
    path("staff/<int:person_id>/reach/", team.staff_reach, name="staff_reach"),
    path("staff/<int:person_id>/deactivate/", team.staff_deactivate, name="staff_deactivate"),
    path("staff/<int:person_id>/activate/", team.staff_activate, name="staff_activate"),
    path("staff/<int:person_id>/sign-out/", team.staff_sign_out, name="staff_sign_out"),
    path("staff/<int:person_id>/way-back/", team.staff_way_back, name="staff_way_back"),
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
    *CLUSTERS,
    *REPORTS,
    *PROPOSALS,
    *ESCALATIONS,
    *HOLDS,
    *SANCTIONS,
    *PERSONS,
    *APPEALS,
    *LEARNING,
    *POLICIES,
    *STATEMENTS,
    *TRANSPARENCY,
    *DELIVERIES,
    *FAILURES,
    *TEAM,
    *PAUSE,
]
