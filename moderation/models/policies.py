"""Policy versions: the rules as data, each in force from its publication to the next one's; and trials of drafts."""

from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.db.models.lookups import IsNull

from accounts.models import User
from moderation.domain import lifecycle
from moderation.domain.policy import Policy
from moderation.domain.vocabulary import TrialState
from moderation.models.fields import code_field, only
from moderation.models.life import Living
from moderation.models.prepared import Prepared


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def published(self) -> "PolicyVersionQuerySet":
        return self.filter(published_at__isnull=False)

    def drafts(self) -> "PolicyVersionQuerySet":
        return self.filter(published_at__isnull=True)

    def in_force(self) -> "PolicyVersion":
        """The latest published version. There always is one: the first migration publishes version 1."""
        return _IN_FORCE()[0]


class PlaceAmong(Func):
    """Where in an array a value stands; NULL when it does not."""

    function = "array_position"
    output_field = models.IntegerField()


class PolicyVersion(models.Model):
    """A draft until it is published, and never changed afterwards. There is one draft at a time.

    `revision` counts every saving of a draft, so that whoever looked at an earlier one is told.
    """

    number = models.PositiveIntegerField(unique=True)
    body = models.JSONField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(db_default=Now(), editable=False)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    editors = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], help_text="Everybody who has written in it."
    )
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, db_default="", help_text="Why it was published.")

    objects = PolicyVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(drafted_by__isnull=True) | ~Q(drafted_by=F("published_by")),
                name="policy_published_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=IsNull(PlaceAmong("editors", "published_by"), True),
                name="policy_published_by_nobody_who_wrote_it",
            ),
            models.UniqueConstraint(
                models.Value(True), condition=Q(published_at__isnull=True), name="one_draft_of_the_policy"
            ),
        ]

    def __str__(self) -> str:
        return f"policy v{self.number}"

    @cached_property
    def policy(self) -> Policy:
        return Policy.from_body(self.number, self.body)

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class PolicyTrial(Living):
    """A draft run over the past: what it read so far, and what would be different. The row is the whole state.

    `after` is the place behind which the next batch goes on; `found` the counts and examples up to there.
    """

    moves = lifecycle.TRIAL

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="trials")
    revision = models.PositiveIntegerField(help_text="Of the draft, as it was tried.")
    body = models.JSONField(help_text="The draft as it was tried.")
    base = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", help_text="In force then.")
    days = models.PositiveSmallIntegerField()
    state = code_field(TrialState, default=TrialState.RUNNING)
    since = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(help_text="Cases and messages to be read; what comes in meanwhile is not.")
    done = models.PositiveIntegerField(default=0)
    after = models.JSONField(default=dict)
    found = models.JSONField(default=dict)

    class Meta:
        constraints = [
            only("state", TrialState, name="trial_state_is_known"),
            models.UniqueConstraint(fields=["version"], condition=Q(state="running"), name="one_running_trial_a_draft"),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) ^ ~Q(state="running"), name="trial_finished_when_not_running"
            ),
        ]
        indexes = [models.Index(fields=["version", "-id"], name="trial_by_version")]

    def __str__(self) -> str:
        return f"trial {self.pk} of policy v{self.version_id}"


_IN_FORCE = Prepared(lambda: PolicyVersion.objects.filter(published_at__isnull=False).order_by("-number")[:1])
