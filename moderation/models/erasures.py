"""That somebody wants to be forgotten, and how far it has come."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.community import Account


class ErasureRequest(models.Model):
    """`subject` is a keyed hash of the platform's id, so that asking again finds the receipt after the id is gone."""

    receipt = models.UUIDField(default=uuid.uuid4, unique=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="erasures", db_index=False)
    subject = models.CharField(max_length=64, db_index=True)
    requested_at = models.DateTimeField(db_default=Now(), editable=False)
    tried_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    kept_for = ArrayField(
        models.CharField(max_length=32), default=list, blank=True, help_text="Why it is not done yet."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(done_at__isnull=True), name="one_open_erasure_an_account"
            ),
        ]
        indexes = [
            models.Index(fields=["tried_at", "id"], condition=Q(done_at__isnull=True), name="erasure_waiting"),
            models.Index(fields=["account"], name="erasure_by_account"),
        ]

    def __str__(self) -> str:
        return f"erasure {self.receipt}"
