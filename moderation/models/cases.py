"""Cases and what they are made of: parties, findings, evidence, reports."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Func
from django.db.models.functions import Now
from django.db.models.lookups import GreaterThan

from accounts import Actor
from accounts.models import User
from accounts.roles import Age
from moderation.domain import lifecycle
from moderation.domain.priority import POINT_EVERY
from moderation.domain.vocabulary import CaseState, Ground, Kind, Lane, ReportState, Severity
from moderation.models.community import Account, Conversation, Message
from moderation.models.fields import code_field, only
from moderation.models.life import Living
from moderation.models.policies import PolicyVersion
from moderation.models.secret_text import SecretTextField

OPEN = Q(state=CaseState.OPEN)
UNHELD = OPEN & Q(holder__isnull=True)
READY = Q(waits_until__isnull=True) | Q(waits_until__lte=Now())


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(OPEN)

    def unheld(self) -> "CaseQuerySet":
        return self.filter(UNHELD)

    def ready(self) -> "CaseQuerySet":
        """Not put off, or put off until a time that has come."""
        return self.filter(READY)

    def visible_to(self, viewer: Actor) -> "CaseQuerySet":
        """Those that this person's access reaches, by rule and by age; `permissions.may_see` says the same of one."""
        cases = self
        if rules := getattr(viewer, "rules", None):
            cases = cases.filter(ground__in=rules)
        if ages := getattr(viewer, "ages", None):
            cases = cases.filter(teen=ages == [Age.TEEN])
        return cases

    def most_urgent_first(self) -> "CaseQuerySet":
        return self.order_by("rank", "opened_at", "id")

    def after(self, rank: int, opened_at: datetime, case_id: int) -> "CaseQuerySet":
        """What follows a place in the queue. A row comparison, because only that walks the index (an OR of three
        conditions reads everything before the place)."""
        return self.filter(GreaterThan(_row(F("rank"), F("opened_at"), F("pk")), _row(rank, opened_at, case_id)))


def _row(*columns: Any) -> Func:
    """Several values as one, to compare with another such row. Django knows no type for it; this one is not used."""
    return Func(*columns, function="ROW", output_field=models.BooleanField())


class Waited(Func):
    """How many points of waiting lie between a fixed day and a moment. Immutable, as a generated column must be."""

    template = (
        "(EXTRACT(EPOCH FROM (%(expressions)s - TIMESTAMPTZ '2020-01-01 00:00:00+00'))"
        f" / {POINT_EVERY.total_seconds():.0f})::integer"
    )
    output_field = models.IntegerField()


class Case(Living):
    """One matter to be decided: a conversation, or an account that was reported without one.

    The lease stands in the row, so that there can be only one. `lease_token` counts every taking, so that whoever
    lost the lease is told apart from whoever holds it. `version` counts every change that a moderator should see
    before deciding.
    """

    moves = lifecycle.CASE

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, related_name="cases")
    subject = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="cases_as_subject")
    state = code_field(CaseState, default=CaseState.OPEN)
    ground = code_field(Ground)
    grounds = ArrayField(models.CharField(max_length=32), help_text="All of them; `ground` is the weightiest.")
    severity = models.SmallIntegerField(choices=[(s.value, s.label) for s in Severity])
    priority = models.SmallIntegerField()
    rank = models.GeneratedField(
        expression=Waited("opened_at") - F("priority"),
        output_field=models.IntegerField(),
        db_persist=True,
        help_text="The place in the queue, the first lowest: points are a head start, and waiting makes up for them.",
    )
    reasons = models.JSONField(default=list, help_text="Why it is this urgent, in words, the heaviest first.")
    headline = models.CharField(max_length=200)
    snippet = SecretTextField(blank=True, help_text="The evidence with its contacts masked.")
    score = models.FloatField(default=0)
    teen = models.BooleanField(default=False)
    screened = models.BooleanField(default=False, help_text="The pre-screen found something.")
    reporters = models.SmallIntegerField(default=0)
    on_break = models.BooleanField(default=False, help_text="An actor is on a break.")
    seen_before = models.BooleanField(default=False, help_text="A contact of it stands in another case too.")
    language = models.CharField(max_length=8, blank=True, help_text="Of the evidence, where it can be told.")
    cluster = models.ForeignKey("moderation.Cluster", on_delete=models.PROTECT, null=True, related_name="cases")
    group_size = models.SmallIntegerField(
        default=0, db_default=0, help_text="Of its cluster, as it was when the case was last assessed."
    )
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    late = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Past due, as of a few seconds ago: set by the database, and only to count by.",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="held_cases", db_index=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.PositiveIntegerField(default=0)

    lane = code_field(Lane, default=Lane.ORDINARY)
    waits_until = models.DateTimeField(
        null=True, blank=True, help_text="Put off: not offered before. Empty soon after."
    )
    handed_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            only("state", CaseState, name="case_state_is_known"),
            only("ground", Ground, name="case_ground_is_known"),
            only("severity", Severity, name="case_severity_is_known"),
            only("lane", Lane, name="case_lane_is_known"),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=~Q(state=CaseState.CLOSED),
                name="one_open_case_a_conversation",
            ),
            models.UniqueConstraint(
                fields=["subject"],
                condition=~Q(state=CaseState.CLOSED) & Q(conversation__isnull=True),
                name="one_open_case_an_account_without_conversation",
            ),
            models.CheckConstraint(
                condition=Q(holder__isnull=True, lease_expires_at__isnull=True)
                | Q(holder__isnull=False, lease_expires_at__isnull=False, state=CaseState.OPEN),
                name="case_lease_is_whole_and_open",
            ),
            models.CheckConstraint(
                condition=Q(cluster__isnull=True, group_size=0) | Q(cluster__isnull=False, group_size__gte=3),
                name="case_group_size_with_cluster",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) ^ Q(state=CaseState.CLOSED),
                name="case_closed_at_when_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["rank", "opened_at", "id"], condition=OPEN, name="case_queue"),
            models.Index(fields=["rank", "opened_at", "id"], condition=UNHELD, name="case_next"),
            models.Index(fields=["ground", "rank", "opened_at", "id"], condition=OPEN, name="case_ground"),
            models.Index(fields=["severity", "rank", "opened_at", "id"], condition=OPEN, name="case_severity"),
            models.Index(
                fields=["ground", "severity", "rank", "opened_at", "id"],
                condition=OPEN,
                name="case_ground_severity",
            ),
            models.Index(fields=["opened_at", "id"], condition=OPEN, name="case_age"),
            models.Index(fields=["opened_at", "id"], name="case_opened"),
            models.Index(
                fields=["holder", "rank", "opened_at", "id"],
                condition=OPEN & Q(holder__isnull=False),
                name="case_held",
            ),
            models.Index(fields=["rank", "opened_at", "id"], condition=OPEN & Q(teen=True), name="case_teen"),
            models.Index(
                fields=["ground", "rank", "opened_at", "id"],
                condition=OPEN & Q(teen=True),
                name="case_teen_ground",
            ),
            models.Index(
                fields=["severity", "rank", "opened_at", "id"],
                condition=OPEN & Q(teen=True),
                name="case_teen_severity",
            ),
            models.Index(fields=["rank", "opened_at", "id"], condition=OPEN & Q(reporters__gt=0), name="case_reported"),
            models.Index(fields=["lease_expires_at"], condition=Q(holder__isnull=False), name="case_lease_end"),
            models.Index(fields=["due_at", "id"], condition=OPEN, name="case_due"),
            models.Index(fields=["due_at"], condition=OPEN & Q(late=False), name="case_not_yet_late"),
            models.Index(fields=["language", "rank", "opened_at", "id"], condition=OPEN, name="case_language"),
            models.Index(fields=["rank", "opened_at", "id"], condition=OPEN & Q(on_break=True), name="case_on_break"),
            models.Index(
                fields=["rank", "opened_at", "id"], condition=OPEN & Q(seen_before=True), name="case_seen_before"
            ),
            models.Index(
                fields=["handed_to", "rank", "opened_at", "id"],
                condition=OPEN & Q(handed_to__isnull=False),
                name="case_handed",
            ),
            models.Index(
                fields=["lane", "rank", "opened_at", "id"], condition=OPEN & ~Q(lane="ordinary"), name="case_lane"
            ),
            models.Index(
                fields=["ground", "severity", "rank", "opened_at", "id"],
                condition=OPEN & Q(on_break=True),
                name="case_on_break_sorts",
            ),
            models.Index(
                fields=["ground", "severity", "rank", "opened_at", "id"],
                condition=OPEN & Q(seen_before=True),
                name="case_seen_before_sorts",
            ),
            models.Index(
                fields=["ground", "severity", "rank", "opened_at", "id"],
                condition=OPEN & Q(reporters__gt=0),
                name="case_reported_sorts",
            ),
            models.Index(
                fields=["ground", "severity", "rank", "opened_at", "id"],
                condition=OPEN & Q(screened=True),
                name="case_screened_sorts",
            ),
            models.Index(
                fields=["language", "ground", "severity", "rank", "opened_at", "id"],
                condition=OPEN,
                name="case_language_sorts",
            ),
            models.Index(fields=["waits_until"], condition=OPEN & Q(waits_until__isnull=False), name="case_put_off"),
            models.Index(fields=["subject", "-id"], name="case_by_subject"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    def is_overdue(self, now: datetime) -> bool:
        return self.state != CaseState.CLOSED and now > self.due_at

    def is_held(self, now: datetime) -> bool:
        return self.lease_expires_at is not None and now < self.lease_expires_at

    def is_held_by(self, user_id: int | None, now: datetime) -> bool:
        return self.is_held(now) and self.holder_id == user_id

    def let_go(self) -> list[str]:
        """End the lease, unsaved; answers the names of the columns to save."""
        self.holder = None
        self.lease_expires_at = None
        return ["holder", "lease_expires_at"]


class CaseParty(models.Model):
    """An account that a case concerns: who did it, or who was there."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="case_parts", db_index=False)
    is_actor = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "case parties"
        constraints = [models.UniqueConstraint(fields=["case", "account"], name="party_once_a_case")]
        indexes = [models.Index(fields=["account", "-case"], name="party_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id} in case {self.case_id}"


class Finding(models.Model):
    """What the pre-screen found: one violation of one account, with its spans in messages."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="findings")
    actor = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="findings")
    rule = code_field(Ground)
    kind = code_field(Kind)
    score = models.FloatField()
    explanation = models.CharField(max_length=500)
    detector = models.CharField(max_length=32)
    engine = models.CharField(max_length=16)
    message_ids = ArrayField(models.BigIntegerField())
    spans = models.JSONField(help_text='[{"message": id, "start": n, "end": n, "kind": code}], in code points')
    key = models.CharField(max_length=64, help_text="Digest of what was found where: the same finding twice is one.")
    found_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            only("rule", Ground, name="finding_rule_is_known"),
            only("kind", Kind, name="finding_kind_is_known"),
            models.UniqueConstraint(fields=["case", "key"], name="finding_once_a_case"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="finding_score_is_a_share"),
        ]
        indexes = [models.Index(fields=["actor", "-found_at"], name="finding_by_actor")]

    def __str__(self) -> str:
        return f"{self.rule} in case {self.case_id}"


class Evidence(models.Model):
    """A message as it read when it became evidence. Later edits and deletions cannot empty an appeal."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evidence")
    message_id = models.BigIntegerField(help_text="Not a foreign key: the message itself may be deleted by age.")
    sender = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    text = SecretTextField()
    digest = models.CharField(max_length=64, help_text="A keyed mark of the text.")
    kept_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.UniqueConstraint(fields=["case", "message_id", "digest"], name="evidence_once_a_text"),
        ]
        triggers = [pgtrigger.Protect(name="evidence_stays_as_it_was", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"message {self.message_id} in case {self.case_id}"


class Report(Living):
    """What somebody on the platform told us. The reporter's identity is for the platform, not for the screen."""

    moves = lifecycle.REPORT

    ext_id = models.CharField(max_length=200, unique=True)
    reporter = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reports_made", db_index=False)
    reported = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reports_about", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, null=True, related_name="reports")
    messages = models.ManyToManyField(Message, related_name="reports")
    reason = code_field(Ground)
    text = SecretTextField(blank=True)
    channel = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    state = code_field(ReportState, default=ReportState.OPEN)
    repeats = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="repeated_by")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the reporter was asked for what is missing.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(repeats__isnull=True) | ~Q(repeats=F("pk")), name="report_does_not_repeat_itself"
            ),
            only("reason", Ground, name="report_reason_is_known"),
            only("state", ReportState, name="report_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["reporter", "-created_at", "-id"], name="report_by_reporter"),
            models.Index(fields=["reported", "-created_at", "-id"], name="report_by_reported"),
        ]

    def __str__(self) -> str:
        return f"report {self.ext_id}"
