"""Decisions and the sanctions that come of them."""

from datetime import datetime
from typing import Literal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from accounts.models import User
from moderation.domain import lifecycle
from moderation.domain.changing import Running
from moderation.domain.policy import Measure
from moderation.domain.standing import InForce
from moderation.domain.vocabulary import DecisionState, EndedBy, Ground, Outcome, SanctionKind, SanctionState
from moderation.models.cases import Case
from moderation.models.community import Account
from moderation.models.fields import code_field, only
from moderation.models.life import Living
from moderation.models.policies import PolicyVersion
from moderation.models.secret_text import SecretTextField


class Decision(Living):
    """What a person decided about a case, all in one: outcome, sanctions, closing.

    `key` comes from the form that was sent: the same form sent twice is one decision.
    """

    moves = lifecycle.DECISION

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    key = models.UUIDField(unique=True)
    state = code_field(DecisionState)
    outcome = code_field(Outcome)
    grounds = ArrayField(models.CharField(max_length=32), help_text="The grounds that the decision upholds.")
    cleared = ArrayField(
        models.CharField(max_length=32), default=list, blank=True, help_text="The grounds of which nothing was found."
    )
    reasons = ArrayField(
        models.CharField(max_length=32), default=list, blank=True, help_text="Codes of the policy that say why."
    )
    note = SecretTextField(blank=True)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    seen_version = models.PositiveIntegerField(help_text="The version of the case that the person saw.")
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_note = SecretTextField(blank=True)
    answer_by = models.DateTimeField(null=True, blank=True, help_text="A proposal: when it escalates unanswered.")
    escalated_at = models.DateTimeField(null=True, blank=True)
    gives_back = ArrayField(
        models.BigIntegerField(), default=list, blank=True, help_text="Accounts whose held badge it gives back."
    )
    undo_until = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            only("state", DecisionState, name="decision_state_is_known"),
            only("outcome", Outcome, name="decision_outcome_is_known"),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("decided_by")),
                name="decision_answered_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=DecisionState.PROPOSED) | Q(answer_by__isnull=False),
                name="decision_proposed_says_by_when",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=DecisionState.PROPOSED), name="one_proposal_a_case"
            ),
        ]
        indexes = [
            models.Index(fields=["decided_at", "id"], condition=Q(state="proposed"), name="decision_waiting"),
            models.Index(
                fields=["answer_by"],
                condition=Q(state="proposed", escalated_at__isnull=True),
                name="decision_to_escalate",
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.pk} on case {self.case_id}"

    def can_be_undone(self, now: datetime) -> bool:
        return self.state != DecisionState.UNDONE and self.undo_until is not None and now < self.undo_until


ENDS_BY_ITSELF = Q(needs_check_in=False) | Q(check_in_done_at__isnull=False)
Column = Literal["starts_at", "ends_at", "ended_at"]


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def in_force(self) -> "SanctionQuerySet":
        return self.filter(state=SanctionState.IN_FORCE)

    def waiting(self) -> "SanctionQuerySet":
        return self.filter(state=SanctionState.PROPOSED)

    def ended(self) -> "SanctionQuerySet":
        return self.filter(state=SanctionState.ENDED)

    def run_out(self, now: datetime) -> "SanctionQuerySet":
        """Those whose time is over, except where a check-in must come first."""
        return self.in_force().filter(ENDS_BY_ITSELF, ends_at__lte=now)

    def still_running(self, now: datetime) -> "SanctionQuerySet":
        """Those in force that have not run out, whether or not somebody has ended the others already."""
        return self.in_force().filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now) | ~ENDS_BY_ITSELF)

    def walked(self, column: Column, *, backwards: bool) -> "SanctionQuerySet":
        """In the order of one column, which has an index in every state that has the column."""
        return self.order_by(f"{'-' if backwards else ''}{column}", "-id" if backwards else "id")

    def beyond(self, column: Column, moment: datetime, sanction_id: int, *, backwards: bool) -> "SanctionQuerySet":
        """What follows a place in `walked`; a row comparison, because that is what walks the index."""
        place = RawSQL(  # noqa: S611 - the column is one of three words
            f'("moderation_sanction"."{column}", "moderation_sanction"."id") {"<" if backwards else ">"} (%s, %s)',
            (moment, sanction_id),
            output_field=models.BooleanField(),
        )
        return self.filter(place)

    def that_counted(self) -> "SanctionQuerySet":
        """Those that were in force once and were not overturned: what the ladder counts. A hold decides nothing."""
        overturned = Q(ended_how__in=[EndedBy.APPEAL, EndedBy.REPLACEMENT])
        counted = Q(state=SanctionState.IN_FORCE) | Q(state=SanctionState.ENDED) & ~overturned
        return self.filter(counted).exclude(kind=SanctionKind.TEEN_BADGE_HOLD)


class Sanction(Living):
    """A measure against one account, with its whole life: who proposed and signed it, when it ran, how it ended."""

    moves = lifecycle.SANCTION

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sanctions")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sanctions")
    decision = models.ForeignKey(
        Decision,
        on_delete=models.PROTECT,
        null=True,
        related_name="sanctions",
        help_text="Empty: Haven itself held a badge before anybody had looked.",
    )
    kind = code_field(SanctionKind)
    state = code_field(SanctionState)
    ground = code_field(Ground)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    permanent = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: until further notice.")
    appeal_until = models.DateTimeField(null=True, blank=True)
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    clause = models.CharField(max_length=64)
    reason = models.TextField(help_text="Why, for the record and the platform.")
    notice = SecretTextField(help_text="What the person gets to read.")
    needs_approval = models.BooleanField(default=False)
    proposer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    needs_check_in = models.BooleanField(default=False, help_text="It ends only after a check-in.")
    check_in_done_at = models.DateTimeField(
        null=True, blank=True, help_text="When that check-in was answered, or waived by a person."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_how = code_field(EndedBy, blank=True)
    end_reason = SecretTextField(blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = [
            only("kind", SanctionKind, name="sanction_kind_is_known"),
            only("state", SanctionState, name="sanction_state_is_known"),
            only("ground", Ground, name="sanction_ground_is_known"),
            models.CheckConstraint(
                condition=Q(decision__isnull=False)
                | Q(kind=SanctionKind.TEEN_BADGE_HOLD, proposer__isnull=True, needs_approval=False),
                name="sanction_only_a_hold_comes_without_decision",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("proposer")),
                name="sanction_approved_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(needs_approval=False)
                | Q(approver__isnull=False)
                | ~Q(state__in=[SanctionState.IN_FORCE, SanctionState.ENDED]),
                name="sanction_in_force_only_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="sanction_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SanctionState.IN_FORCE, SanctionState.ENDED]) | Q(starts_at__isnull=False),
                name="sanction_in_force_has_a_start",
            ),
            models.CheckConstraint(
                condition=Q(permanent=False) | Q(days__isnull=True, ends_at__isnull=True),
                name="sanction_permanent_has_no_end",
            ),
            models.CheckConstraint(
                condition=Q(state=SanctionState.ENDED, ended_at__isnull=False) & ~Q(ended_how="")
                | ~Q(state=SanctionState.ENDED) & Q(ended_at__isnull=True, ended_how=""),
                name="sanction_ended_says_how",
            ),
            models.CheckConstraint(
                condition=Q(needs_check_in=False, check_in_done_at__isnull=True)
                | Q(needs_check_in=True, kind=SanctionKind.SUSPENSION),
                name="sanction_only_a_suspension_needs_a_check_in",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="sanction_by_account"),
            models.Index(
                fields=["ends_at", "id"],
                condition=Q(state="in_force", ends_at__isnull=False),
                name="sanction_ending",
            ),
            models.Index(
                fields=["ends_at", "id"],
                condition=Q(state="in_force", ends_at__isnull=False) & ENDS_BY_ITSELF,
                name="sanction_running_out",
            ),
            models.Index(fields=["-starts_at", "-id"], condition=Q(state="in_force"), name="sanction_in_force"),
            models.Index(fields=["-ended_at", "-id"], condition=Q(state="ended"), name="sanction_ended"),
            models.Index(fields=["id"], condition=Q(state="proposed"), name="sanction_waiting"),
            models.Index(
                fields=["kind", "ground", "-starts_at", "-id"],
                condition=Q(state="in_force"),
                name="sanction_in_force_sorts",
            ),
            models.Index(
                fields=["kind", "ground", "ends_at", "id"],
                condition=Q(state="in_force", ends_at__isnull=False),
                name="sanction_ending_sorts",
            ),
            models.Index(
                fields=["kind", "ground", "-ended_at", "-id"], condition=Q(state="ended"), name="sanction_ended_sorts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} on account {self.account_id}"

    @property
    def measure(self) -> Measure:
        return Measure(SanctionKind(self.kind), self.days, self.permanent)

    @property
    def running(self) -> Running:
        return Running(SanctionKind(self.kind), self.ends_at, self.permanent, self.awaits_check_in)

    @property
    def seen(self) -> str:
        """How it is now, as one word: a form that carries it is refused when the sanction has changed since."""
        end = f"{self.ends_at:%Y%m%d%H%M%S%f}" if self.ends_at else "open"
        return f"{self.state}-{end}{'-permanent' if self.permanent else ''}"

    @property
    def since(self) -> datetime:
        """When it began; of what was only proposed, when that was. What nobody decided, a hold, has begun."""
        since = self.starts_at or (self.decision.decided_at if self.decision else None)
        if since is None:
            raise ValueError(f"{self} has neither begun nor been decided")
        return since

    @property
    def awaits_check_in(self) -> bool:
        """Whether it would not end even if its time were over."""
        return self.needs_check_in and self.check_in_done_at is None

    def as_in_force(self) -> InForce:
        """While it waits for a check-in nobody knows its end."""
        return InForce(SanctionKind(self.kind), None if self.awaits_check_in else self.ends_at)
