"""Check-ins, one row an occurrence, and what people wrote to the six questions."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from moderation.domain import lifecycle
from moderation.domain.questions_asked import SIX_QUESTIONS
from moderation.domain.vocabulary import CheckInState, SanctionState
from moderation.models.community import Account
from moderation.models.decisions import Sanction
from moderation.models.fields import code_field, only
from moderation.models.life import Living
from moderation.models.policies import PolicyVersion
from moderation.models.secret_text import SecretTextField

WAITING = Q(state=CheckInState.WAITING)
BY_RHYTHM = Q(sanction__isnull=True)


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def waiting(self) -> "CheckInQuerySet":
        return self.filter(WAITING)

    def to_tell(self, now: datetime) -> "CheckInQuerySet":
        """Those that somebody is to be asked for, or reminded of."""
        return self.filter(WAITING, next_notice_at__lte=now).order_by("next_notice_at", "id")

    def overdue(self, now: datetime) -> "CheckInQuerySet":
        return self.filter(WAITING & BY_RHYTHM, overdue_at__lte=now)

    def holding(self) -> "CheckInQuerySet":
        """Those without which a suspension in force does not end."""
        return self.filter(WAITING, sanction__state=SanctionState.IN_FORCE)


class CheckIn(Living):
    """One occurrence: due by the policy's rhythm or, with a sanction, needed before that suspension ends."""

    moves = lifecycle.CHECK_IN

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="check_ins")
    sanction = models.OneToOneField(Sanction, on_delete=models.PROTECT, null=True, related_name="check_in")
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    state = code_field(CheckInState, default=CheckInState.WAITING)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    last_at = models.DateTimeField(null=True, blank=True, help_text="The one before. Empty: there was none.")
    due_at = models.DateTimeField()
    overdue_at = models.DateTimeField(help_text="From when on it is overdue.")
    asked_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)
    next_notice_at = models.DateTimeField(null=True, blank=True, help_text="Empty: nothing more is sent.")
    answered_at = models.DateTimeField(null=True, blank=True)
    waived_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    waived_at = models.DateTimeField(null=True, blank=True)
    waive_reason = SecretTextField(blank=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            only("state", CheckInState, name="check_in_state_is_known"),
            models.UniqueConstraint(
                fields=["account"], condition=WAITING & BY_RHYTHM, name="one_check_in_an_account_waits"
            ),
            models.CheckConstraint(
                condition=Q(state=CheckInState.ANSWERED, answered_at__isnull=False)
                | ~Q(state=CheckInState.ANSWERED) & Q(answered_at__isnull=True),
                name="check_in_answered_says_when",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=CheckInState.WAIVED,
                    sanction__isnull=False,
                    waived_by__isnull=False,
                    waived_at__isnull=False,
                )
                & ~Q(waive_reason="")
                | ~Q(state=CheckInState.WAIVED) & Q(waived_by__isnull=True, waived_at__isnull=True, waive_reason=""),
                name="check_in_waived_by_somebody_for_a_reason",
            ),
            models.CheckConstraint(condition=WAITING | Q(next_notice_at__isnull=True), name="check_in_over_is_quiet"),
            models.CheckConstraint(condition=Q(overdue_at__gte=F("due_at")), name="check_in_due_before_overdue"),
        ]
        indexes = [
            models.Index(fields=["next_notice_at", "id"], condition=WAITING, name="check_in_to_tell"),
            models.Index(fields=["overdue_at", "id"], condition=WAITING & BY_RHYTHM, name="check_in_overdue"),
            models.Index(
                fields=["overdue_at", "id"],
                condition=WAITING & BY_RHYTHM & Q(last_at__isnull=True),
                name="check_in_never",
            ),
            models.Index(fields=["id"], condition=WAITING & ~BY_RHYTHM, name="check_in_holding"),
        ]

    def __str__(self) -> str:
        return f"check-in {self.pk} of account {self.account_id}"


class Reflection(models.Model):
    """What somebody wrote to the six questions: a draft of their own until they hand it in, then for few to read."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="reflections", db_index=False)
    sanction = models.OneToOneField(Sanction, on_delete=models.PROTECT, null=True, related_name="reflection")
    check_in = models.OneToOneField(CheckIn, on_delete=models.PROTECT, null=True, related_name="reflection")
    answers = ArrayField(SecretTextField(blank=True), help_text="One a question, in their order; any may be empty.")
    saved_at = models.DateTimeField()
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sanction__isnull=True, check_in__isnull=False)
                | Q(sanction__isnull=False, check_in__isnull=True),
                name="reflection_of_a_notice_or_a_check_in",
            ),
            models.CheckConstraint(
                condition=Q(answers__len=len(SIX_QUESTIONS)), name="reflection_answers_six_questions"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "-handed_in_at"],
                condition=Q(handed_in_at__isnull=False),
                name="reflection_by_account",
            ),
            models.Index(
                fields=["-handed_in_at", "-id"], condition=Q(handed_in_at__isnull=False), name="reflection_handed_in"
            ),
        ]

    def __str__(self) -> str:
        return f"reflection {self.pk} of account {self.account_id}"

    @property
    def is_empty(self) -> bool:
        return not any(self.answers)
