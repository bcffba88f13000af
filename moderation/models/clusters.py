"""Groups of accounts in contact off the site: what ties them, who is in them, and whom a person took out again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from moderation.domain import clusters, lifecycle
from moderation.domain.vocabulary import ClusterState, LeftOut, TieKind
from moderation.models.cases import Case
from moderation.models.community import Account
from moderation.models.fields import code_field, only
from moderation.models.life import Living
from moderation.models.secret_text import SecretTextField


class Tie(models.Model):
    """What betrays that two accounts are in contact off the site, and in which case it was seen. It names no cluster:
    a tie belongs to the cluster in which both of its accounts are."""

    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = code_field(TieKind)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="ties")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            only("kind", TieKind, name="tie_kind_is_known"),
            models.UniqueConstraint(fields=["source", "target", "case", "kind"], name="tie_once_a_case"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="tie_joins_two"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id} in case {self.case_id}"

    def as_value(self) -> clusters.Tie:
        return clusters.Tie(self.source_id, self.target_id, TieKind(self.kind), self.case_id, self.at)


class Cluster(Living):
    """Three or more accounts in contact off the site: one matter, to be decided together. `version` counts every
    change of who is in it."""

    moves = lifecycle.CLUSTER

    state = code_field(ClusterState, default=ClusterState.OPEN)
    size = models.SmallIntegerField(help_text="How many accounts are in it.")
    left_out = ArrayField(
        models.CharField(max_length=32), default=list, blank=True, help_text="What was not followed, and why."
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    formed_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            only("state", ClusterState, name="cluster_state_is_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(state=ClusterState.DISSOLVED, size=0),
                name="cluster_merged_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(state=ClusterState.DISSOLVED) | Q(size__gte=clusters.LEAST), name="cluster_is_a_group"
            ),
            models.CheckConstraint(
                condition=Q(left_out__contained_by=[word.value for word in LeftOut]), name="cluster_left_out_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["-size", "-id"], condition=Q(state=ClusterState.OPEN), name="cluster_open"),
        ]

    def __str__(self) -> str:
        return f"cluster {self.pk}"


class ClusterMember(models.Model):
    """An account in a cluster. One that a person has taken out keeps its row, and never comes into it again."""

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="members")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    joined_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reason = SecretTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(removed_at__isnull=True), name="one_cluster_an_account"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, reason="")
                | Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(reason=""),
                name="cluster_member_removed_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} in cluster {self.cluster_id}"
