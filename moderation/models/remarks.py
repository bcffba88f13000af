"""What people on staff remark while they work: notes, labels, what they skipped. Nothing here is ever changed."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from moderation.domain.persons import NoteKind
from moderation.domain.vocabulary import Ground, Judgement, Lane
from moderation.models.cases import Case, Finding
from moderation.models.community import Account
from moderation.models.fields import code_field, only
from moderation.models.secret_text import SecretTextField


class Note(models.Model):
    """A note about an account, a case, or both; whoever works on either next reads it.

    A correction is another note that names the older one. Each is corrected once: whoever comes second corrects the
    correction, and nobody writes over anybody.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="notes", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="notes", db_index=False)
    kind = code_field(NoteKind, default=NoteKind.GENERAL)
    text = SecretTextField()
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            only("kind", NoteKind, name="note_kind_is_known"),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | Q(corrects__lt=F("pk")), name="note_corrects_an_older_one"
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False) | Q(case__isnull=False), name="note_is_about_something"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], condition=Q(account__isnull=False), name="note_by_account"),
            models.Index(
                fields=["account", "-written_at", "-id"],
                condition=Q(account__isnull=False),
                name="note_by_account_at",
            ),
            models.Index(fields=["case", "-id"], condition=Q(case__isnull=False), name="note_by_case"),
        ]
        triggers = [pgtrigger.Protect(name="note_stays_as_it_was", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"note {self.pk}"


class Referral(models.Model):
    """That somebody on staff brought a conversation or an account in by hand, and why.

    `key` comes from the form that was sent: the same form sent twice is one referral.
    """

    key = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Whom it is about, where one was named.",
    )
    ground = code_field(Ground)
    reason = SecretTextField()
    message_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [only("ground", Ground, name="referral_ground_is_known")]
        triggers = [pgtrigger.Protect(name="referral_stays_as_it_was", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"referral {self.pk} to case {self.case_id}"


class Label(models.Model):
    """A person's word on the pre-screen: that a finding is wrong, or which words of a message it missed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="labels")
    judgement = code_field(Judgement)
    rule = code_field(Ground)
    finding = models.ForeignKey(Finding, on_delete=models.SET_NULL, null=True, related_name="labels")
    message_id = models.BigIntegerField(null=True, help_text="Not a foreign key: the message may be deleted by age.")
    start = models.PositiveIntegerField(null=True, help_text="In code points of the message.")
    end = models.PositiveIntegerField(null=True)
    engine = models.CharField(max_length=16, blank=True, help_text="Version of the pre-screen that is judged.")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            only("judgement", Judgement, name="label_judgement_is_known"),
            only("rule", Ground, name="label_rule_is_known"),
            models.CheckConstraint(
                condition=~Q(judgement=Judgement.MISSED)
                | Q(message_id__isnull=False, start__isnull=False, end__gt=F("start")),
                name="label_missed_names_the_words",
            ),
            models.UniqueConstraint(
                fields=["finding"],
                condition=Q(judgement=Judgement.WRONG, withdrawn_at__isnull=True),
                name="finding_wrong_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judgement} in case {self.case_id}"


class Skip(models.Model):
    """That somebody was offered a case and went on without deciding it: theirs to do, and no mark against them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="skips", db_index=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    too_close = models.BooleanField(default=False, help_text="Handed over: it touches the person too much.")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "case"], name="skip_once_a_case")]

    def __str__(self) -> str:
        return f"case {self.case_id} skipped"


class Escalation(models.Model):
    """That a case was raised to people who can do more than sanction; it stays beside whatever is decided."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="escalations")
    lane = code_field(Lane)
    note = SecretTextField()
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(db_default=Now(), editable=False)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = SecretTextField(blank=True)

    class Meta:
        constraints = [
            only("lane", Lane, name="escalation_lane_is_known"),
            models.UniqueConstraint(
                fields=["case", "lane"], condition=Q(answered_at__isnull=True), name="one_open_escalation_a_lane"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) ^ Q(answered_by__isnull=False),
                name="escalation_answered_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "id"], condition=Q(answered_at__isnull=True), name="escalation_waiting"),
        ]

    def __str__(self) -> str:
        return f"case {self.case_id} raised: {self.lane}"


class SavedView(models.Model):
    """A choice of filters under a name, for oneself or for everybody."""

    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, help_text="As in the address bar.")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    shared = models.BooleanField(default=False)
    saved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once_an_owner")]

    def __str__(self) -> str:
        return self.name
