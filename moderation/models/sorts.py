"""How many open cases there are of each sort, kept up to date by the database itself.

Triggers on the case table (in the migrations) note every change; operations/counting.py gathers what was noted. Must
not know what is shown of it.
"""

from django.db import models

from moderation.domain.vocabulary import Ground, Lane
from moderation.models.fields import code_field

MOST_REPORTERS = 3  # from here on it is «and more»
# What makes a sort, and how it is read off a case. The triggers say the same; a test holds them together.
READ_OFF = {
    "holder": "coalesce(holder_id, 0)",
    "handed_to": "coalesce(handed_to_id, 0)",
    "ground": "ground",
    "severity": "severity",
    "lane": "lane",
    "teen": "teen",
    "screened": "screened",
    "on_break": "on_break",
    "seen_before": "seen_before",
    "late": "late",
    "put_off": "waits_until IS NOT NULL",
    "people": f"least(reporters, {MOST_REPORTERS})",
    "language": "language",
}
COLUMNS = ", ".join(READ_OFF)


class Alike(models.Model):
    """What open cases have in common that are of one sort: everything the queue can be narrowed by."""

    ground = code_field(Ground)
    severity = models.SmallIntegerField()
    lane = code_field(Lane)
    teen = models.BooleanField()
    screened = models.BooleanField()
    on_break = models.BooleanField()
    seen_before = models.BooleanField()
    late = models.BooleanField()
    put_off = models.BooleanField()
    people = models.SmallIntegerField(help_text="Who reported it, at most as many as make «and more».")
    language = models.CharField(max_length=8, blank=True)
    holder = models.BigIntegerField(help_text="No foreign key, and 0 for nobody: a NULL would equal no other NULL.")
    handed_to = models.BigIntegerField()
    cases = models.IntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.cases} of {self.ground}"


class CaseSort(Alike):
    """How many open cases there are of a sort, but for the changes that have not been gathered yet."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=list(READ_OFF), name="case_sort_once")]


class CaseSortChange(Alike):
    """One case more or one less of a sort. Only ever appended to, so that nobody waits for anybody else's count."""
