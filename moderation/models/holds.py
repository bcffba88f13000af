"""Interim holds: that a teen badge was held before a person had looked, and what a person said to it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from moderation.domain import lifecycle
from moderation.domain.vocabulary import HoldState
from moderation.models.cases import Case
from moderation.models.community import Account
from moderation.models.decisions import Decision, Sanction
from moderation.models.fields import code_field, only
from moderation.models.life import Living

HELD = [HoldState.WAITING, HoldState.CONFIRMED]


class HoldQuerySet(models.QuerySet["Hold"]):
    def open(self) -> "HoldQuerySet":
        """Those whose badge is held."""
        return self.filter(state__in=HELD)

    def unanswered(self, now: datetime) -> "HoldQuerySet":
        """Those that nobody has confirmed or lifted in time, and of which nobody has been told."""
        return self.filter(state=HoldState.WAITING, escalated_at=None, confirm_by__lte=now)

    def escalated(self) -> "HoldQuerySet":
        return self.filter(state=HoldState.WAITING, escalated_at__isnull=False)


class Hold(Living):
    """The life of one interim hold. The badge is held by its sanction, and by nothing else: the two end together.

    An account is held once a case, whatever is screened again; who lifted a hold, and why, stands in the sanction.
    """

    moves = lifecycle.HOLD

    sanction = models.OneToOneField(Sanction, on_delete=models.PROTECT, related_name="hold")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    score = models.FloatField(help_text="Of the finding that held it.")
    state = code_field(HoldState, default=HoldState.WAITING)
    held_at = models.DateTimeField()
    confirm_by = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_with = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="+", help_text="The proposal that said so."
    )
    escalated_at = models.DateTimeField(null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            only("state", HoldState, name="hold_state_is_known"),
            models.UniqueConstraint(
                fields=["case", "account"],
                condition=Q(state__in=["waiting", "confirmed"]),
                name="one_open_hold_a_case_and_account",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="hold_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=HoldState.CONFIRMED) | Q(confirmed_at__isnull=False),
                name="hold_confirmed_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(state=HoldState.WAITING) | Q(confirmed_at__isnull=True),
                name="hold_waiting_is_not_confirmed",
            ),
            models.CheckConstraint(condition=Q(confirm_by__gt=F("held_at")), name="hold_leaves_time_to_confirm"),
        ]
        indexes = [models.Index(fields=["confirm_by", "id"], condition=Q(state="waiting"), name="hold_waiting")]

    def __str__(self) -> str:
        return f"hold {self.pk} in case {self.case_id}"

    def confirm(self, person: User, now: datetime, *, with_decision: Decision | None = None) -> None:
        self.move_to(HoldState.CONFIRMED)
        self.confirmed_by, self.confirmed_at, self.confirmed_with = person, now, with_decision
        self.save()

    def wait(self, until: datetime) -> None:
        """For a person's answer again, by a time of which nobody has been told yet."""
        self.move_to(HoldState.WAITING)
        self.confirmed_by = self.confirmed_at = self.confirmed_with = None
        if until != self.confirm_by:
            self.confirm_by, self.escalated_at = until, None
        self.save()
