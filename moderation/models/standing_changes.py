"""That the standing of an account has changed: what platforms that ask, instead of being told, walk along."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from moderation.models.community import Account


class StandingChange(models.Model):
    """One row a change, written with it. What changed is not in it: the feed answers the standing as it is now.

    Ids become visible out of order, because transactions commit out of order: whoever remembers the last id seen would
    pass over some. So `position` is given afterwards, by one at a time, to rows that are committed.

    The row with the highest position is never deleted, however old it is: positions are counted on from it, and would
    begin anew below what platforms remember.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    position = models.BigIntegerField(null=True, unique=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(position__isnull=True), name="standing_change_unpublished")]

    def __str__(self) -> str:
        return f"standing of account {self.account_id}"
