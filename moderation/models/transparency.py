"""The small tables behind the yearly report: what was counted a day, and when a year was counted last."""

from django.db import models

from moderation.domain.transparency import Figure
from moderation.models.fields import code_field, only


class DailyFigure(models.Model):
    """How many of one thing there were on one day (UTC). A copy: the nightly count writes it anew."""

    day = models.DateField()
    figure = code_field(Figure)
    ground = models.CharField(max_length=32, blank=True)
    kind = models.CharField(max_length=32, blank=True, help_text="Of a measure; for an outcome or an end, which.")
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            only("figure", Figure, name="figure_is_known"),
            models.UniqueConstraint(fields=["day", "figure", "ground", "kind"], name="figure_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.figure} on {self.day}"


class TransparencyYear(models.Model):
    """That a year has been counted, with what cannot be added up from days: medians, and staff at that moment."""

    year = models.PositiveSmallIntegerField(unique=True)
    counted_at = models.DateTimeField()
    medians = models.JSONField(help_text='{"report_to_decision": {"": seconds, "contact_shared": seconds}}')
    staff = models.JSONField(help_text="People with an active account, by role.")

    def __str__(self) -> str:
        return f"figures of {self.year}"
