"""What changed about an account on the platform, and which notes about it stay in sight."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from moderation.domain.persons import Fact
from moderation.models.community import Account
from moderation.models.fields import code_field, only
from moderation.models.remarks import Note


class AccountChange(models.Model):
    """That the platform said something else of an account than before. Never changed.

    Which accounts are one person's has no history here: it is confidential, and this is read with the account.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="changes", db_index=False)
    fact = code_field(Fact)
    before = ArrayField(models.CharField(max_length=200), default=list)
    after = ArrayField(models.CharField(max_length=200), default=list)
    at = models.DateTimeField(db_default=Now(), editable=False, help_text="When Haven was told.")

    class Meta:
        constraints = [only("fact", Fact, name="account_change_fact_is_known")]
        indexes = [models.Index(fields=["account", "-at", "-id"], name="account_change_by_account")]
        triggers = [pgtrigger.Protect(name="account_change_stays_as_it_was", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.fact} of account {self.account_id}"


class Pin(models.Model):
    """Whether a note about an account stays in sight on every case of it. The note itself is never touched.

    `version` counts every pinning and unpinning: whoever changes it says which one they saw.
    """

    note = models.OneToOneField(Note, on_delete=models.PROTECT, related_name="pin")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_pinned = models.BooleanField()
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(version__gte=1), name="pin_version_counts_from_one")]
        indexes = [models.Index(fields=["account", "note"], condition=Q(is_pinned=True), name="pin_by_account")]

    def __str__(self) -> str:
        return f"pin of note {self.note_id}"
