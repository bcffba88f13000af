"""Appeals: one a sanction, heard by somebody who neither proposed nor approved it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from moderation.domain import lifecycle
from moderation.domain.vocabulary import AppealState
from moderation.models.decisions import Sanction
from moderation.models.fields import code_field, only
from moderation.models.life import Living


class Appeal(Living):
    """`proposer` and `approver` are copied from the sanction, so that the database can hold the hearer apart."""

    moves = lifecycle.APPEAL

    ext_id = models.CharField(max_length=200, unique=True)
    sanction = models.OneToOneField(Sanction, on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField()
    created_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    state = code_field(AppealState, default=AppealState.OPEN)
    proposer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    hearer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="appeals_heard")
    heard_at = models.DateTimeField(null=True, blank=True)
    reply = models.TextField(blank=True)

    class Meta:
        constraints = [
            only("state", AppealState, name="appeal_state_is_known"),
            models.CheckConstraint(
                condition=Q(hearer__isnull=True)
                | (Q(proposer__isnull=True) | ~Q(hearer=F("proposer")))
                & (Q(approver__isnull=True) | ~Q(hearer=F("approver"))),
                name="appeal_heard_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN, heard_at__isnull=True)
                | ~Q(state=AppealState.OPEN) & Q(heard_at__isnull=False, hearer__isnull=False),
                name="appeal_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["received_at", "id"], condition=Q(state="open"), name="appeal_waiting")]

    def __str__(self) -> str:
        return f"appeal {self.ext_id}"
