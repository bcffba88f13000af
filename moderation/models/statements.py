"""Statements of reasons: what was said of a sanction when it came into force or was changed. Never changed itself."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from moderation.domain.policy import Measure
from moderation.domain.statements import Source
from moderation.domain.vocabulary import Ground, SanctionKind, SanctionState
from moderation.models.decisions import Sanction
from moderation.models.fields import code_field, only
from moderation.models.policies import PolicyVersion


class StatementQuerySet(models.QuerySet["Statement"]):
    def latest_of(self, sanctions: "models.QuerySet[Sanction] | list[Sanction]") -> "StatementQuerySet":
        """The last statement of each of these sanctions that has any."""
        return self.filter(sanction__in=sanctions).order_by("sanction", "-number").distinct("sanction")

    def to_be_published(self, now: datetime) -> "StatementQuerySet":
        """Those of restrictions that came into force, and can no longer be undone as if they had not."""
        final = Q(sanction__decision__undo_until__isnull=True) | Q(sanction__decision__undo_until__lte=now)
        return self.filter(
            final, is_restriction=True, sanction__state__in=[SanctionState.IN_FORCE, SanctionState.ENDED]
        )

    def after(self, stated_at: datetime, statement_id: int) -> "StatementQuerySet":
        """What follows a place in the order of time; a row comparison, because that is what walks the index."""
        place = RawSQL(
            '("moderation_statement"."stated_at", "moderation_statement"."id") > (%s, %s)',
            (stated_at, statement_id),
            output_field=models.BooleanField(),
        )
        return self.filter(place)


class Statement(models.Model):
    """The reasons of one sanction on its terms of that day. A migration's triggers refuse UPDATE and DELETE.

    Holds no name, no contact and nothing that was said, so that it can be shown and published as it is.
    """

    sanction = models.ForeignKey(Sanction, on_delete=models.PROTECT, related_name="statements", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="1 when it came into force, then one more a change.")
    puid = models.CharField(max_length=64, unique=True, help_text="HMAC-SHA-256, the name under which it is published.")
    stated_at = models.DateTimeField(db_default=Now(), editable=False)
    is_restriction = models.BooleanField()

    kind = code_field(SanctionKind)
    permanent = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    decided = models.TextField(help_text="What was decided, in words.")
    territory = models.TextField()
    duration = models.TextField()
    facts = models.TextField(help_text="In words, without contacts and without what was said.")
    ground = code_field(Ground)
    clause = models.CharField(max_length=64)
    clause_text = models.TextField()
    policy_version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    source = code_field(Source)
    detected_by_machine = models.BooleanField()
    decided_by_machine = models.BooleanField()
    complaint_until = models.DateTimeField()
    redress = models.TextField()

    with_minor = models.BooleanField(help_text="A teen was there.")
    content_on = models.DateField(help_text="The day of the first message it rests on, or of the case.")
    language = models.CharField(max_length=8, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        constraints = [
            only("kind", SanctionKind, name="statement_kind_is_known"),
            only("ground", Ground, name="statement_ground_is_known"),
            only("source", Source, name="statement_source_is_known"),
            models.UniqueConstraint(fields=["sanction", "number"], name="statement_number_once_a_sanction"),
            models.CheckConstraint(
                condition=Q(is_restriction=True) ^ Q(kind=SanctionKind.EDUCATION_NOTICE),
                name="statement_restricts_unless_it_educates",
            ),
            models.CheckConstraint(
                condition=~Q(decided="") & ~Q(facts="") & ~Q(clause="") & ~Q(clause_text="") & ~Q(redress=""),
                name="statement_leaves_nothing_out",
            ),
        ]
        indexes = [models.Index(fields=["stated_at", "id"], name="statement_by_time")]

    def __str__(self) -> str:
        return f"statement {self.number} of sanction {self.sanction_id}"

    @property
    def measure(self) -> Measure:
        return Measure(SanctionKind(self.kind), permanent=self.permanent)

    def tells(self, sanction: Sanction) -> bool:
        """Whether these are the sanction's present terms."""
        return all(
            getattr(self, column) == getattr(sanction, column)
            for column in ("kind", "permanent", "starts_at", "ends_at", "ground", "clause", "policy_version_id")
        )
