"""Appeals: one a sanction, heard by somebody who neither proposed nor approved it, after a first view of their own."""

from datetime import datetime
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from accounts.models import User
from moderation.domain import lifecycle
from moderation.domain.appeals import Appealed
from moderation.domain.vocabulary import AppealState, SanctionState
from moderation.models.decisions import Sanction
from moderation.models.fields import code_field, only
from moderation.models.life import Living
from moderation.models.secret_text import SecretJSONField, SecretTextField


class AppealQuerySet(models.QuerySet["Appeal"]):
    def waiting(self) -> "AppealQuerySet":
        return self.filter(state=AppealState.OPEN)

    def heard(self) -> "AppealQuerySet":
        return self.exclude(state=AppealState.OPEN)

    def soonest_first(self) -> "AppealQuerySet":
        return self.order_by("due_at", "id")

    def due_after(self, moment: datetime, appeal_id: int) -> "AppealQuerySet":
        """What follows a place in `soonest_first`; a row comparison, because that is what walks the index."""
        place: Any = RawSQL(
            '("moderation_appeal"."due_at", "moderation_appeal"."id") > (%s, %s)',
            (moment, appeal_id),
            output_field=models.BooleanField(),
        )
        return self.filter(place)


class Appeal(Living):
    """`proposer` and `approver` are copied from the sanction, so that the database can hold the hearer apart.

    `clause` is copied too, so that the figures need no join. What hearing did to the sanction stands in `before` and
    `after`: for the record, and for undoing it.
    """

    moves = lifecycle.APPEAL

    ext_id = models.CharField(max_length=200, unique=True)
    sanction = models.OneToOneField(Sanction, on_delete=models.PROTECT, related_name="appeal")
    clause = models.CharField(max_length=64, blank=True)
    text = SecretTextField()
    created_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField(db_default=Now(), help_text="Until when it is to be heard.")
    by_link = models.BooleanField(default=False, help_text="Written on the page behind the link of the notice.")
    state = code_field(AppealState, default=AppealState.OPEN)
    proposer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approver = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    first_view = models.OneToOneField("FirstView", on_delete=models.PROTECT, null=True, related_name="+")
    hearer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="appeals_heard")
    heard_at = models.DateTimeField(null=True, blank=True)
    reply = SecretTextField(blank=True)
    undo_until = models.DateTimeField(null=True, blank=True)
    hearings = models.PositiveSmallIntegerField(default=0, help_text="How often it was decided: undone ones count.")
    before = SecretJSONField(default=dict, blank=True, help_text="The sanction as the hearing found it.")
    after = SecretJSONField(default=dict, blank=True, help_text="The sanction as the hearing left it.")

    objects = AppealQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN) | Q(first_view__isnull=False) & ~Q(reply=""),
                name="appeal_view_and_reply_when_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="open"), name="appeal_waiting"),
            models.Index(fields=["received_at"], name="appeal_received"),
        ]

    def __str__(self) -> str:
        return f"appeal {self.ext_id}"

    @property
    def appealed(self) -> Appealed:
        """The sanction as what can come of the appeal depends on it."""
        sanction = self.sanction
        assert sanction.starts_at is not None
        in_force = sanction.state == SanctionState.IN_FORCE
        return Appealed(sanction.measure, in_force, sanction.starts_at, sanction.ends_at)

    @property
    def stamp(self) -> str:
        """Equal as long as the sanction is what it was when somebody looked."""
        ends_at = self.sanction.ends_at
        return f"{self.sanction.measure.code} {self.sanction.state} {ends_at.isoformat() if ends_at else ''}"

    @property
    def cause(self) -> str:
        """Under which the events of the last hearing stand in the outbox."""
        return f"appeal:{self.pk}:{self.hearings}"

    def can_be_undone(self, now: datetime) -> bool:
        return self.state != AppealState.OPEN and self.undo_until is not None and now < self.undo_until

    def is_told(self, now: datetime) -> bool:
        """Whether the person may know what came of it: not while it can still be undone."""
        return self.state != AppealState.OPEN and not self.can_be_undone(now)


class FirstView(models.Model):
    """What somebody thought of the matter before they saw what was decided, why and by whom. Never changed."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="first_views", db_index=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = SecretTextField()
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "person"], name="first_view_once_a_person"),
            models.CheckConstraint(condition=~Q(text=""), name="first_view_says_something"),
        ]
        triggers = [pgtrigger.Protect(name="first_view_stays_as_it_was", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"first view of appeal {self.appeal_id}"
