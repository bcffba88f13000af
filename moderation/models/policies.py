"""Policy versions: the rules as data, each in force from its publication to the next one's."""

from functools import cached_property

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from moderation.domain.policy import Policy
from moderation.models.prepared import Prepared


class PolicyVersionManager(models.Manager["PolicyVersion"]):
    def in_force(self) -> "PolicyVersion":
        """The latest published version. There always is one: the first migration publishes version 1."""
        return _IN_FORCE()[0]


class PolicyVersion(models.Model):
    number = models.PositiveIntegerField(unique=True)
    body = models.JSONField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField(db_default=Now(), editable=False)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    objects = PolicyVersionManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(drafted_by__isnull=True) | ~Q(drafted_by=F("published_by")),
                name="policy_published_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"policy v{self.number}"

    @cached_property
    def policy(self) -> Policy:
        return Policy.from_body(self.number, self.body)


_IN_FORCE = Prepared(lambda: PolicyVersion.objects.filter(published_at__isnull=False).order_by("-number")[:1])
