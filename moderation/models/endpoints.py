"""Where the platform listens and what signs the calls to it, as an admin has edited it; empty: the settings hold."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User


class PlatformEndpoint(models.Model):
    """The one endpoint. Its row is also the lock under which secrets are made and retired."""

    url = models.CharField(max_length=500, blank=True, help_text="Empty: the address of the settings.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_platform_endpoint")]

    def __str__(self) -> str:
        return self.url or "the address of the settings"


class SigningSecret(models.Model):
    """One secret. It is not stored: it follows from its seed and a key that is no part of the database.

    Without a seed the row stands for a secret of the settings that has been retired.
    """

    seed = models.BinaryField(max_length=32)
    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret.")
    ending = models.CharField(max_length=4, help_text="The last characters, to recognise it by.")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"…{self.ending}"
