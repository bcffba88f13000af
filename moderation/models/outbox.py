"""What the platform must be told: a row written with the change itself, sent afterwards."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.domain import lifecycle
from moderation.domain.vocabulary import OutboxState
from moderation.models.community import Account
from moderation.models.decisions import Sanction
from moderation.models.fields import code_field, only
from moderation.models.life import Living
from moderation.models.secret_text import SecretJSONField

PENDING = Q(state=OutboxState.PENDING)


class OutboxEvent(Living):
    """One event for the platform. Rows of one account leave in the order of their ids.

    Delivery happens outside of any transaction: `claimed_until` and `claim` are the lease of the sender at work.
    """

    moves = lifecycle.OUTBOX

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, help_text="The webhook-id, equal on every try.")
    topic = models.CharField(max_length=32)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    sanction = models.ForeignKey(
        Sanction,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        db_index=False,
        help_text="The sanction that it tells of, if any.",
    )
    payload = SecretJSONField()
    key = models.CharField(max_length=100, unique=True, help_text="What it is about: posting it twice is one event.")
    cause = models.CharField(max_length=64, blank=True, help_text="What cancels it, e.g. «decision:12».")
    state = code_field(OutboxState, default=OutboxState.PENDING)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    not_before = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_status = models.SmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [only("state", OutboxState, name="outbox_state_is_known")]
        indexes = [
            models.Index(fields=["not_before", "id"], condition=PENDING, name="outbox_due"),
            models.Index(fields=["account", "id"], condition=PENDING, name="outbox_by_account"),
            models.Index(fields=["cause"], condition=PENDING & ~Q(cause=""), name="outbox_by_cause"),
            models.Index(fields=["-id"], condition=Q(state="dead"), name="outbox_dead"),
            models.Index(fields=["sanction", "-id"], condition=Q(sanction__isnull=False), name="outbox_by_sanction"),
            models.Index(
                fields=["id"],
                condition=Q(sanction__isnull=False, state__in=["pending", "dead"]),
                name="outbox_sanction_untold",
            ),
            models.Index(fields=["-created_at", "-id"], name="outbox_log"),
            models.Index(fields=["account", "-created_at", "-id"], name="outbox_log_account"),
            models.Index(fields=["topic", "-created_at", "-id"], name="outbox_log_topic"),
            models.Index(
                fields=["state", "-created_at", "-id"], condition=~Q(state="delivered"), name="outbox_log_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.public_id}"

    @property
    def is_emptied(self) -> bool:
        """Whether retention has deleted what it said; every event says something at first."""
        return not self.payload

    @property
    def webhook_id(self) -> str:
        return f"msg_{self.public_id.hex}"


class Attempt(models.Model):
    """One try to deliver an event, whatever came of it."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="tries", db_index=False)
    at = models.DateTimeField(help_text="When it began.")
    took_ms = models.IntegerField()
    status = models.SmallIntegerField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True, help_text="Empty: the platform took the event.")

    class Meta:
        indexes = [models.Index(fields=["event", "-id"], name="attempt_by_event")]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.status or self.trouble}"
